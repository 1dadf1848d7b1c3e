import type { CephContext } from '../src/common/CephContext.ts';
import type { Clock, Timer } from '../src/common/Clock.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../src/common/entity_name.ts';
import { cppStrerror } from '../src/common/errno.ts';
import { assert } from '../src/common/errors.ts';
import type { Log } from '../src/common/Log.ts';
import { OPTION_DEFAULTS, type Options } from '../src/common/options.ts';
import { PerfCountersCollection } from '../src/common/PerfCounters.ts';
import { utf8Encode } from '../src/common/utf8.ts';
import { utimeFromMs } from '../src/common/utime_t.ts';
import { RadosClient } from '../src/librados/RadosClient.ts';
import { CEPH_MON_PORT_IANA, CEPH_MON_PORT_LEGACY } from '../src/mon/mon_host.ts';
import { addrvecToString } from '../src/msg/msg_types.ts';
import type { OSDMap } from '../src/osd/OSDMap.ts';
import type { pg_t } from '../src/osd/osd_types.ts';
import { CEPH_OSD_NOUP } from '../src/osd/rados.ts';
import { bindAddrs } from './bind_addrs.ts';
import {
  type AuthMethod,
  checkOptions,
  firstMap,
  placesOf,
  poolFields,
  type SimClusterOptions,
  type SimPool,
} from './cluster_options.ts';
import { addKeys, keyringText } from './keys.ts';
import { MapFaults } from './MapFaults.ts';
import { MockMonitor } from './mon/MockMonitor.ts';
import type { OSDMonitor } from './mon/OSDMonitor.ts';
import { Quorum } from './mon/Quorum.ts';
import { MockOSD } from './osd/MockOSD.ts';
import type { OpFaults } from './osd/OpFaults.ts';
import { ObjectStore } from './osd/store/ObjectStore.ts';
import type { PutObject } from './osd/store/put_object.ts';
import type { ObjectId } from './osd/store/StoredObject.ts';
import { StoreStats } from './osd/store/StoreStats.ts';
import { whyNameRefused } from './osd/why_refused.ts';
import type { SimNetwork } from './SimNetwork.ts';
import { SimRandom, seedToUint32 } from './SimRandom.ts';
import { Trace } from './Trace.ts';
import type { World, WorldFactory } from './World.ts';

type Bytes = string | Uint8Array;

export interface PutOptions {
  readonly namespace?: string;
  readonly locatorKey?: string;
  readonly xattrs?: Readonly<Record<string, Bytes>>;
  readonly omap?: Readonly<Record<string, Bytes>>;
  readonly omapHeader?: Bytes;
}

export interface ConnectOptions {
  /** Default: admin, of client.admin. */
  readonly id?: string;
  /** Options of this client, under Ceph's names. */
  readonly conf?: Partial<Options>;
}

/** An OSD in the hands of a test. */
export interface SimOsd {
  readonly id: number;
  /** Ops that it has answered. */
  readonly reads: number;
  /** What goes wrong with the ops that it gets. */
  readonly faults: OpFaults;
  /** Its process, if it runs, dies. Others notice when they are refused, or miss it, and tell the monitor. */
  kill(): void;
  /** Ends it, if it runs, in order: the monitor is told first. Resolves when it has ended. */
  stop(): Promise<void>;
  /**
   * Starts it, unless it runs, and lets it come up, if it was marked down; resolves when a map says that it
   * is up, or it has died again.
   */
  revive(): Promise<void>;
  /** As `ceph osd down` with `noup` set for it; resolves with the epoch that says so. */
  markDown(): Promise<number>;
  /** As `ceph osd out`: its data goes elsewhere. */
  markOut(): Promise<number>;
  markIn(): Promise<number>;
  /** Forgets all maps but the newest. */
  trimMaps(): void;
}

/** A monitor in the hands of a test. */
export interface SimMon {
  readonly name: string;
  /** Makes new maps, as commands do, for all monitors. */
  readonly osdMonitor: OSDMonitor;
  kill(): void;
  /** Starts it, unless it runs; resolves when it listens. */
  revive(): Promise<void>;
}

