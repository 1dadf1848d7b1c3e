import { NaiveReader } from './NaiveReader.ts';
import { NaiveCrush } from './naive_crush.ts';
import { naiveHash2, naiveNameHash } from './naive_hash.ts';

export interface NaivePool {
  readonly size: number;
  readonly rule: number;
  readonly pgNum: number;
  readonly pgpNum: number;
}

/** Where a PG is. */
export interface NaivePlace {
  readonly seed: number;
  readonly acting: readonly number[];
  /** -1: nobody. */
  readonly primary: number;
}

const EXISTS = 1;
const UP = 2;
const PAUSERD = 4;
const AFFINITY_MAX = 0x10000;

/** What decides where reads go, at one epoch. PGs are `pool.seed`. Maps and sets are never changed. */
interface Facts {
  readonly epoch: number;
  readonly flags: number;
  readonly pools: ReadonlyMap<number, NaivePool>;
  readonly states: readonly number[];
  readonly weights: readonly number[];
  readonly addrs: readonly (readonly string[])[];
  readonly affinities: readonly number[];
  readonly pgTemp: ReadonlyMap<string, readonly number[]>;
  readonly primaryTemp: ReadonlyMap<string, number>;
  readonly upmap: ReadonlyMap<string, readonly number[]>;
  readonly upmapItems: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  readonly crush: NaiveCrush;
  /** What CRUSH said: good for as long as its map and the weights are the same. */
  readonly raw: Map<string, readonly number[]>;
}

/**
 * An OSD map as an oracle needs it: replicated pools with the flags of today, names hashed by rjenkins.
 * Shares no code with the product, and its CRUSH is another one.
 */
export class NaiveMap {
  readonly #facts: Facts;
  readonly #places = new Map<string, NaivePlace>();

  private constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** `bytes`: a full map. */
  static decode(bytes: Uint8Array): NaiveMap {
    const reader = new NaiveReader(bytes);
    return new NaiveMap(reader.section(() => reader.section(() => readFull(reader))));
  }

  /** `bytes`: the incremental of the next epoch. */
  next(bytes: Uint8Array): NaiveMap {
    const reader = new NaiveReader(bytes);
    const change = (): Facts => readIncremental(reader, this.#facts);
    return new NaiveMap(reader.section(() => reader.section(change)));
  }

  get epoch(): number {
    return this.#facts.epoch;
  }

  /** Reads are not to be sent. */
  get isPaused(): boolean {
    return (this.#facts.flags & PAUSERD) !== 0;
  }

  pool(id: number): NaivePool | undefined {
    return this.#facts.pools.get(id);
  }

  isUp(osd: number): boolean {
    return ((this.#facts.states[osd] ?? 0) & (EXISTS | UP)) === (EXISTS | UP);
  }

  /** `10.1.0.1:6800` each. */
  addrsOf(osd: number): readonly string[] {
    return this.#facts.addrs[osd] ?? [];
  }

  /** Where the object is whose name (or locator key) and namespace these are. */
  placeOf(pool: number, name: Uint8Array): NaivePlace | undefined {
    const facts = this.pool(pool);
    return facts && this.placeOfSeed(pool, stableMod(naiveNameHash(name), facts.pgNum));
  }

  placeOfSeed(pool: number, seed: number): NaivePlace {
    const pg = `${pool}.${seed}`;
    let place = this.#places.get(pg);
    if (place === undefined) {
      place = this.#findPlace(pool, seed, pg);
      this.#places.set(pg, place);
    }
    return place;
  }

  #findPlace(pool: number, seed: number, pg: string): NaivePlace {
    const { pgTemp, primaryTemp, raw } = this.#facts;
    const facts = this.pool(pool);
    if (facts === undefined || seed >= facts.pgNum) return { seed, acting: [], primary: -1 };
    const pps = naiveHash2(stableMod(seed, facts.pgpNum), pool);
    const key = `${facts.rule} ${facts.size} ${pps}`;
    let osds = raw.get(key);
    if (osds === undefined) {
      osds = this.#facts.crush.map(facts.rule, pps, facts.size, this.#facts.weights);
      raw.set(key, osds);
    }
    const [up, upPrimary] = this.#withAffinity(
      this.#mapped(pg, osds).filter((osd) => this.isUp(osd)),
      pps,
    );
    const temp = (pgTemp.get(pg) ?? []).filter((osd) => this.isUp(osd));
    const acting = temp.length > 0 ? temp : up;
    const primary = primaryTemp.get(pg) ?? (temp.length > 0 ? (temp[0] ?? -1) : upPrimary);
    return { seed, acting, primary };
  }

  #mapped(pg: string, raw: readonly number[]): readonly number[] {
    const isOut = (osd: number): boolean => this.#facts.weights[osd] === 0;
    const explicit = this.#facts.upmap.get(pg);
    if (explicit?.some(isOut)) return raw;
    const osds = [...(explicit ?? raw)];
    for (const [from, to] of this.#facts.upmapItems.get(pg) ?? []) {
      const at = osds.indexOf(from);
      if (at >= 0 && !osds.includes(to) && !isOut(to)) osds[at] = to;
    }
    return osds;
  }

  /** An OSD of low affinity lets another be the primary, who then stands first. */
  #withAffinity(up: readonly number[], pps: number): [readonly number[], number] {
    const { affinities } = this.#facts;
    const willing = up.find((osd) => {
      const affinity = affinities[osd] ?? AFFINITY_MAX;
      return affinity >= AFFINITY_MAX || naiveHash2(pps, osd) >>> 16 < affinity;
    });
    const primary = willing ?? up[0] ?? -1;
    return [primary < 0 ? up : [primary, ...up.filter((osd) => osd !== primary)], primary];
  }
}

