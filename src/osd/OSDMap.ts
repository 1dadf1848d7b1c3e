import { assert } from '../common/errors.ts';
import { CrushWorkError } from '../crush/CrushWorkError.ts';
import { CrushWrapper } from '../crush/CrushWrapper.ts';
import type { entity_addrvec_t } from '../msg/msg_types.ts';
import type { OSDMapIncremental } from './OSDMapIncremental.ts';
import type { object_locator_t, pg_t } from './osd_types.ts';
import { applyChanges, checkFollows, checkIs } from './osdmap_apply.ts';
import { decodeOSDMap, type EncodeOptions, encodeOSDMap } from './osdmap_codec.ts';
import type { OSDMapData } from './osdmap_data.ts';
import { NO_PRIMARY, pgToUpActing, type UpActing } from './osdmap_mapping.ts';
import { hashKey, type pg_pool_t, rawPgToPg } from './pg_pool.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_OUT, CEPH_OSD_UP } from './rados.ts';

const NOWHERE: UpActing = { up: [], upPrimary: NO_PRIMARY, acting: [], actingPrimary: NO_PRIMARY };
const NO_ADDRS: entity_addrvec_t = [];

/** Mappings that may be given up as too much work; behind them nobody asks such a CRUSH map any more. */
const GIVE_UPS_MAX = 16;

/**
 * The cluster at one epoch: which OSDs there are, which pools, and where each PG is. Ceph:
 * src/osd/OSDMap.h. Immutable; the next epoch is another object, which shares what stays the same.
 */
export class OSDMap {
  /** All that the map says. */
  readonly data: OSDMapData;
  readonly crush: CrushWrapper;
  /** Where the PGs are that somebody asked for: by pool, then seed. */
  readonly #mapped = new Map<number, (UpActing | undefined)[]>();
  #poolIds: ReadonlyMap<string, number> | undefined;
  #givenUp = 0;

  /** `crush`: what `data.crush` decodes to. */
  constructor(data: OSDMapData, crush: CrushWrapper = CrushWrapper.decode(data.crush)) {
    this.data = data;
    this.crush = crush;
  }

  /** Throws DecodeError. Reads what Luminous and all later releases write; checks the crc. */
  static decode(bytes: Uint8Array): OSDMap {
    return new OSDMap(decodeOSDMap(bytes));
  }

  /** As Pacific writes it. Throws RangeError for a pool that Ceph could not read. */
  encode(options: EncodeOptions = {}): Uint8Array {
    return encodeOSDMap(this.data, options);
  }

  /**
   * The map of the next epoch. Throws DecodeError if `inc` is not from this one to the next.
   * What came as bytes has had its crc checked when it was decoded: `inc`, and a full map inside it.
   * `inc.fullCrc` is not compared, as in Ceph's Objecter. It is of the map as the monitor stores it,
   * and a monitor sends each client the encoding of that client's release; nor do `encodeFeatures`
   * tell, being one for Pacific's encoding and for Reef's. Only who encodes as the monitor does can
   * compare, as OSDs do (OSD::handle_osd_map).
   */
  applyIncremental(inc: OSDMapIncremental): OSDMap {
    checkFollows(this.data, inc);
    if (inc.fullmap.length > 0) {
      const full = OSDMap.decode(inc.fullmap);
      checkIs(full.data, inc);
      return full;
    }
    const crush = inc.crush.length > 0 ? CrushWrapper.decode(inc.crush) : this.crush;
    const hasClass = (id: number) => crush.crush.className.has(id);
    const next = new OSDMap(applyChanges(this.data, inc, hasClass), crush);
    next.#keepMapped(this);
    return next;
  }

  get epoch(): number {
    return this.data.epoch;
  }

  get fsid(): string {
    return this.data.fsid;
  }

  /** CEPH_OSDMAP_*. */
  get flags(): number {
    return this.data.flags;
  }

  /** One more than the highest OSD that there is a place for. */
  get maxOsd(): number {
    return this.data.maxOsd;
  }

  get pools(): ReadonlyMap<number, pg_pool_t> {
    return this.data.pools;
  }

  poolName(pool: number): string | undefined {
    return this.data.poolName.get(pool);
  }

  /** The pool of that name. */
  lookupPgPoolName(name: string): number | undefined {
    this.#poolIds ??= new Map([...this.data.poolName].map(([id, text]) => [text, id]));
    return this.#poolIds.get(name);
  }

  exists(osd: number): boolean {
    return (this.getState(osd) & CEPH_OSD_EXISTS) !== 0;
  }