export type SimClusterState = 'starting' | 'running' | 'stopped';

const MON_PORTS = { v1: CEPH_MON_PORT_LEGACY, v2: CEPH_MON_PORT_IANA };
/** Bytes: 100 GiB. */
const OSD_CAPACITY = 100 * 2 ** 30;

const ANY_PORTS = { v1: 0, v2: 0 };

/** How long an OSD that was started may take to be up. */
const BOOT_TIMEOUT_MS = 300_000;

/** How long an object may take to be written, and how long it is until the primary is asked again. */
const PUT_TIMEOUT_MS = 300_000;
const PUT_RETRY_MS = 100;
const LATE_PUT = `not written after ${PUT_TIMEOUT_MS} ms`;

interface NewObject {
  readonly object: ObjectId;
  readonly what: PutObject;
}

/** Somebody waits for an OSD to be up. */
interface BootWaiter {
  readonly osd: MockOSD;
  /** The epoch when it was started. */
  readonly since: number;
  readonly done: (error?: Error) => void;
}

/**
 * A cluster to read from: monitors and OSDs that speak Ceph's protocol, with objects in them. Given
 * away running; `stop` leaves nothing behind.
 */
export class SimCluster implements AsyncDisposable {
  readonly seed: string;
  /** How clients show who they are. */
  readonly auth: AuthMethod;
  /** What goes wrong with the maps that clients get. */
  readonly mapFaults: MapFaults;
  readonly #world: World;
  readonly #random: SimRandom;
  readonly #trace: Trace;
  readonly #isTraced: boolean;
  readonly #log: Log | undefined;
  readonly #msType: string;
  /** How many copies can lie apart. */
  readonly #places: number;
  readonly #store = new ObjectStore();
  readonly #quorum: Quorum;
  readonly #monitors: readonly MockMonitor[];
  readonly #osds: readonly MockOSD[];
  /** Those that may have to be ended. */
  #clients: RadosClient[] = [];
  #connects = 0;
  #bootWaiters: BootWaiter[] = [];
  #state: SimClusterState = 'starting';

  private constructor(options: SimClusterOptions, makeWorld: WorldFactory) {
    const { seed = 0, osds = 3, hosts = osds, mons = 1, trace = false, auth = 'none' } = options;
    this.auth = auth;
    this.#msType = options.msType ?? OPTION_DEFAULTS.ms_type;
    this.seed = String(seed);
    this.#random = new SimRandom(seedToUint32(seed), 'sim');
    this.#trace = new Trace();
    this.#isTraced = trace;
    this.#log = options.log;
    this.#places = placesOf(options);
    this.#world = makeWorld(this.#random, this.#trace);
    this.mapFaults = new MapFaults(this.#world.clock, this.#random.stream('mapFaults'));
    this.#quorum = new Quorum({
      cct: this.#makeContext('mon.a', this.#world.ipOf('mon', 0)),
      osdmap: firstMap(options, this.#random, this.#world.clock),
      stats: new StoreStats(this.#store, OSD_CAPACITY),
      onNewMap: () => {
        this.#checkBootWaiters();
        this.#store.keepPools(this.osdMap.pools);
      },
    });
    if (auth === 'cephx') addKeys(this.#quorum.keys, osds);
    this.#monitors = Array.from({ length: mons }, (_, rank) => this.#makeMonitor(rank));
    this.#osds = Array.from({ length: osds }, (_, osd) => {
      const host = Math.floor((osd * hosts) / osds);
      return this.#makeOsd(osd, this.#world.ipOf('host', host));
    });
  }

