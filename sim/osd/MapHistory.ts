import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';

/** Maps that are kept at most. */
const MAPS_MAX = 500;

/** The encoded change that made a map, beside the map. */
interface Entry {
  readonly map: OSDMap;
  /** Undefined for the first one, which came whole. */
  readonly incremental: Uint8Array | undefined;
}

/** The maps that an OSD has seen, one for each epoch, without a gap. */
export class MapHistory {
  #entries: Entry[] = [];

  get newest(): OSDMap | undefined {
    return this.#entries.at(-1)?.map;
  }

  /** 0: no map yet. */
  get epoch(): number {
    return this.newest?.epoch ?? 0;
  }

  get oldestEpoch(): number {
    return this.#entries[0]?.map.epoch ?? 0;
  }

  /** `incremental`: what made it of the newest; without it the history begins anew. */
  add(map: OSDMap, incremental?: Uint8Array): void {
    if (incremental === undefined) this.#entries = [];
    this.#entries.push({ map, incremental });
    if (this.#entries.length > MAPS_MAX) this.#entries.shift();
  }

  /** The changes that make the map of `last` of that of `first` - 1; undefined: too old. */
  incrementals(first: number, last: number): Map<number, Uint8Array> | undefined {
    const changes = new Map<number, Uint8Array>();
    for (let epoch = first; epoch <= last; epoch++) {
      const incremental = this.#entries[epoch - this.oldestEpoch]?.incremental;
      if (incremental === undefined) return undefined;
      changes.set(epoch, incremental);
    }
    return changes;
  }

  /** Whether `pg` has had the primary that it has now in every map from that of `epoch` on. */
  isSamePrimarySince(pg: pg_t, epoch: number): boolean {
    const primary = this.newest?.pgToUpActingOsds(pg).actingPrimary;
    if (epoch < this.oldestEpoch) return false;
    return this.#entries
      .slice(epoch - this.oldestEpoch)
      .every(({ map }) => map.pgToUpActingOsds(pg).actingPrimary === primary);
  }
}
