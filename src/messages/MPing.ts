import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';

export const CEPH_MSG_PING = 2;

/** Says nothing and is not answered: it makes a dead connection fail. Empty. Ceph: src/messages/MPing.h. */
export class MPing extends Message {
  static readonly HEAD_VERSION = 1;

  constructor() {
    super(CEPH_MSG_PING, MPing.HEAD_VERSION, 1);
  }

  override encodePayload(_enc: Encoder): void {}

  static decodePayload(): MPing {
    return new MPing();
  }

  override toString(): string {
    return 'ping';
  }
}
