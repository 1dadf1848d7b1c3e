/** Releases by number. Ceph: src/common/ceph_releases.h. */
export const CEPH_RELEASE_LUMINOUS = 12;
export const CEPH_RELEASE_NAUTILUS = 14;
export const CEPH_RELEASE_PACIFIC = 16;

const CEPH_OSDMAP_REQUIRE_JEWEL = 1 << 16;
const CEPH_OSDMAP_REQUIRE_KRAKEN = 1 << 17;
const CEPH_OSDMAP_REQUIRE_LUMINOUS = 1 << 18;
const LEGACY_REQUIRE_FLAGS =
  CEPH_OSDMAP_REQUIRE_JEWEL | CEPH_OSDMAP_REQUIRE_KRAKEN | CEPH_OSDMAP_REQUIRE_LUMINOUS;
export const CEPH_OSDMAP_SORTBITWISE: number = 1 << 15;
export const CEPH_OSDMAP_RECOVERY_DELETES: number = 1 << 19;
export const CEPH_OSDMAP_PURGED_SNAPDIRS: number = 1 << 20;
export const CEPH_OSDMAP_PGLOG_HARDLIMIT: number = 1 << 22;

/** `flags` with those that a release of all OSDs implies. Ceph: OSDMap::decode. */
export function flagsOfRelease(flags: number, release: number): number {
  let all = flags;
  if (release >= CEPH_RELEASE_LUMINOUS) {
    all = (all & ~LEGACY_REQUIRE_FLAGS) | CEPH_OSDMAP_RECOVERY_DELETES;
  }
  if (release >= CEPH_RELEASE_NAUTILUS) all |= CEPH_OSDMAP_PGLOG_HARDLIMIT;
  return all >>> 0;
}
