import { CEPH_FEATURES_ALL, CEPH_FEATURES_REQUIRED } from '../common/ceph_features.ts';

/** How connections to one type of peer behave. Ceph: src/msg/Policy.h. */
export interface Policy {
  /** A failed connection is given up, with all that was not delivered. */
  readonly lossy: boolean;
  /** The peer reconnects, we never do. */
  readonly server: boolean;
  readonly featuresSupported: bigint;
  readonly featuresRequired: bigint;
}

const FEATURES = {
  featuresSupported: CEPH_FEATURES_ALL,
  featuresRequired: CEPH_FEATURES_REQUIRED,
};

export function lossyClient(): Policy {
  return { lossy: true, server: false, ...FEATURES };
}

export function statelessServer(): Policy {
  return { lossy: true, server: true, ...FEATURES };
}
