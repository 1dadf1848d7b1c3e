import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';

export const CEPH_MSG_MON_GET_MAP = 5;

/** Asks a monitor for its map. Front: nothing. Ceph: src/messages/MMonGetMap.h. */
export class MMonGetMap extends Message {
  static readonly HEAD_VERSION = 1;

  constructor() {
    super(CEPH_MSG_MON_GET_MAP, MMonGetMap.HEAD_VERSION, 1);
  }

  override encodePayload(_enc: Encoder): void {}

  static decodePayload(): MMonGetMap {
    return new MMonGetMap();
  }

  override toString(): string {
    return 'mon_getmap magic: 0';
  }
}
