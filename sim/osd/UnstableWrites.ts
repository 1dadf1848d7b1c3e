import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { type eversion_t, type pg_t, pgToString } from '../../src/osd/osd_types.ts';
import type { UpActing } from '../../src/osd/osdmap_mapping.ts';

interface PgWrites {
  /** Since which the PG is where it is. */
  readonly where: string;
  /** By object: its last write. */
  readonly objects: Map<string, number>;
}

/**
 * Writes that a replica has been told of, and does not know to be done by all: it leaves it to the
 * primary to read what they have written. Ceph: PeeringState::can_serve_replica_read.
 */
export class UnstableWrites {
  readonly #pgs = new Map<string, PgWrites>();

  /** `complete`: up to there all replicas are known to have all writes. */
  note(map: OSDMap, pg: pg_t, object: string, version: eversion_t, complete: eversion_t): void {
    const where = whereOf(map.pgToUpActingOsds(pg));
    const known = this.#pgs.get(pgToString(pg));
    const writes = known?.where === where ? known : { where, objects: new Map<string, number>() };
    this.#pgs.set(pgToString(pg), writes);
    for (const [other, at] of writes.objects) {
      if (at <= complete.version) writes.objects.delete(other);
    }
    writes.objects.set(object, version.version);
  }

  has(map: OSDMap, pg: pg_t, object: string): boolean {
    const writes = this.#pgs.get(pgToString(pg));
    if (writes?.where !== whereOf(map.pgToUpActingOsds(pg))) return false;
    return writes.objects.has(object);
  }

  clear(): void {
    this.#pgs.clear();
  }
}

function whereOf({ acting, actingPrimary }: UpActing): string {
  return `${acting.join()} ${actingPrimary}`;
}
