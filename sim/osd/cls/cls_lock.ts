import { encodeVector } from '../../../src/common/containers.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EBUSY, EEXIST, EINVAL, EIO, ENODATA, ENOENT } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { utf8Compare } from '../../../src/common/utf8.ts';
import { decodeUtime, UTIME_ZERO, type utime_t } from '../../../src/common/utime_t.ts';
import { ADDR_TYPE_LEGACY, type entity_name_t } from '../../../src/msg/msg_types.ts';
import type { ClassContext } from './ClassContext.ts';
import { type ClassMethod, type ClassMethods, METHOD_READS, METHOD_WRITES } from './ClassMethod.ts';
import {
  decodeEntityName,
  decodeLockInfo,
  encodeLockInfo,
  isLocker,
  LOCK_NONE,
  type LockInfo,
} from './lock_info.ts';

const PREFIX = 'lock.';

/** Ceph: ClsLockType. */
const EXCLUSIVE = 1;
const SHARED = 2;
/** The object goes when the lock does. */
const EXCLUSIVE_EPHEMERAL = 3;
const TYPES: readonly number[] = [EXCLUSIVE, SHARED, EXCLUSIVE_EPHEMERAL];

/** Ceph: LOCK_FLAG_*. */
const MAY_RENEW = 1;
const MUST_RENEW = 2;

interface LockOp {
  readonly name: string;
  readonly type: number;
  readonly cookie: string;
  readonly tag: string;
  readonly description: string;
  readonly duration: utime_t;
  readonly flags: number;
}

/** Section v1 { string name, u8 type, string cookie, string tag, string description, utime_t duration, u8 flags }. */
function decodeLockOp(input: Uint8Array): LockOp {
  const dec = new Decoder(input, 'cls_lock');
  dec.decodeStart('cls_lock_lock_op', 1);
  return {
    name: dec.string('name'),
    type: dec.u8(),
    cookie: dec.string('cookie'),
    tag: dec.string('tag'),
    description: dec.string('description'),
    duration: decodeUtime(dec),
    flags: dec.u8(),
  };
}

/** Or a negative errno. Those whose time is over hold it no more. */
function readLock(ctx: ClassContext, name: string): LockInfo | number {
  const value = ctx.getXattr(PREFIX + name);
  if (value === -ENODATA) return LOCK_NONE;
  if (typeof value === 'number') return value;
  try {
    const info = decodeLockInfo(new Decoder(value, 'lock xattr'));
    const lockers = info.lockers.filter(
      ({ expiration }) => isZero(expiration) || !isBefore(expiration, ctx.origin.now),
    );
    if (lockers.length === 0 && info.type === EXCLUSIVE_EPHEMERAL) ctx.remove();
    return { ...info, lockers };
  } catch (error) {
    if (error instanceof DecodeError) return -EIO;
    throw error;
  }
}

function writeLock(ctx: ClassContext, name: string, info: LockInfo): number {
  const enc = new Encoder();
  encodeLockInfo(enc, info);
  return ctx.setXattr(PREFIX + name, enc.take());
}

const lock: ClassMethod['run'] = (ctx, input) => {
  const op = decodeLockOp(input);
  if (!TYPES.includes(op.type) || op.name === '') return { rval: -EINVAL };
  const mayRenew = (op.flags & MAY_RENEW) !== 0;
  const mustRenew = (op.flags & MUST_RENEW) !== 0;
  if (mayRenew && mustRenew) return { rval: -EINVAL };
  const read = readLock(ctx, op.name);
  if (typeof read === 'number' && read !== -ENOENT) return { rval: read };
  const info = typeof read === 'number' ? LOCK_NONE : read;
  if (info.lockers.length > 0 && op.tag !== info.tag) return { rval: -EBUSY };
  const { client, now } = ctx.origin;
  const others = info.lockers.filter((locker) => !isLocker(locker, client, op.cookie));
  const isHeld = others.length < info.lockers.length;
  if (isHeld && !mayRenew && !mustRenew) return { rval: -EEXIST };
  if (!isHeld && mustRenew) return { rval: -ENOENT };
  if (others.length > 0 && (op.type !== SHARED || info.type !== op.type)) return { rval: -EBUSY };
  const locker = {
    name: client,
    cookie: op.cookie,
    expiration: isZero(op.duration) ? UTIME_ZERO : sum(now, op.duration),
    addr: ctx.origin.addr.with({ type: ADDR_TYPE_LEGACY }),
    description: op.description,
  };
  const { type, tag } = op;
  return { rval: writeLock(ctx, op.name, { lockers: [...others, locker], type, tag }) };
};

