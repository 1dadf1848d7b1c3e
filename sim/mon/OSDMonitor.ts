import type { CephContext } from '../../src/common/CephContext.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { utimeFromMs } from '../../src/common/utime_t.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { addrvecToString, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';
import type { UpmapItem } from '../../src/osd/osdmap_data.ts';
import { newPgPool, type pg_pool_t } from '../../src/osd/pg_pool.ts';
import { CEPH_OSD_IN, CEPH_OSD_NOUP, CEPH_OSD_OUT, CEPH_OSD_UP } from '../../src/osd/rados.ts';

/** What is asked for within this time makes one map together: paxos_min_wait. */
const PROPOSE_AFTER_MS = 50;

/** Maps in one message, at most: osd_map_message_max. */
const MAPS_PER_MESSAGE = 40;

/** mon_osd_min_up_ratio. */
const MIN_UP_RATIO = 0.3;

/** Where an OSD that has started is to be reached. */
export interface BootAddrs {
  readonly client: entity_addrvec_t;
  readonly cluster: entity_addrvec_t;
  readonly hbBack: entity_addrvec_t;
  readonly hbFront: entity_addrvec_t;
}

/** Told of the epoch that a change has become part of. */
export type Committed = (epoch: number) => void;

/**
 * The OSD maps: the newest one, and the change that made each from the one before. New maps come
 * about by changes only. Ceph: src/mon/OSDMonitor.cc.
 */
export class OSDMonitor {
  readonly #cct: CephContext;
  readonly #onNewMap: () => void;
  /** The oldest map that it still has; those before it have been trimmed. */
  #first: OSDMap;
  /** All since the first, by epoch. */
  readonly #maps = new Map<number, OSDMap>();
  #map: OSDMap;
  #full: Uint8Array;
  readonly #incrementals = new Map<number, Uint8Array>();
  #pending: OSDMapIncremental;
  #committed: Committed[] = [];
  #proposalIsDue = false;

  constructor(cct: CephContext, first: OSDMap, onNewMap: () => void) {
    this.#cct = cct;
    this.#onNewMap = onNewMap;
    this.#first = first;
    this.#map = first;
    this.#full = first.encode({ simulated: true });
    this.#maps.set(first.epoch, first);
    this.#pending = new OSDMapIncremental(first.fsid, first.epoch + 1);
  }

  get map(): OSDMap {
    return this.#map;
  }

  /** Of the map that comes next. */
  get nextEpoch(): number {
    return this.#pending.epoch;
  }

  /** Told of every new map: its incremental, encoded. */
  onCommit: (incremental: Uint8Array) => void = () => undefined;

  // ---- what makes new maps

  /**
   * An OSD has started, at `addrs`. One that nobody has missed goes down first, so that each life of
   * it is one. Ceph: OSDMonitor::preprocess_boot, prepare_boot.
   */
  boot(osd: number, addrs: BootAddrs): void {
    if (!this.#map.exists(osd) || this.#map.getState(osd) & CEPH_OSD_NOUP) return;
    if (this.#map.isUp(osd)) {
      const isKnown =
        addrvecToString(this.#map.getClusterAddrs(osd)) === addrvecToString(addrs.cluster);
      if (!isKnown) this.markDown(osd, () => this.boot(osd, addrs));
      return;
    }
    this.#pending.newUpClient.set(osd, addrs.client);
    this.#pending.newUpCluster.set(osd, addrs.cluster);
    this.#pending.newHbBackUp.set(osd, addrs.hbBack);
    this.#pending.newHbFrontUp.set(osd, addrs.hbFront);
    this.#propose();
  }

  /** Of one that is up, or about to be; else nothing changes, and the epoch is that of the newest map. */
  markDown(osd: number, committed: Committed): void {
    if (this.#pending.newUpClient.has(osd)) {
      this.#committed.push(() => this.markDown(osd, committed));
      return;
    }
    const isUp = this.#map.isUp(osd);
    if (isUp) this.#flipState(osd, CEPH_OSD_UP);
    this.#commitOr(isUp, committed);
  }

  /** Not if too few would be left. Ceph: OSDMonitor::can_mark_down. */
  canMarkDown(osd: number): boolean {
    let up = 0;
    for (let other = 0; other < this.#map.maxOsd; other++) {
      const goesDown = (this.#pending.newState.get(other) ?? 0) & CEPH_OSD_UP;
      if (this.#map.isUp(other) && !goesDown) up += 1;
    }
    return this.#map.isUp(osd) && up / this.#map.maxOsd >= MIN_UP_RATIO;
  }

  /** As `ceph osd add-noup`, or `rm-noup`: an OSD that is not up, may not come up. */
  setNoup(osd: number, isSet: boolean, committed: Committed): void {
    const bits = this.#map.getState(osd) ^ (this.#pending.newState.get(osd) ?? 0);
    const isChange = ((bits & CEPH_OSD_NOUP) !== 0) !== isSet;
    if (isChange) this.#flipState(osd, CEPH_OSD_NOUP, true);
    this.#commitOr(isChange, committed);
  }

  /** `isToggle`: a flip that is pending is taken back. */
  #flipState(osd: number, bit: number, isToggle = false): void {
    const { newState } = this.#pending;
    const bits = newState.get(osd) ?? 0;
    const next = isToggle ? bits ^ bit : bits | bit;
    // No bits at all would stand for CEPH_OSD_UP.
    if (next === 0) newState.delete(osd);
    else newState.set(osd, next);
  }

  markOut(osd: number, committed: Committed): void {
    this.#setWeight(osd, CEPH_OSD_OUT, committed);
  }

  markIn(osd: number, committed: Committed): void {
    this.#setWeight(osd, CEPH_OSD_IN, committed);
  }

  #setWeight(osd: number, weight: number, committed: Committed): void {
    const { newWeight } = this.#pending;
    const isChange = newWeight.has(osd) || this.#map.getWeight(osd) !== weight;
    if (isChange) newWeight.set(osd, weight);
    this.#commitOr(isChange, committed);
  }

  /** As `ceph osd reweight`; 16.16. */
  reweight(osd: number, weight: number, committed: Committed): void {
    this.#setWeight(osd, weight, committed);
  }

  /** As `ceph osd set` and `unset`: CEPH_OSDMAP_*. */
  setFlag(flag: number, isSet: boolean, committed: Committed): void {
    const flags = this.#pending.newFlags === -1 ? this.#map.flags : this.#pending.newFlags;
    const next = isSet ? flags | flag : flags & ~flag;
    if (next !== flags) this.#pending.newFlags = next;
    this.#commitOr(next !== flags, committed);
  }

  /** As `ceph osd primary-affinity`; 16.16. */
  setPrimaryAffinity(osd: number, affinity: number, committed: Committed): void {
    this.#pending.newPrimaryAffinity.set(osd, affinity);
    this.#commitOr(true, committed);
  }

  /** The PG is served by others for a while, the first of them its primary; nobody: by its own again. */
  setPgTemp(pg: pg_t, osds: readonly number[], committed: Committed): void {
    this.#pending.newPgTemp.set(pg, osds);
    this.#commitOr(true, committed);
  }

  /** -1: its own primary again. */
  setPrimaryTemp(pg: pg_t, osd: number, committed: Committed): void {
    this.#pending.newPrimaryTemp.set(pg, osd);
    this.#commitOr(true, committed);
  }

  /** As `ceph osd pg-upmap-items`; no items: as `rm-pg-upmap-items`. */
  setPgUpmapItems(pg: pg_t, items: readonly UpmapItem[], committed: Committed): void {
    const isThere = this.#map.data.pgUpmapItems.get(pg) !== undefined;
    if (items.length > 0) this.#pending.newPgUpmapItems.set(pg, items);
    else if (isThere) this.#pending.oldPgUpmapItems.push(pg);
    this.#commitOr(items.length > 0 || isThere, committed);
  }

  /** As `ceph osd pool set`. */
  changePool(id: number, changes: Partial<pg_pool_t>, committed: Committed): void {
    const pool = this.#pending.newPools.get(id) ?? this.#map.pools.get(id);
    const isThere = pool !== undefined && !this.#pending.oldPools.has(id);
    const lastChange = this.#pending.epoch;
    if (isThere) this.#pending.newPools.set(id, { ...pool, ...changes, lastChange });
    this.#commitOr(isThere, committed);
  }

  /** `pool`: as it is without the snapshot. */
  removePoolSnap(id: number, pool: pg_pool_t, snapid: number, committed: Committed): void {
    const removed = this.#pending.newRemovedSnaps.get(id) ?? [];
    this.#pending.newRemovedSnaps.set(id, [...removed, { start: snapid, length: 1 }]);
    this.changePool(id, pool, committed);
  }

  /** Clients that ask for older maps get that of `epoch` whole. Ceph: PaxosService::maybe_trim. */
  trimTo(epoch: number): void {
    const first = this.#maps.get(epoch);
    if (first === undefined) return;
    this.#first = first;
    for (const older of this.#maps.keys()) {
      if (older >= epoch) continue;
      this.#maps.delete(older);
      this.#incrementals.delete(older);
    }
    this.#incrementals.delete(epoch);
  }

  /** Answers its id. */
  createPool(
    name: string,
    pool: Partial<pg_pool_t> & { pgNum: number },
    committed: Committed,
  ): number {
    const id = Math.max(this.#map.data.poolMax, this.#pending.newPoolMax) + 1;
    const now = utimeFromMs(this.#cct.clock.realNow());
    this.#pending.newPoolMax = id;
    this.#pending.newPools.set(id, newPgPool({ createTime: now, ...pool }));
    this.#pending.newPoolNames.set(id, name);
    this.#commitOr(true, committed);
    return id;
  }

  /** `edit` writes what it wants into the change that comes next. */
  change(edit: (pending: OSDMapIncremental) => void, committed: Committed): void {
    edit(this.#pending);
    this.#commitOr(true, committed);
  }

  /** The whole map of an epoch; undefined: there is none, or none any more. */
  mapAt(epoch: number): OSDMap | undefined {
    return this.#maps.get(epoch);
  }

  #commitOr(isChange: boolean, committed: Committed): void {
    if (!isChange) {
      committed(this.#map.epoch);
      return;
    }
    this.#committed.push(committed);
    this.#propose();
  }

  #propose(): void {
    if (this.#proposalIsDue) return;
    this.#proposalIsDue = true;
    this.#cct.clock.addEventAfter(PROPOSE_AFTER_MS, () => this.#commit());
  }

  #commit(): void {
    this.#proposalIsDue = false;
    const inc = this.#pending;
    inc.modified = utimeFromMs(this.#cct.clock.realNow());
    this.#map = this.#map.applyIncremental(inc);
    this.#full = this.#map.encode({ simulated: true });
    inc.fullCrc = crcOfFull(this.#full);
    this.#maps.set(inc.epoch, this.#map);
    const bytes = inc.encode();
    this.#incrementals.set(inc.epoch, bytes);
    this.onCommit(bytes);
    this.#pending = new OSDMapIncremental(inc.fsid, inc.epoch + 1);
    this.#cct.log?.({ who: 'mon.a', fn: 'OSDMonitor.commit', facts: { epoch: inc.epoch } });
    const committed = this.#committed;
    this.#committed = [];
    this.#onNewMap();
    for (const done of committed) done(inc.epoch);
  }

  // ---- what sends them

  /** Ceph: OSDMonitor::build_latest_full. */
  buildLatestFull(): MOSDMap {
    return new MOSDMap({ ...this.#range(), maps: new Map([[this.#map.epoch, this.#full]]) });
  }

  /** The maps from `first` on, in as many messages as it takes. Ceph: OSDMonitor::send_incremental. */
  buildFrom(first: number): MOSDMap[] {
    const messages: MOSDMap[] = [];
    let next = first;
    if (next <= this.#first.epoch) {
      const maps = new Map([[this.#first.epoch, this.#first.encode({ simulated: true })]]);
      messages.push(new MOSDMap({ ...this.#range(), maps }));
      next = this.#first.epoch + 1;
    }
    for (; next <= this.#map.epoch; next += MAPS_PER_MESSAGE) {
      const incrementalMaps = this.#between(next, next + MAPS_PER_MESSAGE - 1);
      messages.push(new MOSDMap({ ...this.#range(), incrementalMaps }));
    }
    return messages;
  }

  #between(first: number, last: number): Map<number, Uint8Array> {
    const found = new Map<number, Uint8Array>();
    for (let epoch = first; epoch <= last; epoch++) {
      const bytes = this.#incrementals.get(epoch);
      if (bytes !== undefined) found.set(epoch, bytes);
    }
    return found;
  }

  #range() {
    return { fsid: this.#map.fsid, oldestMap: this.#first.epoch, newestMap: this.#map.epoch };
  }
}

/** The crc that stands at the end of an encoded map. */
function crcOfFull(full: Uint8Array): number {
  return new Decoder(full.subarray(full.length - 4), 'OSDMap crc').u32();
}
