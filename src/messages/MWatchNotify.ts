import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_WATCH_NOTIFY = 44;

export interface MWatchNotifyInit {
  /** Of the watch, or of the notify that is complete: as its client chose. */
  readonly cookie: bigint;
  /** Of the object. */
  readonly ver?: number;
  readonly notifyId?: bigint;
  /** CEPH_WATCH_EVENT_*. */
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly returnCode?: number;
  /** global_id of who sent the notify. */
  readonly notifierGid?: number;
  /** Of a complete notify: map<pair<u64 gid, u64 cookie>, blob reply>, vector<pair<u64, u64>> who did not reply. */
  readonly data?: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/**
 * An OSD tells a watcher that there is a notify, or a notifier that all have answered.
 * Front, v3: u8 1, u8 opcode, u64 cookie, u64 ver, u64 notifyId, blob payload, s32 returnCode, u64
 * notifierGid. Ceph: src/messages/MWatchNotify.h.
 */
export class MWatchNotify extends Message {
  static readonly HEAD_VERSION = 3;
  readonly cookie: bigint;
  readonly ver: number;
  readonly notifyId: bigint;
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly returnCode: number;
  readonly notifierGid: number;

  constructor(init: MWatchNotifyInit) {
    super(CEPH_MSG_WATCH_NOTIFY, MWatchNotify.HEAD_VERSION, 1);
    const { data = NO_BYTES } = init;
    this.cookie = init.cookie;
    this.ver = init.ver ?? 0;
    this.notifyId = init.notifyId ?? 0n;
    this.opcode = init.opcode;
    this.payload = init.payload ?? NO_BYTES;
    this.returnCode = init.returnCode ?? 0;
    this.notifierGid = init.notifierGid ?? 0;
    this.data = data.length === 0 ? [] : [data];
  }

  override encodePayload(enc: Encoder): void {
    enc.u8(1);
    enc.u8(this.opcode);
    enc.bigU64(this.cookie);
    enc.u64(this.ver);
    enc.bigU64(this.notifyId);
    enc.blob(this.payload);
    enc.s32(this.returnCode);
    enc.u64(this.notifierGid);
  }

  static decodePayload(
    envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MWatchNotify {
    if (envelope.version < 3) throw front.error(`version ${envelope.version} is older than 3`);
    front.skip(1);
    return new MWatchNotify({
      opcode: front.u8(),
      cookie: front.bigU64(),
      ver: front.u64(),
      notifyId: front.bigU64(),
      payload: front.blob('payload').slice(),
      returnCode: front.s32(),
      notifierGid: front.s64(),
      data,
    });
  }

  override toString(): string {
    const names = ['', 'notify', 'notify_complete', 'disconnect'];
    const name = names[this.opcode] ?? '???';
    return `watch-notify(${name} (${this.opcode}) cookie ${this.cookie} notify ${this.notifyId} ret ${this.returnCode})`;
  }
}