/** Ceph: ceph_stable_mod. */
function stableMod(x: number, count: number): number {
  let mask = 1;
  while (mask < count) mask *= 2;
  const folded = x & (mask - 1);
  return folded < count ? folded : x & ((mask >> 1) - 1);
}

// ---- bytes

/** u8 1, s64 pool, u32 seed, s32 preferred. */
function readPg(reader: NaiveReader): string {
  reader.u8();
  const pool = reader.s64();
  const seed = reader.u32();
  reader.s32();
  return `${pool}.${seed}`;
}

function readPool(reader: NaiveReader): NaivePool {
  return reader.section(() => {
    reader.u8(); // type
    const size = reader.u8();
    const rule = reader.u8();
    reader.u8(); // object_hash
    return { size, rule, pgNum: reader.u32(), pgpNum: reader.u32() };
  });
}

/** u8 marker, u8 version, u8 compat, u32 length { u32 type, u32 nonce, u32 length, u16 family, be16 port, ip }. */
function readAddr(reader: NaiveReader): string {
  reader.u8();
  return reader.section(() => {
    reader.u32();
    reader.u32();
    reader.u32();
    reader.u16();
    const [high = 0, low = 0] = reader.bytes(2);
    return `${reader.bytes(4).join('.')}:${high * 256 + low}`;
  });
}

function readAddrs(reader: NaiveReader): string[] {
  reader.u8();
  return reader.list(() => readAddr(reader));
}

function readMap<K, V>(reader: NaiveReader, key: () => K, value: () => V): Map<K, V> {
  return new Map(reader.list(() => [key(), value()] as const));
}

function readOsds(reader: NaiveReader): number[] {
  return reader.list(() => reader.s32());
}

function readItems(reader: NaiveReader): (readonly [number, number])[] {
  return reader.list(() => [reader.s32(), reader.s32()] as const);
}

/** Ceph: OSDMap::encode, the client's section. */
function readFull(reader: NaiveReader): Facts {
  const [pg, s64] = [() => readPg(reader), () => reader.s64()];
  reader.bytes(16); // fsid
  const epoch = reader.u32();
  reader.bytes(16); // created, modified
  const pools = readMap(reader, s64, () => readPool(reader));
  readMap(reader, s64, () => reader.text());
  reader.s32(); // pool_max
  const flags = reader.u32();
  reader.u32(); // max_osd
  const states = reader.list(() => reader.u32());
  const weights = reader.list(() => reader.u32());
  const addrs = reader.list(() => readAddrs(reader));
  const pgTemp = readMap(reader, pg, () => readOsds(reader));
  const primaryTemp = readMap(reader, pg, () => reader.s32());
  const affinities = reader.list(() => reader.u32());
  const crush = new NaiveCrush(reader.blob());
  const pairs = (): unknown =>
    readMap(
      reader,
      () => reader.text(),
      () => reader.text(),
    );
  readMap(reader, () => reader.text(), pairs);
  const upmap = readMap(reader, pg, () => readOsds(reader));
  const upmapItems = readMap(reader, pg, () => readItems(reader));
  const raw = new Map<string, readonly number[]>();
  const osds = { states, weights, addrs, affinities };
  return { epoch, flags, pools, ...osds, pgTemp, primaryTemp, upmap, upmapItems, crush, raw };
}

