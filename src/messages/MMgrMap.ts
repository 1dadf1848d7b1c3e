import { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const MSG_MGR_MAP = 0x704;

/**
 * Who the managers are, of which a client of objects needs no more than the epoch.
 * Front: MgrMap (section v11 compat 6, which begins with u32 epoch). Ceph: src/messages/MMgrMap.h, src/mon/MgrMap.h.
 */
export class MMgrMap extends Message {
  static readonly HEAD_VERSION = 1;
  /** An encoded MgrMap. */
  readonly map: Uint8Array;
  readonly epoch: number;

  /** Throws `DecodeError`. */
  constructor(map: Uint8Array) {
    super(MSG_MGR_MAP, MMgrMap.HEAD_VERSION, 1);
    const dec = new Decoder(map, 'MgrMap');
    dec.decodeStart('MgrMap', 11);
    this.map = map;
    this.epoch = dec.u32();
    dec.decodeFinish();
  }

  override encodePayload(enc: Encoder): void {
    enc.raw(this.map);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MMgrMap {
    return new MMgrMap(front.raw(front.remaining).slice());
  }

  override toString(): string {
    return `mgrmap(e ${this.epoch})`;
  }
}
