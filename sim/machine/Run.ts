import { OPTION_DEFAULTS } from '../../src/common/options.ts';
import type { IoCtx } from '../../src/librados/IoCtx.ts';
import { RadosError } from '../../src/librados/RadosError.ts';
import type { Invariant, Violation } from '../checkers/invariants.ts';
import { NaiveMap } from '../checkers/NaiveMap.ts';
import { type Floor, ObjectModel } from '../checkers/ObjectModel.ts';
import { WireChecker } from '../checkers/WireChecker.ts';
import type { SimClock } from '../SimClock.ts';
import type { SimCluster } from '../SimCluster.ts';
import { ask } from './ask.ts';
import { attributesOf } from './attributes.ts';
import { Client } from './Client.ts';
import { contentsOf } from './contents.ts';
import type { EndFault, Stage } from './FaultKind.ts';
import { faultKind } from './fault_kinds.ts';
import { listPool } from './list_pool.ts';
import type { Plan, PlannedFault, PlannedList, PlannedRead, PlannedWrite } from './plan.ts';
import { statesOf } from './protocol_states.ts';

/** Violations that are kept: the first ones tell most. */
const VIOLATIONS_MAX = 50;

/** One run of a plan, as it goes: who is there, what was asked, what was found wrong. */
export class Run implements Stage {
  readonly cluster: SimCluster;
  readonly clock: SimClock;
  readonly dead: ReadonlySet<number>;
  readonly violations: Violation[] = [];
  /** Fault by id → how often. */
  readonly faults: Map<string, number> = new Map();
  /** `state fault` → how often the fault came in that state of a client. */
  readonly cells: Map<string, number> = new Map();
  reads = 0;
  readonly #plan: Plan;
  readonly #start: number;
  readonly #objects: readonly ObjectModel[];
  readonly #maps = new Map<number, NaiveMap>();
  readonly #wire: WireChecker;
  readonly #places: Client[] = [];
  readonly #clients = new Map<string, Client>();
  readonly #ends = new Set<EndFault>();
  /** What was asked, and has no answer. */
  readonly #pending = new Map<Promise<void>, string>();
  /** Object name, or '' for all → until when (Infinity: still) reads of it may fail with EIO. */
  readonly #eio: { readonly oid: string; until: number }[] = [];
  #newestMap: NaiveMap;

