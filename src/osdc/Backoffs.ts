import { compareHobjects } from '../osd/hobject_order.ts';
import type { hobject_t } from '../osd/hobject_t.ts';
import type { spg_t } from '../osd/osd_types.ts';

/** Ranges that one OSD may block: more than it ever has ops of ours. */
export const BACKOFFS_MAX = 10_000;

/** Objects from `begin` to before `end`; where both are the same, this one object. */
interface Range {
  readonly begin: hobject_t;
  readonly end: hobject_t;
}

/** By the id of the backoff. */
type PgBackoffs = Map<number, Range[]>;

/** What one OSD has asked not to be sent, over one connection. Ceph: OSDSession::backoffs. */
export class Backoffs {
  readonly #byPg = new Map<string, PgBackoffs>();
  readonly #byId = new Map<number, string>();

  get size(): number {
    return this.#byId.size;
  }

  block(pgid: spg_t, id: number, begin: hobject_t, end: hobject_t): void {
    this.#delete(id);
    const key = keyOf(pgid);
    const ofPg: PgBackoffs = this.#byPg.get(key) ?? new Map();
    ofPg.set(id, [{ begin, end }]);
    this.#byPg.set(key, ofPg);
    this.#byId.set(id, key);
  }

  /** What of the backoff lies outside of the range stays blocked. False: there is no such backoff. */
  unblock(id: number, begin: hobject_t, end: hobject_t): boolean {
    const ofPg = this.#byPg.get(this.#byId.get(id) ?? '');
    const ranges = ofPg?.get(id);
    if (ofPg === undefined || ranges === undefined) return false;
    const left = ranges.flatMap((range) => subtract(range, begin, end));
    if (left.length === 0) this.#delete(id);
    else ofPg.set(id, left);
    return true;
  }

  /** Nothing is to be sent for `object`. */
  holds(pgid: spg_t, object: hobject_t): boolean {
    const ofPg = this.#byPg.get(keyOf(pgid));
    if (ofPg === undefined) return false;
    for (const ranges of ofPg.values()) {
      for (const { begin, end } of ranges) if (isInRange(object, begin, end)) return true;
    }
    return false;
  }

  clear(): void {
    this.#byPg.clear();
    this.#byId.clear();
  }

  #delete(id: number): void {
    const key = this.#byId.get(id);
    if (key === undefined) return;
    const ofPg = this.#byPg.get(key);
    ofPg?.delete(id);
    if (ofPg?.size === 0) this.#byPg.delete(key);
    this.#byId.delete(id);
  }
}

/** Ceph: op_target_t::contained_by. */
export function isInRange(object: hobject_t, begin: hobject_t, end: hobject_t): boolean {
  const order = compareHobjects(object, begin);
  return order === 0 || (order > 0 && compareHobjects(object, end) < 0);
}

/** A PG that splits on its OSD may be unblocked in parts. */
function subtract(range: Range, begin: hobject_t, end: hobject_t): Range[] {
  if (compareHobjects(range.begin, range.end) === 0) {
    return isInRange(range.begin, begin, end) ? [] : [range];
  }
  if (compareHobjects(begin, end) === 0) return [];
  const left: Range[] = [];
  if (compareHobjects(range.begin, begin) < 0)
    left.push({ begin: range.begin, end: least(range.end, begin) });
  if (compareHobjects(end, range.end) < 0)
    left.push({ begin: most(range.begin, end), end: range.end });
  return left;
}

function least(a: hobject_t, b: hobject_t): hobject_t {
  return compareHobjects(a, b) <= 0 ? a : b;
}

function most(a: hobject_t, b: hobject_t): hobject_t {
  return compareHobjects(a, b) >= 0 ? a : b;
}

function keyOf({ pgid, shard }: spg_t): string {
  return `${pgid.pool}.${pgid.seed}s${shard}`;
}
