import { CEPH_FEATURES_ALL, CEPH_FEATURES_REQUIRED } from '../common/ceph_features.ts';

import type { Throttle } from '../common/Throttle.ts';

/** How connections to one type of peer behave. Ceph: src/msg/Policy.h. */
export interface Policy {
  /** A failed connection is given up, with all that was not delivered. */
  readonly lossy: boolean;
  /** The peer reconnects, we never do. */
  readonly server: boolean;
  /** A failed session with nothing to send waits for either side to have something. */
  readonly standby: boolean;
  /** A peer that has forgotten a session is told so, and forgets ours too. */
  readonly resetcheck: boolean;
  /** Taken before the body of a message is read, put back when it has been dispatched. */
  readonly throttlerBytes?: Throttle | undefined;
  readonly throttlerMessages?: Throttle | undefined;
  readonly featuresSupported: bigint;
  readonly featuresRequired: bigint;
}

const FEATURES = {
  featuresSupported: CEPH_FEATURES_ALL,
  featuresRequired: CEPH_FEATURES_REQUIRED,
};

export function lossyClient(): Policy {
  return { lossy: true, server: false, standby: false, resetcheck: false, ...FEATURES };
}

export function losslessClient(): Policy {
  return { lossy: false, server: false, standby: false, resetcheck: true, ...FEATURES };
}

export function losslessPeer(): Policy {
  return { lossy: false, server: false, standby: true, resetcheck: false, ...FEATURES };
}

export function losslessPeerReuse(): Policy {
  return { lossy: false, server: false, standby: true, resetcheck: true, ...FEATURES };
}

export function statefulServer(): Policy {
  return { lossy: false, server: true, standby: true, resetcheck: true, ...FEATURES };
}

export function statelessServer(): Policy {
  return { lossy: true, server: true, standby: false, resetcheck: false, ...FEATURES };
}
