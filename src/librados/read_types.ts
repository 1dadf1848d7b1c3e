/** What the steps of a read take and give. */

import type { utime_t } from '../common/utime_t.ts';
import type { CallOptions } from './CallOptions.ts';
import type { Fadvise, ReadFlags } from './read_flags.ts';

export interface Extent {
  /** Bytes; default 0. */
  readonly offset?: number | undefined;
  /** Bytes; default: to the end of the object. */
  readonly length?: number | undefined;
}

/** How what is read will be used. */
export interface Advice {
  readonly fadvise?: Fadvise | readonly Fadvise[] | undefined;
}

export interface SparseExtent extends Advice {
  /** Bytes; default 0. */
  readonly offset?: number | undefined;
  /** Bytes. */
  readonly length: number;
}

/** Keys of an omap, in the order of their bytes. */
export interface OmapRange {
  /** The keys behind this one; default: from the first on. */
  readonly startAfter?: string | undefined;
  /** At most so many; default: as many as the OSD gives at once (usually 1024). */
  readonly maxReturn?: number | undefined;
}

export interface FilteredOmapRange extends OmapRange {
  /** Only keys that begin so. */
  readonly filterPrefix?: string | undefined;
}

export interface ChecksumOptions extends Extent {
  /** Bytes that one checksum covers; they must divide those that are read. Default: all of them. */
  readonly chunkSize?: number | undefined;
  /** What the checksum begins with. Default: 0xffffffff for crc32c, 0 for the others. */
  readonly init?: number | bigint | undefined;
}

/** How one op is to be done. */
export interface OpOptions extends CallOptions {
  /** In addition to those of the IoCtx. */
  readonly flags?: ReadFlags | undefined;
}

export interface ReadOptions extends OpOptions, Extent, Advice {}

export interface ObjectStat {
  /** Bytes. */
  readonly size: number;
  readonly mtime: Date;
  /** Nanoseconds since 1970 UTC. */
  readonly mtimeNs: bigint;
  readonly version: bigint;
}

/** Whether an object has the bytes that were expected; if not, which of them is the first that it has not. */
export type Cmpext =
  | { readonly equal: true }
  | {
      readonly equal: false;
      /** Bytes from the first that was expected. */
      readonly mismatchAt: number;
    };

export function objectStat(size: number, { sec, nsec }: utime_t, version: bigint): ObjectStat {
  return {
    size,
    mtime: new Date(sec * 1000 + Math.floor(nsec / 1e6)),
    mtimeNs: BigInt(sec) * 1_000_000_000n + BigInt(nsec),
    version,
  };
}
