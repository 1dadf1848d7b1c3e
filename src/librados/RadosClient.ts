import type { CryptoKey } from '../auth/CryptoKey.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { ConfigProxy } from '../common/ConfigProxy.ts';
import { CEPH_ENTITY_TYPE_CLIENT, type EntityName } from '../common/entity_name.ts';
import { EINVAL, ENOENT, ENOTCONN, ESHUTDOWN, ETIMEDOUT } from '../common/errno.ts';
import { assert, DecodeError } from '../common/errors.ts';
import type { PerfDump } from '../common/PerfCounters.ts';
import type { Identity } from '../mon/MonAuth.ts';
import { MonBootstrap } from '../mon/MonBootstrap.ts';
import type { MonClient } from '../mon/MonClient.ts';
import { MonMap } from '../mon/MonMap.ts';
import type { InitialMon } from '../mon/mon_host.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import type { ObjecterRequests } from '../osdc/dump_requests.ts';
import type { Objecter } from '../osdc/Objecter.ts';
import { AbortListeners } from './AbortListeners.ts';
import { rejected } from './Call.ts';
import type { CallOptions } from './CallOptions.ts';
import { type ClientParts, makeClientParts } from './ClientParts.ts';
import { checkText, checkTimeout, invalid } from './check_arguments.ts';
import { type ClusterStat, type CommandReply, type PoolStat, poolStatOf } from './cluster_stats.ts';
import { IoCtx, type IoCtxOptions } from './IoCtx.ts';
import { type RadosError, radosError } from './RadosError.ts';
import type { Session } from './Session.ts';
import { WaitCall } from './WaitCall.ts';

export interface RadosClientOptions {
  /** Who we are: `client.admin` is { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' }. */
  readonly name: EntityName;
  /** Ours, where cephx is spoken; without it nothing is proved. */
  readonly key?: CryptoKey | undefined;
  /** Why there is none, for whoever is asked for one. */
  readonly noKey?: string | undefined;
  /** Where the monitors are, as in ceph.conf: `v1:10.0.0.1:6789`; several separated by commas. */
  readonly monHost: string | readonly InitialMon[];
}

/** `connect`, under way. */
interface ConnectCall {
  abort(error: RadosError): void;
  connected(): void;
}

const NO_INPUT = new Uint8Array(0);

export interface MonCommandOptions extends CallOptions {
  /** The one monitor that is asked, by name or rank; default: whichever has our session. */
  readonly target?: string | number | undefined;
}

export type RadosState = 'configuring' | 'connecting' | 'connected' | 'shutdown';

/** A cluster, as a client of it sees it. Ceph: src/librados/RadosClient.cc. */
export class RadosClient implements AsyncDisposable {
  readonly #cct: CephContext;
  readonly #identity: Identity;
  readonly #monmap: MonMap;
  /** Before the parts: it learns by which options these are made. */
  #bootstrap: MonBootstrap | undefined;
  #parts: ClientParts | undefined;
  readonly #aborts = new AbortListeners();
  /** Public calls that wait for something other than an op. */
  readonly #calls = new Set<Pick<WaitCall<unknown>, 'syscall' | 'abort'>>();
  #state: RadosState = 'configuring';
  #stopped: Promise<void> | undefined;

  /** Throws InvalidArgumentError for a `monHost` that cannot be read. */
  constructor(cct: CephContext, { name, key, noKey, monHost }: RadosClientOptions) {
    this.#cct = cct;
    this.#identity = { name, key, noKey };
    this.#monmap = initialMonMap(monHost);
  }

  get state(): RadosState {
    return this.#state;
  }

  /** The newest OSD map that has come. Throws NotConnected before the first. */
  get osdMap(): OSDMap {
    const map = this.#parts?.objecter.osdmap;
    if (map === undefined) throw this.#stateError('osdMap');
    return map;
  }

