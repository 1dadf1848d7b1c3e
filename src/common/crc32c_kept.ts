/**
 * Who serves the same bytes again and again need not go over them each time. Ceph: the crcs that a
 * bufferlist's raw buffers keep.
 */
import { crc32c } from './crc32c.ts';
import { crc32cZeros } from './crc32c_zeros.ts';

/** Below so many bytes, asking costs as much as the crc. */
const KEPT_MIN = 1024;

/** From seed 0; undefined until it is first wanted. */
const kept = new WeakMap<Uint8Array, { crc: number | undefined }>();

/** From now on nobody changes `bytes`: their crc is kept, once somebody has wanted it. */
export function keepCrc32c(bytes: Uint8Array): void {
  if (bytes.length >= KEPT_MIN && !kept.has(bytes)) kept.set(bytes, { crc: undefined });
}

/** As {@link crc32c} of all of `bytes`; of an array given to {@link keepCrc32c}, from memory. */
export function crc32cKept(seed: number, bytes: Uint8Array): number {
  const memo = bytes.length < KEPT_MIN ? undefined : kept.get(bytes);
  if (memo === undefined) return crc32c(seed, bytes);
  memo.crc ??= crc32c(0, bytes);
  return (crc32cZeros(seed, bytes.length) ^ memo.crc) >>> 0;
}