  /** A running cluster. Throws RangeError for options that make no sense. */
  static async create(options: SimClusterOptions, makeWorld: WorldFactory): Promise<SimCluster> {
    checkOptions(options);
    const cluster = new SimCluster(options, makeWorld);
    for (const [pool, objects] of Object.entries(options.objects ?? {})) {
      for (const [oid, value] of Object.entries(objects)) {
        const { object, what } = cluster.#newObject(pool, oid, value, {});
        cluster.#store.put(object, cluster.osdMap.rawPgToPg(pgOf(object)), what);
      }
    }
    try {
      await cluster.#start();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get state(): SimClusterState {
    return this.#state;
  }

  get fsid(): string {
    return this.osdMap.fsid;
  }

  /** Virtual time, or real where the network is real. */
  get clock(): Clock {
    return this.#world.clock;
  }

  /** The newest map that the monitors have. */
  get osdMap(): OSDMap {
    return this.#quorum.osdMonitor.map;
  }

  /** The network, to do harm to. Members are `mon.a`, `osd.0` …, and `client.1` … as they connect. */
  get net(): SimNetwork {
    const { net } = this.#world;
    if (net === undefined) throw new RangeError("faults need net: 'memory'");
    return net;
  }

  /** For `mon_host` in a ceph.conf: `v1:127.0.0.1:41234`, or `[v2:127.0.0.1:41233,v1:…]`, for each monitor. */
  getMonHost(): string {
    const hosts = this.#monitors.map(({ addrs }) => addrvecToString(addrs).replaceAll('/0', ''));
    return hosts.join(',');
  }

  /** For a keyring file: the key of an entity; undefined: it has none. */
  keyring(entity = 'client.admin'): string | undefined {
    const auth = this.#quorum.keys.getAuth(entity);
    return auth?.key === undefined ? undefined : keyringText(entity, auth.key, auth.caps);
  }

  /** A connected client of its own. */
  async connect({ id = 'admin', conf = {} }: ConnectOptions = {}): Promise<RadosClient> {
    const ip = this.#world.ipOf('client', this.#connects);
    this.#connects += 1;
    const cct = this.#makeContext(`client.${this.#connects}`, ip, conf);
    const entity = { type: CEPH_ENTITY_TYPE_CLIENT, id };
    const key = this.#quorum.keys.getAuth(entity)?.key;
    const client = new RadosClient(cct, { name: entity, monHost: this.getMonHost(), key });
    this.#clients = this.#clients.filter(({ state }) => state !== 'shutdown');
    this.#clients.push(client);
    return client.connect();
  }

  /**
   * Creates or replaces an object, without a client: its primary writes, and so do the replicas. Resolves when
   * all have; whoever reads it in the meantime waits. Throws RangeError for an unknown pool, and for names that
   * no OSD takes.
   */
  put(
    pool: string,
    oid: string,
    value: string | Uint8Array,
    options: PutOptions = {},
  ): Promise<void> {
    const written = this.#put(this.#newObject(pool, oid, value, options));
    // Who does not wait for it does not want to hear of it either.
    written.catch(() => undefined);
    return written;
  }

  /** Resolves with its id when a map has it. */
  async createPool(pool: string | SimPool): Promise<number> {
    const { name, ...fields } = poolFields(pool, this.#places);
    let id = -1;
    await this.#committed((done) => {
      id = this.#quorum.osdMonitor.createPool(name, fields, done);
    });
    return id;
  }

  osd(id: number): SimOsd {
    const osd = this.#osds[id];
    if (osd === undefined) throw new RangeError(`no osd.${id}`);
    const { osdMonitor } = this.#quorum;
    return {
      id,
      faults: osd.faults,
      get reads() {
        return osd.reads;
      },
      kill: () => {
        osd.shutdown();
        this.#checkBootWaiters();
      },
      stop: () => this.#stopOsd(osd),
      revive: () => this.#reviveOsd(osd),
      markDown: () => {
        osdMonitor.setNoup(id, true, () => undefined);
        return this.#committed((done) => osdMonitor.markDown(id, done));
      },
      markOut: () => this.#committed((done) => osdMonitor.markOut(id, done)),
      markIn: () => this.#committed((done) => osdMonitor.markIn(id, done)),
      trimMaps: () => osd.trimMaps(),
    };
  }

  /** `name`: `b`, of mon.b. */
  mon(name = 'a'): SimMon {
    const monitor = this.#monitors.find((one) => one.name === name);
    if (monitor === undefined) throw new RangeError(`no mon.${name}`);
    return {
      name,
      osdMonitor: this.#quorum.osdMonitor,
      kill: () => monitor.shutdown(),
      revive: () => this.#startMonitor(monitor),
    };
  }