  /** The number in our name, `client.4123`; 0 before the session. */
  get instanceId(): bigint {
    return BigInt(this.#parts?.monc.globalId ?? 0);
  }

  /** The same as `instanceId`. */
  getInstanceId(): bigint {
    this.#checkConnected('getInstanceId');
    return this.instanceId;
  }

  /** The id of the cluster, a uuid. */
  getFsid(): string {
    this.#checkConnected('getFsid');
    return this.#monc.fsid;
  }

  /**
   * Opens a session with a monitor and fetches the OSD map. Rejects with TimedOut after `timeout`
   * (default: client_mount_timeout), naming what was tried. A client that could not connect is shut
   * down.
   */
  connect(options: CallOptions = {}): Promise<this> {
    if (this.#state !== 'configuring') {
      const reason = 'a client connects once';
      return rejected(this.#cct, radosError(EINVAL, { syscall: 'connect', reason }));
    }
    const { timeout = this.#cct.conf.client_mount_timeout * 1000, signal } = options;
    return this.#wait<this>('connect', { timeout, signal }, (call) => {
      this.#state = 'connecting';
      call.cancel = () => this.#stop();
      const connecting: ConnectCall = {
        abort: (error) => call.abort(error),
        connected: () => call.resolve(this),
      };
      if (this.#cct.configProxy === undefined || this.#cct.conf.no_mon_config) {
        this.#open(connecting, this.#monmap);
      } else {
        this.#fetchConfig(connecting, this.#cct.configProxy);
      }
    });
  }

  /**
   * A pool, by name or id. Rejects with ObjectNotFound if there is none; whether there is, is asked
   * of the monitors before.
   */
  openIoCtx(pool: string | number, options: IoCtxOptions & CallOptions = {}): Promise<IoCtx> {
    const { timeout = this.#cct.conf.rados_mon_op_timeout * 1000, signal } = options;
    return this.#wait<IoCtx>('openIoCtx', { timeout, signal }, (call) => {
      this.#checkConnected('openIoCtx');
      const known = this.#findPool(pool, options);
      if (known !== undefined) {
        call.resolve(known);
        return;
      }
      call.cancel = this.#objecter.waitForLatestMap(() => {
        const found = this.#findPool(pool, options);
        if (found !== undefined) call.resolve(found);
        else call.reject(noSuchPool(pool, this.osdMap.epoch));
      });
    });
  }

  /** Names, in the order of the ids. */
  listPools(): string[] {
    this.#checkConnected('listPools');
    const { osdMap } = this;
    const ids = [...osdMap.pools.keys()].sort((a, b) => a - b);
    return ids.map((id) => osdMap.poolName(id) ?? '');
  }

  /** The id of a pool, by the newest map that has come. */
  poolLookup(name: string): number | undefined {
    this.#checkConnected('poolLookup');
    return this.osdMap.lookupPgPoolName(name);
  }

  /** The name of a pool, by the newest map that has come. */
  poolReverseLookup(id: number): string | undefined {
    this.#checkConnected('poolReverseLookup');
    return this.osdMap.poolName(id);
  }

  /** Resolves when our OSD map is as new as the monitors' was at this moment. */
  waitForLatestOsdMap(options: CallOptions = {}): Promise<void> {
    const { timeout = this.#cct.conf.rados_mon_op_timeout * 1000, signal } = options;
    return this.#wait<void>('waitForLatestOsdMap', { timeout, signal }, (call) => {
      this.#checkConnected('waitForLatestOsdMap');
      call.cancel = this.#objecter.waitForLatestMap(() => call.resolve());
    });
  }

  /**
   * A command to the monitors: `{ prefix: 'osd dump', format: 'json' }`, or its JSON. What they say is
   * the answer, also when they refuse; it rejects only when there is none.
   */
  monCommand(
    cmd: string | Readonly<Record<string, unknown>>,
    input: Uint8Array = NO_INPUT,
    options: MonCommandOptions = {},
  ): Promise<CommandReply> {
    if (options.target !== undefined) return this.#tellMon(options.target, cmd, input, options);
    return this.#askMon<CommandReply>('monCommand', options, (call) => {
      return this.#monc.requests.startMonCommand([commandText(cmd)], input, ({ r, rs, data }) => {
        const [output = NO_INPUT] = data;
        call.resolve({ status: r, output, message: rs });
      });
    });
  }

  /** How full the cluster is. */
  clusterStat(options: CallOptions = {}): Promise<ClusterStat> {
    return this.#askMon<ClusterStat>('clusterStat', options, (call) => {
      return this.#monc.requests.getFsStats((st) => call.resolve(st));
    });
  }

  /** Name → what is in the pool; a pool of which the monitors know nothing, as no OSD has said it, is left out. */
  poolStats(
    names: readonly string[],
    options: CallOptions = {},
  ): Promise<ReadonlyMap<string, PoolStat>> {
    return this.#askMon<ReadonlyMap<string, PoolStat>>('poolStats', options, (call) => {
      if (!Array.isArray(names)) throw invalid('poolStats', 'the names of the pools are no array');
      for (const name of names) checkText('poolStats', 'name of a pool', name);
      return this.#monc.requests.getPoolStats(names, ({ poolStats, perPool }) => {
        const stats = [...poolStats].map(
          ([name, stat]) => [name, poolStatOf(stat, perPool)] as const,
        );
        call.resolve(new Map(stats));
      });
    });
  }

  /** Counters, in the shape of `ceph daemon … perf dump`. */
  perfDump(): PerfDump {
    return this.#cct.perf.dump();
  }

  /** All that waits for an answer, in the shape of `ceph daemon … objecter_requests`. */
  objecterRequests(): ObjecterRequests {
    return this.#objecter.dumpRequests();
  }

  /** Ends every call that is under way with ConnectionShutdown and closes every connection. Idempotent. */
  shutdown(): Promise<void> {
    this.#stop();
    this.#stopped ??= new Promise((resolve) => {
      const stopped = (): void => this.#cct.finisher.queue(resolve);
      if (this.#parts !== undefined) this.#parts.messenger.wait(stopped);
      else if (this.#bootstrap !== undefined) this.#bootstrap.shutdown(stopped);
      else stopped();
    });
    return this.#stopped;
  }

  /** The same as `shutdown`. */
  close(): Promise<void> {
    return this.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** As librados does: another session comes before, which tells the options. */
  #fetchConfig(call: ConnectCall, configProxy: ConfigProxy): void {
    const bootstrap = new MonBootstrap(this.#cct, this.#identity, this.#monmap);
    this.#bootstrap = bootstrap;
    bootstrap.start(
      (config) => configProxy.setMonVals(config, false),
      (result, why) => {
        if (result < 0) this.#refused(call, result, why);
        else
          this.#endBootstrap(bootstrap, () => this.#open(call, MonMap.buildFrom(bootstrap.monmap)));
      },
    );
  }

  /** `then`: if the client is still wanted. */
  #endBootstrap(bootstrap: MonBootstrap, then: () => void): void {
    bootstrap.shutdown(() => {
      this.#bootstrap = undefined;
      if (this.#state === 'connecting') then();
    });
  }

  #open(call: ConnectCall, monmap: MonMap): void {
    const parts = makeClientParts(this.#cct, this.#identity, monmap);
    this.#parts = parts;
    parts.messenger.start();
    parts.monc.authenticate((result, why) => {
      if (result < 0) this.#refused(call, result, why);
      else this.#startObjecter(call);
    });
  }

  #refused(call: ConnectCall, result: number, reason: string): void {
    call.abort(radosError(result, { syscall: 'connect', reason }));
  }

  #startObjecter(call: ConnectCall): void {
    const { messenger, monc, objecter } = this.#need();
    messenger.myName = { type: CEPH_ENTITY_TYPE_CLIENT, num: monc.globalId };
    monc.subWant('mgrmap', 0, 0);
    monc.renewSubs();
    objecter.start();
    objecter.waitForMap(1, () => {
      this.#state = 'connected';
      call.connected();
    });
  }

  #stop(): void {
    if (this.#state === 'shutdown') return;
    this.#state = 'shutdown';
    for (const call of [...this.#calls])
      call.abort(radosError(ESHUTDOWN, { syscall: call.syscall }));
    this.#bootstrap?.shutdown(() => {});
    this.#parts?.objecter.shutdown();
    this.#parts?.monc.shutdown();
    this.#parts?.messenger.shutdown();
  }

  /** What there is once the client is connected. */
  #need(): ClientParts {
    assert(this.#parts !== undefined, 'a client that is connected has its parts');
    return this.#parts;
  }

  get #monc(): MonClient {
    return this.#need().monc;
  }

  get #objecter(): Objecter {
    return this.#need().objecter;
  }

  /** What an IoCtx needs. */
  #session(): Session {
    const { messenger, objecter } = this.#need();
    return {
      cct: this.#cct,
      objecter,
      aborts: this.#aborts,
      who: () => messenger.who,
      osdMap: () => this.osdMap,
      checkConnected: (syscall) => this.#checkConnected(syscall),
    };
  }

  #findPool(pool: string | number, options: IoCtxOptions): IoCtx | undefined {
    const { osdMap } = this;
    const id = typeof pool === 'number' ? pool : osdMap.lookupPgPoolName(pool);
    const name = id === undefined ? undefined : osdMap.poolName(id);
    if (id === undefined || name === undefined) return undefined;
    return new IoCtx(this.#session(), id, name, options);
  }

  #tellMon(
    target: string | number,
    cmd: string | Readonly<Record<string, unknown>>,
    input: Uint8Array,
    options: CallOptions,
  ): Promise<CommandReply> {
    const { timeout = this.#cct.conf.rados_mon_op_timeout * 1000, signal } = options;
    return this.#wait<CommandReply>('monCommand', { timeout, signal }, (call) => {
      this.#checkConnected('monCommand');
      const done = (status: number, message: string, output: Uint8Array): void =>
        call.resolve({ status, output, message });
      const cancel = this.#monc.tell(target, [commandText(cmd)], { input, done });
      if (cancel === undefined) done(-ENOENT, `no mon.${target}`, NO_INPUT);
      else call.cancel = cancel;
    });
  }

  /** `ask` answers the number of its question. */
  #askMon<T>(
    syscall: string,
    options: CallOptions,
    ask: (call: WaitCall<T>) => number,
  ): Promise<T> {
    const { timeout = this.#cct.conf.rados_mon_op_timeout * 1000, signal } = options;
    return this.#wait<T>(syscall, { timeout, signal }, (call) => {
      this.#checkConnected(syscall);
      const tid = ask(call);
      call.cancel = () => this.#monc.requests.cancel(tid);
    });
  }

  /** What `start` throws is what the call rejects with. */
  #wait<T>(
    syscall: string,
    { timeout = 0, signal }: CallOptions,
    start: (call: WaitCall<T>) => void,
  ): Promise<T> {
    const call = new WaitCall<T>(this.#cct, syscall, () => this.#calls.delete(call));
    try {
      checkTimeout(syscall, timeout);
      if (signal !== undefined && !call.listen(signal, this.#aborts)) return call.promise;
      this.#calls.add(call);
      start(call);
      call.setTimeout(timeout, () => {
        return radosError(ETIMEDOUT, { syscall, reason: this.#whyNot(timeout) });
      });
    } catch (error) {
      call.reject(error);
    }
    return call.promise;
  }

  #whyNot(timeoutMs: number): string {
    const within = `within ${timeoutMs} ms`;
    if (this.#state === 'connected') return `no answer from the monitors ${within}`;
    if (this.instanceId > 0) return `no OSD map ${within}`;
    const tried = (this.#parts?.monc ?? this.#bootstrap)?.describeTried() ?? 'nobody';
    return `no session with a monitor ${within}: tried ${tried}`;
  }

  #checkConnected(syscall: string): void {
    if (this.#state !== 'connected') throw this.#stateError(syscall);
  }

  #stateError(syscall: string): RadosError {
    return radosError(this.#state === 'shutdown' ? ESHUTDOWN : ENOTCONN, { syscall });
  }
}

function commandText(cmd: string | Readonly<Record<string, unknown>>): string {
  if (typeof cmd === 'string') return cmd;
  if (typeof cmd['prefix'] === 'string') return JSON.stringify(cmd);
  throw invalid('monCommand', "a command has a prefix: { prefix: 'osd dump' }");
}

function initialMonMap(monHost: string | readonly InitialMon[]): MonMap {
  try {
    return MonMap.buildInitial(monHost);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw radosError(EINVAL, { syscall: 'connect', reason: error.message, cause: error });
  }
}

function noSuchPool(pool: string | number, epoch: number): RadosError {
  return radosError(ENOENT, {
    syscall: 'openIoCtx',
    pool: String(pool),
    epoch,
    reason: 'no such pool',
  });
}
