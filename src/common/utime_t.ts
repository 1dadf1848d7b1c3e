import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';

/** Ceph's utime_t: u32 seconds since 1970 UTC, u32 nanoseconds. */
export interface utime_t {
  readonly sec: number;
  readonly nsec: number;
}

export const UTIME_ZERO: utime_t = { sec: 0, nsec: 0 };

export function encodeUtime(enc: Encoder, time: utime_t): void {
  enc.u32(time.sec);
  enc.u32(time.nsec);
}

export function decodeUtime(dec: Decoder): utime_t {
  return { sec: dec.u32(), nsec: dec.u32() };
}

/** From milliseconds since 1970 UTC. */
export function utimeFromMs(ms: number): utime_t {
  const sec = Math.floor(ms / 1000);
  // Never up: a second has no nanosecond 10^9.
  return { sec, nsec: Math.min(Math.floor((ms - sec * 1000) * 1e6), 999_999_999) };
}

/** In milliseconds since 1970 UTC. */
export function utimeToMs(time: utime_t): number {
  return time.sec * 1000 + time.nsec / 1e6;
}
