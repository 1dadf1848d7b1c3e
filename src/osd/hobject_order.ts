import { utf8Compare } from '../common/utf8.ts';
import type { hobject_t } from './hobject_t.ts';

/** The bits of a u32 from last to first: PGs hold runs of hashes that share their last bits. */
export function reverseBits(hash: number): number {
  let x = hash;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}

/** The order in which objects are listed: negative, 0 or positive. Ceph: cmp(hobject_t, hobject_t). */
export function compareHobjects(a: hobject_t, b: hobject_t): number {
  if (a.isMax || b.isMax) return Number(a.isMax) - Number(b.isMax);
  return (
    (a.pool ?? Number.NEGATIVE_INFINITY) - (b.pool ?? Number.NEGATIVE_INFINITY) ||
    reverseBits(a.hash) - reverseBits(b.hash) ||
    utf8Compare(a.nspace, b.nspace) ||
    utf8Compare(effectiveKey(a), effectiveKey(b)) ||
    utf8Compare(a.oid, b.oid) ||
    snapOrder(a.snap) - snapOrder(b.snap)
  );
}

function effectiveKey({ key, oid }: hobject_t): string {
  return key === '' ? oid : key;
}

/** As an unsigned number: the head, and what lists snapshots, come behind all snapshots. */
function snapOrder(snap: number): number {
  return snap < 0 ? 2 ** 64 + snap * 2 ** 12 : snap;
}
