import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { encodePaxos, skipPaxos } from './paxos.ts';

export const CEPH_MSG_AUTH = 17;

/**
 * A step of authentication, to a monitor.
 * Front: paxos, u32 protocol, blob authPayload, u32 monmapEpoch. Ceph: src/messages/MAuth.h.
 */
export class MAuth extends Message {
  static readonly HEAD_VERSION = 1;
  /** CEPH_AUTH_*; CEPH_AUTH_UNKNOWN in the first one, which offers a choice. */
  readonly protocol: number;
  readonly authPayload: Uint8Array;
  readonly monmapEpoch: number;

  constructor(protocol: number, authPayload: Uint8Array, monmapEpoch = 0) {
    super(CEPH_MSG_AUTH, MAuth.HEAD_VERSION, 1);
    this.protocol = protocol;
    this.authPayload = authPayload;
    this.monmapEpoch = monmapEpoch;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc);
    enc.u32(this.protocol);
    enc.blob(this.authPayload);
    enc.u32(this.monmapEpoch);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MAuth {
    skipPaxos(front);
    const protocol = front.u32();
    const authPayload = front.blob('authPayload').slice();
    return new MAuth(protocol, authPayload, front.u32());
  }

  override toString(): string {
    return `auth(proto ${this.protocol} ${this.authPayload.length} bytes epoch ${this.monmapEpoch})`;
  }
}
