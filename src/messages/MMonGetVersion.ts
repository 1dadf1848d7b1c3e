import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_MON_GET_VERSION = 19;

/**
 * Asks a monitor which versions of a map there are.
 * Front: u64 handle, string what. Ceph: src/messages/MMonGetVersion.h.
 */
export class MMonGetVersion extends Message {
  static readonly HEAD_VERSION = 1;
  /** Comes back with the answer. */
  readonly handle: number;
  /** `osdmap`, `monmap` … */
  readonly what: string;

  constructor(handle: number, what: string) {
    super(CEPH_MSG_MON_GET_VERSION, MMonGetVersion.HEAD_VERSION, 1);
    this.handle = handle;
    this.what = what;
  }

  override encodePayload(enc: Encoder): void {
    enc.u64(this.handle);
    enc.string(this.what);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MMonGetVersion {
    const handle = front.u64();
    return new MMonGetVersion(handle, front.string('what'));
  }

  override toString(): string {
    return `mon_get_version(what=${this.what} handle=${this.handle})`;
  }
}