  constructor(plan: Plan, cluster: SimCluster, clock: SimClock) {
    this.#plan = plan;
    this.cluster = cluster;
    this.clock = clock;
    this.dead = new Set(plan.dead);
    this.#start = clock.now();
    this.#objects = plan.objects.map((size, i) => {
      return new ObjectModel(oidOf(i), size < 0 ? undefined : contentsOf(i, 0, size));
    });
    const { osdMonitor } = cluster.mon();
    this.#newestMap = NaiveMap.decode(osdMonitor.map.encode({ simulated: true }));
    this.#maps.set(this.#newestMap.epoch, this.#newestMap);
    osdMonitor.onCommit = (incremental) => {
      this.#newestMap = this.#newestMap.next(incremental);
      this.#maps.set(this.#newestMap.epoch, this.#newestMap);
    };
    this.#wire = new WireChecker({
      now: () => clock.now(),
      map: (epoch) => this.#maps.get(epoch),
      heldEpoch: (name) => this.#clients.get(name)?.epoch ?? 0,
      fullMaps: (name) => this.#clients.get(name)?.counter('map_full') ?? 0,
      report: (invariant, text) => this.report(invariant, text),
    });
    cluster.net.tap = (from, to, at) => this.#wire.connected(from, to, at);
    for (let i = 0; i < plan.clients; i++) this.#places.push(this.#connect());
  }

  report(invariant: Invariant, text: string): void {
    if (this.violations.length >= VIOLATIONS_MAX) return;
    this.violations.push({ invariant, text, at: this.clock.now() - this.#start });
  }

  get wire(): WireChecker {
    return this.#wire;
  }

  get clients(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /** Those that have not been replaced. */
  get present(): readonly Client[] {
    return this.#places;
  }

  get pending(): number {
    return this.#pending.size;
  }

  describePending(): string {
    return [...this.#pending.values()].slice(0, 10).join(', ');
  }

  /** Resolves when all that was asked so far has its answer. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.keys());
  }

  #wait(what: string, end: Promise<void>): void {
    const settled = end.finally(() => this.#pending.delete(settled));
    this.#pending.set(settled, what);
  }

  // ---- reads

  read(read: PlannedRead): void {
    this.reads += 1;
    const { name } = this.#clientAt(read.client);
    this.#wait(`${name} ${read.step} ${this.object(read.object).oid}`, this.#read(read));
  }

  async #read(read: PlannedRead): Promise<void> {
    const client = this.#clientAt(read.client);
    const model = this.#objects[read.object % this.#objects.length];
    if (model === undefined) return;
    const what = `${client.name} ${read.step} ${model.oid}`;
    const poolOf = (ioctxs: readonly IoCtx[]): IoCtx | undefined =>
      ioctxs[(read.object % this.#objects.length) % ioctxs.length];
    let ioctx: IoCtx | undefined;
    try {
      ioctx = poolOf(client.ioctxs ?? (await client.ready));
    } catch (error) {
      if (!client.isShutDown) this.report('I1', `${client.name} could not connect: ${error}`);
      return;
    }
    if (ioctx === undefined) return;
    const { signal } = client;
    const asked = this.clock.now();
    const { floor } = model;
    if (read.localized) ioctx = ioctx.with({ flags: ['localize_reads'] });
    else if (read.balanced) ioctx = ioctx.with({ flags: ['balance_reads'] });
    try {
      const options = {
        ...(read.timeout > 0 ? { timeout: read.timeout } : {}),
        ...(read.abortable ? { signal } : {}),
      };
      model.check(what, floor, await ask(ioctx, model.oid, read, options), this.#report);
    } catch (error) {
      const facts = { read, client, model, floor, asked, aborted: signal.aborted && signal.reason };
      this.#checkError(what, error, facts);
    }
  }

  readonly #report = (invariant: Invariant, text: string): void => this.report(invariant, text);

  #checkError(
    what: string,
    error: unknown,
    facts: {
      readonly read: PlannedRead;
      readonly client: Client;
      readonly model: ObjectModel;
      readonly floor: Floor;
      readonly asked: number;
      readonly aborted: unknown;
    },
  ): void {
    const { read, client, model, floor, asked, aborted } = facts;
    if (read.abortable && error === aborted) return;
    const code = codeOf(error);
    if (code === 'ENOENT') model.check(what, floor, { isGone: true }, this.#report);
    else if (code === 'ESHUTDOWN' && client.isShutDown) return;
    else if (code === 'ETIMEDOUT' && read.timeout > 0) return;
    else if (code === 'EIO' && this.#mayBeEio(model.oid, asked)) return;
    else this.report('I1', `${what}: ${error}`);
  }

  #mayBeEio(oid: string, since: number): boolean {
    return this.#eio.some((rule) => (rule.oid === '' || rule.oid === oid) && rule.until >= since);
  }

  // ---- lists

  list(list: PlannedList): void {
    const { name } = this.#clientAt(list.client);
    this.#wait(`${name} list`, this.#list(list));
  }

  async #list(list: PlannedList): Promise<void> {
    const client = this.#clientAt(list.client);
    const asked = this.clock.now();
    const what = `${client.name} list in pages of ${list.pageSize}`;
    try {
      const ioctxs = client.ioctxs ?? (await client.ready);
      const pool = list.pool % ioctxs.length;
      const ioctx = ioctxs[pool];
      if (ioctx === undefined) return;
      const models = this.#objects.filter((_, i) => i % ioctxs.length === pool);
      await listPool(what, ioctx, models, list, this.#report);
    } catch (error) {
      const code = codeOf(error);
      const isExpected =
        (code === 'EIO' && this.#mayBeEio('', asked)) ||
        // Its client may be shut down before it has connected.
        client.isShutDown;
      if (!isExpected) this.report('I1', `${what}: ${error}`);
    }
  }

  // ---- writes

  write({ object, size }: PlannedWrite): void {
    const index = object % this.#objects.length;
    const model = this.#objects[index];
    if (model === undefined || model.isBeingWritten) return;
    const attributes = attributesOf(model.newest + 1);
    const bytes = contentsOf(index, model.newest + 1, size);
    const acknowledge = model.write(bytes);
    const { name } = this.#plan.pools[index % this.#plan.pools.length] ?? { name: '' };
    const written = this.cluster
      .put(name, model.oid, bytes, attributes)
      .then(acknowledge, () => undefined);
    this.#wait(`write of ${model.oid}`, written);
  }

  // ---- faults

  #checkBudget(client: Client): void {
    const most = this.#plan.conf.objecter_inflight_ops ?? OPTION_DEFAULTS.objecter_inflight_ops;
    const active = client.counter('op_active');
    if (active > most) this.report('I6', `${client.name} has ${active} ops out, of ${most}`);
  }

  fault(fault: PlannedFault): void {
    const kind = faultKind(fault.fault);
    this.faults.set(kind.id, (this.faults.get(kind.id) ?? 0) + 1);
    const client = this.#clientAt(fault.client);
    this.#checkBudget(client);
    const observed = {
      epoch: client.epoch,
      newestEpoch: this.#newestMap.epoch,
      inFlight: client.counter('op_active'),
      isPaused: this.#newestMap.isPaused,
      connections: this.#wire.connectionsOf(client.name),
    };
    for (const state of statesOf(observed)) {
      const cell = `${state} ${kind.id}`;
      this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
    }
    const end = kind.begin(this, fault);
    this.#ends.add(end);
    this.clock.addEventAfter(fault.ms, () => this.#endFault(end));
  }

  endFaults(): void {
    for (const end of [...this.#ends]) this.#endFault(end);
  }

  #endFault(end: EndFault): void {
    if (this.#ends.delete(end)) end();
  }

  nameOf(index: number): string {
    return this.#clientAt(index).name;
  }

  resetAll(peer: string): void {
    for (const name of this.#clients.keys()) this.cluster.net.reset(name, peer);
  }

  abortReads(index: number): void {
    this.#clientAt(index).abort();
  }

  replaceClient(index: number): void {
    const old = this.#clientAt(index);
    this.#places[index % this.#places.length] = this.#connect();
    this.#wait(`end of ${old.name}`, old.shutdown());
  }

  flood(index: number, reads: number): void {
    for (let i = 0; i < reads; i++) {
      this.read({
        kind: 'read',
        at: 0,
        client: index,
        object: i,
        step: 'read',
        offset: 0,
        length: 0,
        balanced: false,
        localized: false,
        timeout: 0,
        abortable: false,
      });
    }
  }

  allowEio(oid = ''): EndFault {
    const rule = { oid, until: Number.POSITIVE_INFINITY };
    this.#eio.push(rule);
    return () => {
      rule.until = this.clock.now();
    };
  }

  object(index: number): { readonly pool: number; readonly oid: string } {
    const at = index % this.#objects.length;
    return { pool: 1 + (at % this.#plan.pools.length), oid: oidOf(at) };
  }

  pg(index: number): { readonly pool: number; readonly seed: number } {
    const pool = 1 + (index % this.#plan.pools.length);
    return { pool, seed: index % (this.#newestMap.pool(pool)?.pgNum ?? 1) };
  }

  #clientAt(index: number): Client {
    const client = this.#places[index % this.#places.length];
    if (client === undefined) throw new RangeError('a plan without clients');
    return client;
  }

  #connect(): Client {
    const name = `client.${this.#clients.size + 1}`;
    const connected = this.cluster.connect({ conf: this.#plan.conf });
    const pools = this.#plan.pools.map((pool) => pool.name);
    const client = new Client(name, connected, pools);
    this.#clients.set(name, client);
    return client;
  }
}

function codeOf(error: unknown): string {
  return RadosError.is(error) ? error.code : 'no RadosError';
}

export function oidOf(object: number): string {
  return `object.${object}`;
}