function removeLocker(
  ctx: ClassContext,
  name: string,
  who: entity_name_t,
  cookie: string,
): { rval: number } {
  const info = readLock(ctx, name);
  if (typeof info === 'number') return { rval: info };
  const lockers = info.lockers.filter((locker) => !isLocker(locker, who, cookie));
  if (lockers.length === info.lockers.length) return { rval: -ENOENT };
  if (info.type === EXCLUSIVE_EPHEMERAL) return { rval: ctx.remove() };
  return { rval: writeLock(ctx, name, { ...info, lockers }) };
}

/** Section v1 { string name, string cookie }. */
const unlock: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_lock');
  dec.decodeStart('cls_lock_unlock_op', 1);
  const name = dec.string('name');
  return removeLocker(ctx, name, ctx.origin.client, dec.string('cookie'));
};

/** Section v1 { string name, entity_name_t locker, string cookie }. */
const breakLock: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_lock');
  dec.decodeStart('cls_lock_break_op', 1);
  const name = dec.string('name');
  const locker = decodeEntityName(dec);
  return removeLocker(ctx, name, locker, dec.string('cookie'));
};

/** Asked: section v1 { string name }. Given: the lock. */
const getInfo: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_lock');
  dec.decodeStart('cls_lock_get_info_op', 1);
  const info = readLock(ctx, dec.string('name'));
  if (typeof info === 'number') return { rval: info };
  const enc = new Encoder();
  encodeLockInfo(enc, info);
  return { rval: 0, out: enc.take() };
};

/** Given: section v1 { list<string> names }. */
const listLocks: ClassMethod['run'] = (ctx) => {
  const names = ctx.xattrNames().filter((name) => name.startsWith(PREFIX));
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  encodeVector(enc, names.sort(utf8Compare), (name) => enc.string(name.slice(PREFIX.length)));
  enc.encodeFinish();
  return { rval: 0, out: enc.take() };
};

interface HeldLock {
  readonly name: string;
  readonly info: LockInfo;
  readonly cookie: string;
}

/** Section v1 { string name, u8 type, string cookie, string tag …}: a lock that the client must hold, or a negative errno. */
function heldLock(ctx: ClassContext, dec: Decoder): HeldLock | number {
  dec.decodeStart('cls_lock_assert_op', 1);
  const name = dec.string('name');
  const type = dec.u8();
  const cookie = dec.string('cookie');
  const tag = dec.string('tag');
  if (!TYPES.includes(type) || name === '') return -EINVAL;
  const info = readLock(ctx, name);
  if (typeof info === 'number') return info;
  if (info.lockers.length === 0 || info.type !== type || info.tag !== tag) return -EBUSY;
  const isHeld = info.lockers.some((locker) => isLocker(locker, ctx.origin.client, cookie));
  return isHeld ? { name, info, cookie } : -EBUSY;
}

const assertLocked: ClassMethod['run'] = (ctx, input) => {
  const held = heldLock(ctx, new Decoder(input, 'cls_lock'));
  return { rval: typeof held === 'number' ? held : 0 };
};

/** As above, and string new_cookie. */
const setCookie: ClassMethod['run'] = (ctx, input) => {
  const dec = new Decoder(input, 'cls_lock');
  const held = heldLock(ctx, dec);
  if (typeof held === 'number') return { rval: held };
  const { client } = ctx.origin;
  const { name, info } = held;
  const cookie = dec.string('new_cookie');
  if (info.lockers.some((locker) => isLocker(locker, client, cookie))) return { rval: -EBUSY };
  const lockers = info.lockers.map((locker) =>
    isLocker(locker, client, held.cookie) ? { ...locker, cookie } : locker,
  );
  return { rval: writeLock(ctx, name, { ...info, lockers }) };
};

function isZero({ sec, nsec }: utime_t): boolean {
  return sec === 0 && nsec === 0;
}

function isBefore(a: utime_t, b: utime_t): boolean {
  return a.sec < b.sec || (a.sec === b.sec && a.nsec < b.nsec);
}

function sum(a: utime_t, b: utime_t): utime_t {
  const nsec = a.nsec + b.nsec;
  const carry = Math.floor(nsec / 1e9);
  return { sec: a.sec + b.sec + carry, nsec: nsec - carry * 1e9 };
}

/** Ceph: src/cls/lock/cls_lock.cc. */
export const LOCK: ClassMethods = {
  lock: { flags: METHOD_READS | METHOD_WRITES, run: lock },
  unlock: { flags: METHOD_READS | METHOD_WRITES, run: unlock },
  break_lock: { flags: METHOD_READS | METHOD_WRITES, run: breakLock },
  get_info: { flags: METHOD_READS, run: getInfo },
  list_locks: { flags: METHOD_READS, run: listLocks },
  assert_locked: { flags: METHOD_READS, run: assertLocked },
  set_cookie: { flags: METHOD_READS | METHOD_WRITES, run: setCookie },
};
