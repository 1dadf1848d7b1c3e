import { Encoder } from '../../common/Encoder.ts';
import { encodeUtime, UTIME_ZERO } from '../../common/utime_t.ts';

/** Object class `lock`, whose locks are an attribute of the object. Ceph: src/cls/lock. */

const LOCK_SHARED = 2;

/** Section v1 { string name, u8 type, string cookie, string tag, string description, utime_t duration, u8 flags }. */
export function lockSharedInput(name: string, cookie: string, tag: string): Uint8Array {
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  enc.string(name);
  enc.u8(LOCK_SHARED);
  enc.string(cookie);
  enc.string(tag);
  enc.string('');
  encodeUtime(enc, UTIME_ZERO);
  enc.u8(0);
  enc.encodeFinish();
  return enc.take();
}

/** Section v1 { string name, string cookie }. */
export function unlockInput(name: string, cookie: string): Uint8Array {
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  enc.string(name);
  enc.string(cookie);
  enc.encodeFinish();
  return enc.take();
}
