import { encodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EINVAL, ENOENT, ENOTCONN, ETIMEDOUT } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { encodeAddr } from '../../../src/msg/msg_types.ts';
import {
  CEPH_OSD_OP_LIST_WATCHERS,
  CEPH_OSD_OP_NOTIFY,
  CEPH_OSD_OP_NOTIFY_ACK,
  CEPH_OSD_OP_WATCH,
  CEPH_OSD_WATCH_OP_LEGACY_WATCH,
  CEPH_OSD_WATCH_OP_PING,
  CEPH_OSD_WATCH_OP_RECONNECT,
  CEPH_OSD_WATCH_OP_UNWATCH,
  CEPH_OSD_WATCH_OP_WATCH,
} from '../../../src/osd/rados.ts';
import { compareWatchers, type WatchInfo, watcherKey } from '../store/ObjectState.ts';
import type { OpContext } from './OpContext.ts';
import {
  DONE,
  failed,
  gave,
  NO_DATA,
  NOTHING,
  type Step,
  type StepResult,
  type Steps,
} from './step.ts';

/** osd_client_watch_timeout. */
const WATCH_TIMEOUT_SECONDS = 30;
/** osd_default_notify_timeout. */
const NOTIFY_TIMEOUT_SECONDS = 30;

/** Union: u64 cookie, u64 ver, u8 op, u32 gen, u32 timeout. */
const watch: Step = (ctx, { args }) => {
  if (args.kind !== 'raw') return failed(EINVAL);
  if (ctx.next === undefined) return failed(ENOENT);
  const dec = new Decoder(args.bytes, 'watch');
  const cookie = dec.bigU64();
  dec.skip(8);
  const what = dec.u8();
  dec.skip(4);
  const timeoutSeconds = dec.u32() || WATCH_TIMEOUT_SECONDS;
  const { client: watcher, addr } = ctx.origin;
  const info = { cookie, watcher, timeoutSeconds, addr };
  return watchBy(ctx, info, what);
};

function watchBy(ctx: OpContext, info: WatchInfo, what: number): StepResult {
  const watchers = ctx.next?.watchers ?? new Map<string, WatchInfo>();
  const key = watcherKey(info.cookie, info.watcher);
  const isWatching = watchers.has(key);
  switch (what) {
    case CEPH_OSD_WATCH_OP_WATCH:
    case CEPH_OSD_WATCH_OP_LEGACY_WATCH:
      if (!isWatching) changeWatchers(ctx, new Map(watchers).set(key, info));
      ctx.effects.connects.push({ watch: info, willPing: what === CEPH_OSD_WATCH_OP_WATCH });
      return DONE;
    case CEPH_OSD_WATCH_OP_RECONNECT:
      if (!isWatching) return failed(ENOTCONN);
      ctx.effects.connects.push({ watch: info, willPing: true });
      return DONE;
    case CEPH_OSD_WATCH_OP_PING:
      if (!isWatching) return failed(ENOTCONN);
      return ctx.watches.gotPing(ctx.id, key) ? DONE : failed(ETIMEDOUT);
    case CEPH_OSD_WATCH_OP_UNWATCH:
      if (isWatching) {
        const others = new Map(watchers);
        others.delete(key);
        changeWatchers(ctx, others);
        ctx.effects.disconnects.push({ watch: info, send: false });
      }
      return DONE;
    default:
      return DONE;
  }
}

/** A whiteout that is watched stays one. */
function changeWatchers(ctx: OpContext, watchers: ReadonlyMap<string, WatchInfo>): void {
  ctx.change({ watchers, isWhiteout: ctx.next?.isWhiteout === true });
}

/** Asked: u32 version, u32 timeout, blob payload. Union: u64 cookie. Given: u64 id of the notify. */
const notify: Step = (ctx, { args, indata }) => {
  if (args.kind !== 'raw') return failed(EINVAL);
  const cookie = new Decoder(args.bytes, 'notify').bigU64();
  const { timeoutSeconds, payload } = decodeNotify(indata);
  const notifyId = ctx.watches.nextNotifyId();
  ctx.effects.notifies.push({ notifyId, cookie, timeoutSeconds, payload });
  const enc = new Encoder(8);
  enc.bigU64(notifyId);
  return { rval: undefined, out: enc.take() };
};

function decodeNotify(indata: Uint8Array): { timeoutSeconds: number; payload: Uint8Array } {
  const dec = new Decoder(indata, 'notify');
  let timeoutSeconds = NOTIFY_TIMEOUT_SECONDS;
  try {
    dec.skip(4);
    timeoutSeconds = dec.u32() || NOTIFY_TIMEOUT_SECONDS;
    return { timeoutSeconds, payload: dec.blob('payload').slice() };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { timeoutSeconds: NOTIFY_TIMEOUT_SECONDS, payload: NO_DATA };
  }
}

/** Asked: u64 notify_id, u64 watch cookie, blob reply, if there is one. */
const notifyAck: Step = (ctx, { args, indata }) => {
  if (indata.length === 0) {
    if (args.kind !== 'raw') return failed(EINVAL);
    // Of old clients, which know of no cookie.
    const notifyId = new Decoder(args.bytes, 'watch').bigU64();
    ctx.effects.acks.push({ notifyId, cookie: undefined, reply: NO_DATA });
    return NOTHING;
  }
  const dec = new Decoder(indata, 'notify-ack');
  const notifyId = dec.bigU64();
  const cookie = dec.bigU64();
  const reply = dec.remaining === 0 ? NO_DATA : dec.blob('reply').slice();
  ctx.effects.acks.push({ notifyId, cookie, reply });
  return NOTHING;
};

/**
 * obj_list_watch_response_t: section v1 { list of watch_item_t }; watch_item_t: section v2 { entity_name_t,
 * u64 cookie, u32 timeout, entity_addr_t }. Ceph: src/osd/osd_types.h.
 */
const listWatchers: Step = ({ next }) => {
  const watchers = [...(next?.watchers.values() ?? [])].sort(compareWatchers);
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  encodeVector(enc, watchers, ({ watcher, cookie, timeoutSeconds, addr }) => {
    enc.encodeStart(2, 1);
    enc.u8(watcher.type);
    enc.u64(watcher.num);
    enc.bigU64(cookie);
    enc.u32(timeoutSeconds);
    encodeAddr(enc, addr);
    enc.encodeFinish();
  });
  enc.encodeFinish();
  return gave(enc.take());
};

export const WATCH_STEPS: Steps = [
  [CEPH_OSD_OP_WATCH, watch],
  [CEPH_OSD_OP_NOTIFY, notify],
  [CEPH_OSD_OP_NOTIFY_ACK, notifyAck],
  [CEPH_OSD_OP_LIST_WATCHERS, listWatchers],
];