  /** Those that exist, by number. Ceph: OSDMap::get_all_osds. */
  getAllOsds(): number[] {
    return Array.from({ length: this.maxOsd }, (_, osd) => osd).filter((osd) => this.exists(osd));
  }

  isUp(osd: number): boolean {
    return this.exists(osd) && (this.getState(osd) & CEPH_OSD_UP) !== 0;
  }

  isDown(osd: number): boolean {
    return !this.isUp(osd);
  }

  isIn(osd: number): boolean {
    return !this.isOut(osd);
  }

  isOut(osd: number): boolean {
    return !this.exists(osd) || this.getWeight(osd) === CEPH_OSD_OUT;
  }

  /** CEPH_OSD_EXISTS, CEPH_OSD_UP …; 0 for an OSD that the map does not know. */
  getState(osd: number): number {
    return this.data.osdState[osd] ?? 0;
  }

  /** 16.16. */
  getWeight(osd: number): number {
    return this.data.osdWeight[osd] ?? CEPH_OSD_OUT;
  }

  /** Where clients reach an OSD; empty for one that was never up. */
  getAddrs(osd: number): entity_addrvec_t {
    return this.data.clientAddrs.at(osd) ?? NO_ADDRS;
  }

  getClusterAddrs(osd: number): entity_addrvec_t {
    return this.data.clusterAddrs.at(osd) ?? NO_ADDRS;
  }

  getHbBackAddrs(osd: number): entity_addrvec_t {
    return this.data.hbBackAddrs.at(osd) ?? NO_ADDRS;
  }

  getHbFrontAddrs(osd: number): entity_addrvec_t {
    return this.data.hbFrontAddrs.at(osd) ?? NO_ADDRS;
  }

  /** The raw PG of an object: its seed is the whole hash. The pool must exist. */
  objectLocatorToPg(oid: string, oloc: object_locator_t): pg_t {
    const pool = this.data.pools.get(oloc.pool);
    assert(pool !== undefined, `no pool ${oloc.pool}`);
    const seed =
      oloc.hash >= 0
        ? oloc.hash >>> 0
        : hashKey(pool, oloc.key === '' ? oid : oloc.key, oloc.nspace);
    return { pool: oloc.pool, seed };
  }

  /** A raw PG folded to its pool's pg_num. The pool must exist. */
  rawPgToPg(raw: pg_t): pg_t {
    const pool = this.data.pools.get(raw.pool);
    assert(pool !== undefined, `no pool ${raw.pool}`);
    return rawPgToPg(pool, raw);
  }

  /**
   * Where a PG is; nowhere if it does not exist, or if CRUSH would work on it for longer than any sane
   * map asks for. The same object for the same PG: compare by it.
   */
  pgToUpActingOsds(pg: pg_t): UpActing {
    const found = this.#mapped.get(pg.pool)?.[pg.seed];
    return found ?? this.#map(pg);
  }

  #map(pg: pg_t): UpActing {
    const pool = this.data.pools.get(pg.pool);
    if (pool === undefined || pg.seed >= pool.pgNum) return NOWHERE;
    let mapped = this.#mapped.get(pg.pool);
    if (mapped === undefined) {
      mapped = new Array<UpActing | undefined>(pool.pgNum).fill(undefined);
      this.#mapped.set(pg.pool, mapped);
    }
    const upActing = this.#mapOrGiveUp(pool, pg);
    mapped[pg.seed] = upActing;
    return upActing;
  }

  #mapOrGiveUp(pool: pg_pool_t, pg: pg_t): UpActing {
    if (this.#givenUp >= GIVE_UPS_MAX) return NOWHERE;
    try {
      return pgToUpActing(this.data, this.crush, pool, pg);
    } catch (error) {
      if (!(error instanceof CrushWorkError)) throw error;
      this.#givenUp++;
      return NOWHERE;
    }
  }

  /** Takes over where PGs are from the map before, as far as nothing changed that decides it. */
  #keepMapped(before: OSDMap): void {
    const [a, b] = [before.data, this.data];
    const same =
      before.crush === this.crush &&
      a.osdState === b.osdState &&
      a.osdWeight === b.osdWeight &&
      a.osdPrimaryAffinity === b.osdPrimaryAffinity &&
      a.pgTemp === b.pgTemp &&
      a.primaryTemp === b.primaryTemp &&
      a.pgUpmap === b.pgUpmap &&
      a.pgUpmapItems === b.pgUpmapItems &&
      a.pgUpmapPrimaries === b.pgUpmapPrimaries;
    if (!same) return;
    for (const [pool, mapped] of before.#mapped) {
      if (a.pools.get(pool) === b.pools.get(pool)) this.#mapped.set(pool, mapped);
    }
  }
}
