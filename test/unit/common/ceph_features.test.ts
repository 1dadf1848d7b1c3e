import { describe, expect, test } from 'vitest';
import {
  CEPH_FEATURE_SERVER_NAUTILUS,
  CEPH_FEATURES_ALL,
  CEPH_FEATURES_REQUIRED,
  haveFeature,
} from '../../../src/common/ceph_features.ts';

describe('features', () => {
  test('that we ask for are features that 16.2 has', () => {
    expect(haveFeature(CEPH_FEATURES_ALL, CEPH_FEATURES_REQUIRED)).toBe(true);
  });

  // A 16.2 monitor writes maps as Mimic did for a client that lacks bit 2, and for no other bit.
  test('have Nautilus in bit 2, with the bits of its incarnation', () => {
    expect(haveFeature(CEPH_FEATURES_ALL & ~(1n << 2n), CEPH_FEATURE_SERVER_NAUTILUS)).toBe(false);
    expect(haveFeature(CEPH_FEATURES_ALL & ~(1n << 28n), CEPH_FEATURE_SERVER_NAUTILUS)).toBe(false);
    expect(haveFeature(CEPH_FEATURES_ALL & ~(1n << 61n), CEPH_FEATURE_SERVER_NAUTILUS)).toBe(true);
  });
});
