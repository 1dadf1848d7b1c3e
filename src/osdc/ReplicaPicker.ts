import type { CephContext } from '../common/CephContext.ts';
import { type CrushPlaces, commonAncestorDistance, parsePlaces } from '../crush/ancestors.ts';
import type { CrushWrapper } from '../crush/CrushWrapper.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import { CEPH_OSD_FLAG_BALANCE_READS } from '../osd/rados.ts';

const NOWHERE: CrushPlaces = new Map();

/** Which copy a read takes that may take any. Ceph: the end of Objecter::_calc_target. */
export class ReplicaPicker {
  readonly #cct: CephContext;
  /** What was found out about OSDs in this hierarchy, for this place. */
  #crush: CrushWrapper | undefined;
  #location = '';
  #places: CrushPlaces = NOWHERE;
  readonly #distances = new Map<number, number>();

  constructor(cct: CephContext) {
    this.#cct = cct;
  }

  /** One of `acting`, which is not empty. */
  pick(map: OSDMap, flags: number, acting: readonly number[]): number {
    const [primary = -1] = acting;
    if (flags & CEPH_OSD_FLAG_BALANCE_READS) {
      return acting[this.#cct.random.uint32() % acting.length] ?? primary;
    }
    this.#lookAround(map.crush);
    let [best, nearest] = [primary, this.#distance(map.crush, primary)];
    for (const osd of acting) {
      const distance = this.#distance(map.crush, osd);
      if (distance < nearest) [best, nearest] = [osd, distance];
    }
    return best;
  }

  /** Where we are, and what was known of another hierarchy is forgotten. Ceph: CrushLocation (src/crush). */
  #lookAround(crush: CrushWrapper): void {
    const { conf, hostname } = this.#cct;
    const location = conf.crush_location || `host=${hostname ?? 'unknown_host'} root=default`;
    if (this.#crush === crush && this.#location === location) return;
    this.#crush = crush;
    this.#location = location;
    // A text that is no place changes nothing.
    this.#places = parsePlaces(location) ?? this.#places;
    this.#distances.clear();
  }

  /** Infinity: nothing in common. */
  #distance({ crush }: CrushWrapper, osd: number): number {
    let distance = this.#distances.get(osd);
    if (distance === undefined) {
      distance = commonAncestorDistance(crush, osd, this.#places) ?? Number.POSITIVE_INFINITY;
      this.#distances.set(osd, distance);
    }
    return distance;
  }
}
