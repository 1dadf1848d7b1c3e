import { decodeMap, encodeMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_MON_SUBSCRIBE = 15;

/** The next one, and no more after it. */
export const CEPH_SUBSCRIBE_ONETIME = 1;

/** Ceph: ceph_mon_subscribe_item (src/include/ceph_fs.h). */
export interface SubscribeItem {
  /** The first version wanted; 0: the newest. */
  readonly start: number;
  readonly flags: number;
}

/** Bytes of the smallest entry: an empty name, start, flags. */
const ITEM_LENGTH_MIN = 4 + 8 + 1;

/**
 * Asks a monitor to send maps as they come.
 * Front: map<string what, { u64 start, u8 flags }>, from v3 on string hostname.
 * Ceph: src/messages/MMonSubscribe.h.
 */
export class MMonSubscribe extends Message {
  static readonly HEAD_VERSION = 3;
  readonly what: ReadonlyMap<string, SubscribeItem>;
  readonly hostname: string;

  constructor(what: ReadonlyMap<string, SubscribeItem>, hostname = '') {
    super(CEPH_MSG_MON_SUBSCRIBE, MMonSubscribe.HEAD_VERSION, 1);
    this.what = what;
    this.hostname = hostname;
  }

  override encodePayload(enc: Encoder): void {
    encodeMap(
      enc,
      this.what,
      (name) => enc.string(name),
      ({ start, flags }) => {
        enc.u64(start);
        enc.u8(flags);
      },
    );
    enc.string(this.hostname);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MMonSubscribe {
    if (envelope.version < 2) throw front.error(`version ${envelope.version} is older than 2`);
    const what = decodeMap(
      front,
      'what',
      ITEM_LENGTH_MIN,
      () => front.string('what'),
      () => ({ start: front.u64(), flags: front.u8() }),
    );
    return new MMonSubscribe(what, envelope.version >= 3 ? front.string('hostname') : '');
  }

  override toString(): string {
    const items = [...this.what].map(
      ([name, { start, flags }]) => `${name}=${start}${flags & CEPH_SUBSCRIBE_ONETIME ? '' : '+'}`,
    );
    return `mon_subscribe({${items.join(',')}})`;
  }
}
