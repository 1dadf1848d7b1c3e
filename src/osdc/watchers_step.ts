import { decodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import { decodeAddr, entityNameToString } from '../msg/msg_types.ts';
import { NO_ARGS } from '../osd/osd_op_args.ts';
import { CEPH_OSD_OP_LIST_WATCHERS } from '../osd/rados.ts';
import { decodeOut } from './decode_out.ts';
import type { Step } from './ObjectOperation.ts';

/** Who is told when the object is notified. */
export interface Watcher {
  /** `10.0.0.1:0/1234567`. */
  readonly addr: string;
  /** `client.4123`. */
  readonly watcher: string;
  /** Tells the watches of one watcher apart. */
  readonly cookie: bigint;
  /** Seconds after which a watcher that is silent is none any more. */
  readonly timeoutSeconds: number;
}

/** Section header, u8 type, s64 num, u64 cookie. */
const WATCH_ITEM_LENGTH_MIN = 6 + 9 + 8;

/** The watchers, sorted as the OSD sorts them. */
export const LIST_WATCHERS_STEP: Step<Watcher[]> = {
  op: { op: CEPH_OSD_OP_LIST_WATCHERS, flags: 0, args: NO_ARGS, indata: new Uint8Array(0) },
  decode: (out) => decodeOut(out, 'list_watchers', decodeWatchers),
};

/** Section v1 { list<watch_item_t> }. Ceph: obj_list_watch_response_t (src/osd/osd_types.h). */
function decodeWatchers(dec: Decoder): Watcher[] {
  dec.decodeStart('obj_list_watch_response_t', 1);
  const watchers = decodeVector(dec, 'entries', WATCH_ITEM_LENGTH_MIN, () => decodeWatchItem(dec));
  dec.decodeFinish();
  return watchers;
}

/** Section v2 { u8 type, s64 num, u64 cookie, u32 timeoutSeconds, entity_addr_t addr }. */
function decodeWatchItem(dec: Decoder): Watcher {
  const version = dec.decodeStart('watch_item_t', 2);
  if (version < 2) throw dec.error(`version ${version} is older than 2`);
  const watcher = entityNameToString({ type: dec.u8(), num: dec.s64() });
  const cookie = dec.bigU64();
  const timeoutSeconds = dec.u32();
  const addr = decodeAddr(dec).getLegacyStr();
  dec.decodeFinish();
  return { addr, watcher, cookie, timeoutSeconds };
}
