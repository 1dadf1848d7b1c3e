import type { crush_msr_tunables, crush_tunables } from './crush_types.ts';
import {
  CRUSH_BUCKET_LIST,
  CRUSH_BUCKET_STRAW,
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_UNIFORM,
} from './crush_types.ts';

const LEGACY_ALLOWED_BUCKET_ALGS =
  (1 << CRUSH_BUCKET_UNIFORM) | (1 << CRUSH_BUCKET_LIST) | (1 << CRUSH_BUCKET_STRAW);

/** What a map means that does not say. Ceph: builder.c, set_legacy_crush_map. */
export const TUNABLES_LEGACY: crush_tunables = {
  chooseLocalTries: 2,
  chooseLocalFallbackTries: 5,
  chooseTotalTries: 19,
  chooseleafDescendOnce: 0,
  chooseleafVaryR: 0,
  chooseleafStable: 0,
  strawCalcVersion: 0,
  allowedBucketAlgs: LEGACY_ALLOWED_BUCKET_ALGS,
};

/** What new maps get. Ceph: CrushWrapper.h, set_tunables_jewel. */
export const TUNABLES_JEWEL: crush_tunables = {
  chooseLocalTries: 0,
  chooseLocalFallbackTries: 0,
  chooseTotalTries: 50,
  chooseleafDescendOnce: 1,
  chooseleafVaryR: 1,
  chooseleafStable: 1,
  strawCalcVersion: 1,
  allowedBucketAlgs: LEGACY_ALLOWED_BUCKET_ALGS | (1 << CRUSH_BUCKET_STRAW2),
};

/** What a map means that says nothing of MSR rules. Ceph: set_default_msr_tunables. */
export const TUNABLES_MSR: crush_msr_tunables = { descents: 100, collisionTries: 100 };
