import { EINVAL } from '../../../src/common/errno.ts';
import {
  CEPH_OSD_OP_CACHE_EVICT,
  CEPH_OSD_OP_CACHE_FLUSH,
  CEPH_OSD_OP_CACHE_PIN,
  CEPH_OSD_OP_CACHE_TRY_FLUSH,
  CEPH_OSD_OP_CACHE_UNPIN,
} from '../../../src/osd/rados.ts';
import { failed, type Step, type Steps } from './step.ts';

/** No pool is a cache of another. */
const refuse: Step = () => failed(EINVAL);

export const TIER_STEPS: Steps = [
  [CEPH_OSD_OP_CACHE_FLUSH, refuse],
  [CEPH_OSD_OP_CACHE_TRY_FLUSH, refuse],
  [CEPH_OSD_OP_CACHE_EVICT, refuse],
  [CEPH_OSD_OP_CACHE_PIN, refuse],
  [CEPH_OSD_OP_CACHE_UNPIN, refuse],
];
