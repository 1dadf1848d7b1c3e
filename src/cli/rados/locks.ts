import { decodeVector } from '../../common/containers.ts';
import { Decoder } from '../../common/Decoder.ts';
import { Encoder } from '../../common/Encoder.ts';
import { cppStrerror } from '../../common/errno.ts';
import type { Json } from '../../common/json_formatter.ts';
import { decodeUtime } from '../../common/utime_t.ts';
import { RadosError } from '../../librados/RadosError.ts';
import { decodeAddr, entityNameToString } from '../../msg/msg_types.ts';
import { utimeText } from '../../osd/dump/ceph_text.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { localZone } from '../local_zone.ts';
import { findFormat } from './format.ts';
import { errorExit } from './options.ts';
import { poolOf, type RadosRun, usageExit } from './RadosRun.ts';

/** `lock list` and `lock info`: advisory locks, which the class `lock` keeps. Ceph: do_lock_cmd, src/cls/lock. */

const LOCK_TYPES = ['none', 'exclusive', 'shared', 'exclusive-ephemeral'];
/** Two section headers, a name, a cookie, times, an address, a description. */
const LOCKER_LENGTH_MIN = 6 + 9 + 4 + 6 + 8 + 1 + 4;

export async function lock(run: RadosRun): Promise<number> {
  poolOf(run);
  const [verb, oid, name] = run.operands;
  if (oid === undefined) throw usageExit();
  if (verb === 'list') return listLocks(run, oid);
  if (verb !== 'info' || name === undefined) throw usageExit();
  return lockInfo(run, oid, name);
}

async function listLocks(run: RadosRun, oid: string): Promise<number> {
  const reply = await call(run, oid, 'list_locks', new Uint8Array(0), 'rados_list_locks()');
  const names = decodeNames(new Decoder(reply, 'list_locks'));
  return print(run, 'object', { objname: oid, locks: names.map((name): Json => ({ name })) });
}

/** Section v1 { list<string> }. */
function decodeNames(dec: Decoder): string[] {
  dec.decodeStart('cls_lock_list_locks_reply', 1);
  const names = decodeVector(dec, 'locks', 4, () => dec.string('locks'));
  dec.decodeFinish();
  return names;
}

async function lockInfo(run: RadosRun, oid: string, name: string): Promise<number> {
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  enc.string(name);
  enc.encodeFinish();
  const reply = await call(run, oid, 'get_info', enc.take(), 'rados_lock_get_lock_info()');
  const info = decodeInfo(new Decoder(reply, 'get_info'));
  return print(run, 'lock', { name, ...info });
}

/** Section v1 { map<locker_id_t, locker_info_t>, u8 type, string tag }. */
function decodeInfo(dec: Decoder): Record<string, Json> {
  dec.decodeStart('cls_lock_get_info_reply', 1);
  const lockers = decodeVector(dec, 'lockers', LOCKER_LENGTH_MIN, () => decodeLocker(dec));
  const type = LOCK_TYPES[dec.u8()] ?? '<unknown>';
  const tag = dec.string('tag');
  dec.decodeFinish();
  return { type, tag, lockers };
}

/** Section v1 { entity_name_t, string cookie }, section v1 { utime_t expiration, entity_addr_t, string }. */
function decodeLocker(dec: Decoder): Json {
  dec.decodeStart('locker_id_t', 1);
  const name = entityNameToString({ type: dec.u8(), num: dec.s64() });
  const cookie = dec.string('cookie');
  dec.decodeFinish();
  dec.decodeStart('locker_info_t', 1);
  const expiration = utimeText(decodeUtime(dec), localZone);
  const addr = decodeAddr(dec).getLegacyStr();
  const description = dec.string('description');
  dec.decodeFinish();
  return { name, cookie, description, expiration, addr };
}

async function call(
  run: RadosRun,
  oid: string,
  method: string,
  input: Uint8Array,
  what: string,
): Promise<Uint8Array> {
  try {
    return await poolOf(run).execute(oid, 'lock', method, input);
  } catch (error) {
    if (!RadosError.is(error)) throw error;
    const said = `ERROR: ${what}: ${cppStrerror(error.errno)}\n`;
    throw new ToolExit(1, '', said + errorExit(error.errno).stderr);
  }
}

async function print({ options, output }: RadosRun, name: string, value: Json): Promise<number> {
  const format = options.format ?? findFormat(options.prettyFormat ? 'json-pretty' : 'json');
  await output.write(format?.(name, value) ?? '');
  return 0;
}
