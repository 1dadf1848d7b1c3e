import { parseCaps } from '../../src/auth/caps.ts';

/** Profiles that may do everything that a cluster's own daemons must. */
const DAEMON_PROFILES = new Set(['osd', 'mds', 'mgr', 'mon']);

/** Profiles of clients: they read maps, and blocklist who holds a lock no more. */
const READING_PROFILES = new Set(['rbd', 'rbd-read-only', 'simple-rados-client']);

/**
 * Whether `caps` allow a command with such a prefix that needs `perm` (letters of rwx). Undefined: nobody has
 * limited anything. Ceph: src/mon/MonCap.cc.
 */
export function monCapAllows(caps: string | undefined, perm: string, prefix: string): boolean {
  if (caps === undefined) return true;
  const missing = new Set(perm);
  for (const { profile, rwx, limits } of parseCaps(caps)) {
    if (limits.has('service') || limits.has('network')) continue;
    const command = limits.get('command');
    if (command !== undefined) {
      if (command === prefix) return true;
      continue;
    }
    const isDaemon = profile !== undefined && DAEMON_PROFILES.has(profile);
    const isReader = profile !== undefined && READING_PROFILES.has(profile);
    if (rwx.r || isDaemon || isReader) missing.delete('r');
    if (rwx.w || isDaemon) missing.delete('w');
    if (rwx.x || isDaemon) missing.delete('x');
  }
  return missing.size === 0;
}
