import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_MON_MAP = 4;

/** A monitor sends its map. Front: blob monmap. Ceph: src/messages/MMonMap.h. */
export class MMonMap extends Message {
  static readonly HEAD_VERSION = 1;
  /** An encoded `MonMap`. */
  readonly monmapbl: Uint8Array;

  constructor(monmapbl: Uint8Array) {
    super(CEPH_MSG_MON_MAP, MMonMap.HEAD_VERSION, 1);
    this.monmapbl = monmapbl;
  }

  override encodePayload(enc: Encoder): void {
    enc.blob(this.monmapbl);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MMonMap {
    return new MMonMap(front.blob('monmapbl').slice());
  }

  override toString(): string {
    return 'mon_map magic: 0';
  }
}
