/**
 * Feature bits that this code looks at. Ceph: src/include/ceph_features.h.
 *
 * Several bits have been used twice; such a feature is there only when the bits of its incarnation
 * (jewel or nautilus) are set too, so always test with {@link haveFeature}.
 */

const INCARNATION_1 = 0n;
const INCARNATION_2 = 1n << 57n; // SERVER_JEWEL
const INCARNATION_3 = (1n << 57n) | (1n << 28n); // and SERVER_MIMIC

export const CEPH_FEATURE_MSG_AUTH: bigint = (1n << 23n) | INCARNATION_1;
export const CEPH_FEATURE_SERVER_LUMINOUS: bigint = (1n << 21n) | INCARNATION_2;
export const CEPH_FEATURE_NEW_OSDOP_ENCODING: bigint = 1n << 56n;
export const CEPH_FEATURE_NEW_OSDOPREPLY_ENCODING: bigint = 1n << 58n;
export const CEPH_FEATURE_MSG_ADDR2: bigint = 1n << 59n;
export const CEPH_FEATURE_SERVER_NAUTILUS: bigint = (1n << 2n) | INCARNATION_3;

/** What 16.2 clients and daemons advertise. */
export const CEPH_FEATURES_ALL = 0x3f01cfbdfffdffffn;

/**
 * What a peer must have: the encodings here are those of 16.2 and are not made in older forms, so
 * a peer from before Nautilus is refused at the handshake.
 */
export const CEPH_FEATURES_REQUIRED: bigint =
  CEPH_FEATURE_MSG_AUTH |
  CEPH_FEATURE_SERVER_LUMINOUS |
  CEPH_FEATURE_NEW_OSDOP_ENCODING |
  CEPH_FEATURE_NEW_OSDOPREPLY_ENCODING |
  CEPH_FEATURE_MSG_ADDR2 |
  CEPH_FEATURE_SERVER_NAUTILUS;

export function haveFeature(features: bigint, feature: bigint): boolean {
  return (features & feature) === feature;
}
