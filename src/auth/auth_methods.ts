/** Ways to authenticate. Ceph: src/include/ceph_fs.h. */
export const CEPH_AUTH_UNKNOWN = 0;
export const CEPH_AUTH_NONE = 1;
export const CEPH_AUTH_CEPHX = 2;

const NAMES = ['unknown', 'none', 'cephx'];

/** `cephx (2)`. */
export function authMethodToString(method: number): string {
  return `${NAMES[method] ?? 'unknown'} (${method})`;
}
