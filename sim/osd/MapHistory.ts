import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';

/** Maps that are kept at most. */
const MAPS_MAX = 500;

/** The encoded change that made a map, beside the map. */
interface Entry {
  readonly map: OSDMap;
  /** Undefined for one that came whole. */
  readonly incremental: Uint8Array | undefined;
}

/** The maps that an OSD has seen. */
export class MapHistory {
  /** By epoch; there may be gaps before maps that came whole. */
  #entries: Entry[] = [];
  /** The oldest that is still sent to others; of those before it only is known who was whose primary. */
  #oldestEpoch = 0;

  get newest(): OSDMap | undefined {
    return this.#entries.at(-1)?.map;
  }

  /** 0: no map yet. */
  get epoch(): number {
    return this.newest?.epoch ?? 0;
  }

  get oldestEpoch(): number {
    return this.#oldestEpoch;
  }

  /** `incremental`: what made it of the newest; without it what is sent to others begins anew. */
  add(map: OSDMap, incremental?: Uint8Array): void {
    if (incremental === undefined) this.#oldestEpoch = map.epoch;
    this.#entries.push({ map, incremental });
    if (this.#entries.length <= MAPS_MAX) return;
    this.#entries.shift();
    this.#oldestEpoch = Math.max(this.#oldestEpoch, this.#entries[0]?.map.epoch ?? 0);
  }

  /** Sends none but the newest to others from now on. */
  trim(): void {
    this.#oldestEpoch = this.epoch;
  }

  /** The oldest that is still sent to others. */
  get oldest(): OSDMap | undefined {
    return this.#entries.find(({ map }) => map.epoch === this.#oldestEpoch)?.map;
  }

  /** The changes that made the maps of `first` to `last`, as far as there are such, and they are kept. */
  incrementals(first: number, last: number): Map<number, Uint8Array> {
    const changes = new Map<number, Uint8Array>();
    for (const { map, incremental } of this.#entries) {
      const isMeant = map.epoch >= first && map.epoch <= last && map.epoch > this.#oldestEpoch;
      if (isMeant && incremental !== undefined) changes.set(map.epoch, incremental);
    }
    return changes;
  }

  /** Whether `pg` has had the primary that it has now in every map from that of `epoch` on. */
  isSamePrimarySince(pg: pg_t, epoch: number): boolean {
    const primary = this.newest?.pgToUpActingOsds(pg).actingPrimary;
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const map = this.#entries[i]?.map;
      // What it was in a gap between two maps nobody knows: as it was after it.
      if (map === undefined || map.epoch < epoch) return true;
      if (map.pgToUpActingOsds(pg).actingPrimary !== primary) return false;
      if (map.epoch === epoch) return true;
    }
    return false;
  }
}