  /** Lets time pass, and what is due happen. */
  advance(ms: number): Promise<void> {
    return this.#world.advance(ms);
  }

  /** Resolves when nothing is under way and nobody waits for an answer. */
  runUntilIdle(): Promise<void> {
    return this.#world.runUntilIdle();
  }

  /** What has happened; its entries are there with `trace: true` only. */
  trace(): Trace {
    return this.#trace;
  }

  /** Ends its clients, OSDs and monitors. Idempotent. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    await Promise.all(this.#clients.map((client) => client.shutdown()));
    for (const osd of this.#osds) osd.shutdown();
    for (const monitor of this.#monitors) monitor.shutdown();
    this.#checkBootWaiters();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #newObject(pool: string, oid: string, value: Bytes, at: PutOptions): NewObject {
    const id = this.osdMap.lookupPgPoolName(pool);
    if (id === undefined) throw new RangeError(`no pool '${pool}'`);
    const { namespace: nspace = '', locatorKey: key = '' } = at;
    const refused = whyNameRefused(oid, key, nspace);
    if (refused !== 0) throw new RangeError(`object '${oid}': ${cppStrerror(refused)}`);
    const { seed: hash } = this.osdMap.objectLocatorToPg(oid, { pool: id, nspace, key, hash: -1 });
    return {
      object: { pool: id, nspace, key, oid, hash },
      what: {
        data: bytesOf(value),
        mtime: utimeFromMs(this.clock.realNow()),
        xattrs: bytesOfAll(at.xattrs),
        omap: bytesOfAll(at.omap),
        omapHeader: bytesOf(at.omapHeader ?? ''),
      },
    };
  }

  /** Asks the primary, and again whoever is the primary then, until one has written. */
  #put(what: NewObject): Promise<void> {
    const { clock, finisher } = this.#world;
    return new Promise((resolve, reject) => {
      const deadline = clock.addEventAfter(PUT_TIMEOUT_MS, () => settle(new Error(LATE_PUT)));
      let retry: Timer | undefined;
      const settle = (error?: Error): void => {
        deadline.cancel();
        retry?.cancel();
        finisher.queue(() => (error === undefined ? resolve() : reject(error)));
      };
      const ask = (): void =>
        this.#askPrimary(what, (isWritten) => {
          if (isWritten) settle();
          else if (this.#state === 'stopped') settle(new Error('the cluster has been stopped'));
          else retry = clock.addEventAfter(PUT_RETRY_MS, ask);
        });
      ask();
    });
  }

  #askPrimary({ object, what }: NewObject, done: (isWritten: boolean) => void): void {
    const map = this.osdMap;
    const { actingPrimary } = map.pgToUpActingOsds(map.rawPgToPg(pgOf(object)));
    const primary = this.#osds[actingPrimary];
    if (primary === undefined) done(false);
    else primary.put(object, map.epoch, what, done);
  }

  async #start(): Promise<void> {
    await Promise.all(this.#monitors.map((monitor) => this.#startMonitor(monitor)));
    await Promise.all(this.#osds.map((osd) => this.#startOsd(osd)));
    this.#state = 'running';
  }

  async #startMonitor(monitor: MockMonitor): Promise<void> {
    if (!monitor.isRunning) await this.#started((done) => monitor.start(done));
  }

  async #startOsd(osd: MockOSD): Promise<void> {
    if (osd.isRunning) return;
    const { epoch } = this.osdMap;
    await this.#started((done) => osd.start(done));
    await this.#booted(osd, epoch);
  }

  /** One that runs, and is up or about to be, is left alone. */
  async #reviveOsd(osd: MockOSD): Promise<void> {
    const { osdMonitor } = this.#quorum;
    const { epoch } = this.osdMap;
    const wasKept = (this.osdMap.getState(osd.whoami) & CEPH_OSD_NOUP) !== 0;
    if (wasKept) await this.#committed((done) => osdMonitor.setNoup(osd.whoami, false, done));
    if (!osd.isRunning) await this.#startOsd(osd);
    else if (wasKept) await this.#booted(osd, epoch);
  }

  #stopOsd(osd: MockOSD): Promise<void> {
    return this.#started((done) => {
      osd.stop(() => {
        done();
        this.#checkBootWaiters();
      });
    });
  }

  #makeMonitor(rank: number): MockMonitor {
    const ip = this.#world.ipOf('mon', rank);
    const ports = this.#world.net === undefined ? ANY_PORTS : MON_PORTS;
    const name = monName(rank);
    const cct = this.#makeContext(`mon.${name}`, ip);
    const addrs = bindAddrs(cct.conf.ms_type, ip, ports);
    const { mapFaults } = this;
    return new MockMonitor({ cct, name, addrs, quorum: this.#quorum, mapFaults });
  }

  /** Its session is with the first monitor that runs. */
  #makeOsd(whoami: number, ip: string): MockOSD {
    const [first] = this.#monitors;
    assert(first !== undefined, 'a cluster has a monitor');
    return new MockOSD({
      cct: this.#makeContext(`osd.${whoami}`, ip),
      whoami,
      ip,
      monAddrs: () => (this.#monitors.find(({ isRunning }) => isRunning) ?? first).addrs,
      store: this.#store,
      keys: this.auth === 'cephx' ? this.#quorum.keys : undefined,
      mapFaults: this.mapFaults,
    });
  }

  #makeContext(name: string, ip: string, conf: Partial<Options> = {}): CephContext {
    const { clock, finisher, alloc, crypto } = this.#world;
    return {
      conf: {
        ...OPTION_DEFAULTS,
        ms_type: this.#msType,
        auth_client_required: this.auth,
        ...conf,
      },
      clock,
      finisher,
      crypto,
      alloc,
      random: this.#random.stream(name),
      stack: this.#world.stackOf(name, ip),
      perf: new PerfCountersCollection(),
      log: this.#isTraced ? this.#trace.logOf(name, clock) : this.#log,
    };
  }

  // ---- promises: they settle by way of the finisher, so that time stands still for who awaits them

  #started(start: (done: (error?: Error) => void) => void): Promise<void> {
    const { finisher } = this.#world;
    return new Promise((resolve, reject) => {
      start((error) => finisher.queue(() => (error === undefined ? resolve() : reject(error))));
    });
  }

  #committed(ask: (done: (epoch: number) => void) => void): Promise<number> {
    const { finisher } = this.#world;
    return new Promise((resolve) => {
      ask((epoch) => finisher.queue(() => resolve(epoch)));
    });
  }

  #booted(osd: MockOSD, since: number): Promise<void> {
    const { clock, finisher } = this.#world;
    return new Promise((resolve, reject) => {
      const timeout = clock.addEventAfter(BOOT_TIMEOUT_MS, () => {
        done(new Error(`osd.${osd.whoami} is not up after ${BOOT_TIMEOUT_MS} ms`));
      });
      const done = (error?: Error): void => {
        timeout.cancel();
        this.#bootWaiters = this.#bootWaiters.filter((other) => other !== waiter);
        finisher.queue(() => (error === undefined ? resolve() : reject(error)));
      };
      const waiter = { osd, since, done };
      this.#bootWaiters.push(waiter);
      this.#checkBootWaiters();
    });
  }

  /** One that has died in the meantime is waited for no more. */
  #checkBootWaiters(): void {
    const { osdInfo } = this.osdMap.data;
    for (const { osd, since, done } of [...this.#bootWaiters]) {
      const isUp = (osdInfo.at(osd.whoami)?.upFrom ?? 0) > since;
      if (isUp || !osd.isRunning) done();
    }
  }
}

/** `a`, `b` … */
function monName(rank: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + rank);
}

function pgOf({ pool, hash }: ObjectId): pg_t {
  return { pool, seed: hash };
}

function bytesOf(value: Bytes): Uint8Array {
  return typeof value === 'string' ? utf8Encode(value) : new Uint8Array(value);
}

function bytesOfAll(values: Readonly<Record<string, Bytes>> = {}): Map<string, Uint8Array> {
  return new Map(Object.entries(values).map(([name, value]) => [name, bytesOf(value)]));
}
