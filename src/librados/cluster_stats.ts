import type { pool_stat_t } from '../osd/pool_stat.ts';

/** What a monitor says to a command. */
export interface CommandReply {
  /** 0, or a negative errno: -22 for EINVAL. */
  readonly status: number;
  readonly output: Uint8Array;
  /** For people: what went wrong, or what was done. */
  readonly message: string;
}

/** How full the cluster is. Sizes are KiB of all OSDs. */
export interface ClusterStat {
  readonly kb: number;
  readonly kbUsed: number;
  readonly kbAvail: number;
  readonly numObjects: number;
}

/** What is in a pool, as `rados df` counts it. Ceph: rados_pool_stat_t (src/include/rados/librados.h). */
export interface PoolStat {
  /** On the devices of all OSDs. */
  readonly numBytes: number;
  readonly numKb: number;
  readonly numObjects: number;
  readonly numObjectClones: number;
  /** Objects times copies. */
  readonly numObjectCopies: number;
  readonly numObjectsMissingOnPrimary: number;
  readonly numObjectsUnfound: number;
  readonly numObjectsDegraded: number;
  readonly numRd: number;
  readonly numRdKb: number;
  readonly numWr: number;
  readonly numWrKb: number;
  /** As written by users, in all copies. */
  readonly numUserBytes: number;
  readonly compressedBytesOrig: number;
  readonly compressedBytes: number;
  readonly compressedBytesAlloc: number;
}

/**
 * `perPool`: the OSDs count the pool's bytes on their devices; else what the placement groups sum up
 * has to do. Ceph: IoCtx pool_stat (src/librados/librados_c.cc), pool_stat_t (src/osd/osd_types.h).
 */
export function poolStatOf({ sum, storeStats }: pool_stat_t, perPool: boolean): PoolStat {
  const counted = sum.numBytes + sum.numBytesHitSetArchive;
  const numBytes = perPool ? storeStats.allocated + storeStats.omapAllocated : counted;
  const numUserBytes = perPool
    ? storeStats.dataStored + storeStats.omapAllocated
    : counted + sum.numOmapBytes;
  return {
    numBytes,
    numKb: Math.ceil(numBytes / 1024),
    numObjects: sum.numObjects,
    numObjectClones: sum.numObjectClones,
    numObjectCopies: sum.numObjectCopies,
    numObjectsMissingOnPrimary: sum.numObjectsMissingOnPrimary,
    numObjectsUnfound: sum.numObjectsUnfound,
    numObjectsDegraded: sum.numObjectsDegraded,
    numRd: sum.numRd,
    numRdKb: sum.numRdKb,
    numWr: sum.numWr,
    numWrKb: sum.numWrKb,
    numUserBytes,
    compressedBytesOrig: storeStats.dataCompressedOriginal,
    compressedBytes: storeStats.dataCompressed,
    compressedBytesAlloc: storeStats.dataCompressedAllocated,
  };
}