/** Ceph: OSDMap::Incremental::encode, the client's section, and OSDMap::apply_incremental. */
function readIncremental(reader: NaiveReader, was: Facts): Facts {
  const [pg, s64, s32] = [() => readPg(reader), () => reader.s64(), () => reader.s32()];
  const u32 = (): number => reader.u32();
  reader.bytes(16); // fsid
  const epoch = reader.u32();
  reader.bytes(8); // modified
  reader.s64(); // new_pool_max
  const flags = reader.s32();
  reader.blob(); // fullmap
  const crush = reader.blob();
  reader.s32(); // new_max_osd
  const pools = readMap(reader, s64, () => readPool(reader));
  readMap(reader, s64, () => reader.text());
  const oldPools = reader.list(s64);
  const upClient = readMap(reader, s32, () => readAddrs(reader));
  const newState = readMap(reader, s32, u32);
  const newWeight = readMap(reader, s32, u32);
  const pgTemp = readMap(reader, pg, () => readOsds(reader));
  const primaryTemp = readMap(reader, pg, s32);
  const affinity = readMap(reader, s32, u32);
  const pairs = (): unknown =>
    readMap(
      reader,
      () => reader.text(),
      () => reader.text(),
    );
  readMap(reader, () => reader.text(), pairs);
  reader.list(() => reader.text());
  const upmap = readMap(reader, pg, () => readOsds(reader));
  const oldUpmap = reader.list(pg);
  const upmapItems = readMap(reader, pg, () => readItems(reader));
  const oldItems = reader.list(pg);
  const isSameCrush = crush.length === 0 && newWeight.size === 0;
  return {
    epoch,
    flags: flags >= 0 ? flags : was.flags,
    pools: without(new Map([...was.pools, ...pools]), oldPools),
    states: newStates(was.states, newState, upClient),
    weights: replaced(was.weights, newWeight),
    addrs: replaced(was.addrs, upClient),
    affinities: replaced(was.affinities, affinity, AFFINITY_MAX),
    pgTemp: withoutEmpty(was.pgTemp, pgTemp, (osds) => osds.length === 0),
    primaryTemp: withoutEmpty(was.primaryTemp, primaryTemp, (osd) => osd === -1),
    upmap: without(new Map([...was.upmap, ...upmap]), oldUpmap),
    upmapItems: without(new Map([...was.upmapItems, ...upmapItems]), oldItems),
    crush: crush.length > 0 ? new NaiveCrush(crush) : was.crush,
    raw: isSameCrush ? was.raw : new Map(),
  };
}

/** The bits to flip; none stand for UP. Then those come up that have new addresses. */
function newStates(
  was: readonly number[],
  flips: ReadonlyMap<number, number>,
  upClient: ReadonlyMap<number, unknown>,
): number[] {
  const states = [...was];
  for (const [osd, bits] of flips) states[osd] = (states[osd] ?? 0) ^ (bits === 0 ? UP : bits);
  for (const osd of upClient.keys()) states[osd] = (states[osd] ?? 0) | EXISTS | UP;
  return states;
}

function replaced<T>(was: readonly T[], news: ReadonlyMap<number, T>, fill?: T): readonly T[] {
  const next = [...was];
  for (const [at, value] of news) {
    while (fill !== undefined && next.length < at) next.push(fill);
    next[at] = value;
  }
  return next;
}

function without<K, V>(map: Map<K, V>, keys: readonly K[]): Map<K, V> {
  for (const key of keys) map.delete(key);
  return map;
}

function withoutEmpty<V>(
  was: ReadonlyMap<string, V>,
  news: ReadonlyMap<string, V>,
  isEmpty: (value: V) => boolean,
): Map<string, V> {
  const gone = [...news].filter(([, value]) => isEmpty(value)).map(([key]) => key);
  return without(new Map([...was, ...news]), gone);
}
