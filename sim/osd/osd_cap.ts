import { type Grant, parseCaps } from '../../src/auth/caps.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { CapNeeds } from './ops/op_info.ts';

/** Profiles of clients, as what they stand for. */
const PROFILES: Readonly<Record<string, string>> = {
  rbd: 'allow rwx',
  'rbd-read-only': 'allow rx',
  osd: 'allow *',
};

/** Texts of capabilities are few, and ops are many. */
const parsed = new Map<string, readonly Grant[]>();
const PARSED_MAX = 1000;

/**
 * Whether a client with these capabilities may do that. Undefined: nobody has limited anything.
 * Ceph: OSDCap::is_capable (src/osd/OSDCap.cc).
 */
export function osdCapAllows(
  caps: string | undefined,
  map: OSDMap,
  op: MOSDOp,
  needs: CapNeeds,
): boolean {
  if (caps === undefined) return true;
  const left = { ...needs };
  for (const { rwx, classes, limits } of grantsOf(caps)) {
    if (!applies(limits, map, op)) continue;
    left.r &&= !rwx.r;
    left.w &&= !rwx.w;
    left.classR &&= !classes.r;
    left.classW &&= !classes.w;
  }
  return !left.r && !left.w && !left.classR && !left.classW;
}

function grantsOf(caps: string): readonly Grant[] {
  const known = parsed.get(caps);
  if (known !== undefined) return known;
  const grants = parseCaps(caps).flatMap((grant): Grant[] => {
    if (grant.profile === undefined) return [grant];
    const stands = PROFILES[grant.profile];
    return stands === undefined
      ? []
      : parseCaps(stands).map((each) => ({ ...each, limits: grant.limits }));
  });
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(caps, grants);
  return grants;
}

function applies(limits: ReadonlyMap<string, string>, map: OSDMap, { oid, oloc }: MOSDOp): boolean {
  const [pool, nspace] = [limits.get('pool'), limits.get('namespace')];
  if (pool !== undefined && pool !== map.poolName(oloc.pool)) return false;
  if (nspace !== undefined && !matches(nspace, oloc.nspace)) return false;
  const prefix = limits.get('object_prefix');
  return prefix === undefined || oid.startsWith(prefix);
}

/** `a*`: all that begin so. */
function matches(pattern: string, nspace: string): boolean {
  return pattern.endsWith('*') ? nspace.startsWith(pattern.slice(0, -1)) : nspace === pattern;
}
