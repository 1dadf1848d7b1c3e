import type { IoCtx } from '../../src/librados/IoCtx.ts';
import type { RadosClient } from '../../src/librados/RadosClient.ts';
import { MachineSignal } from './MachineSignal.ts';

/** What a client's counters say, of one section. */
type Counters = Readonly<Record<string, unknown>>;

/** One client of a run, from its connect to its end. */
export class Client {
  readonly name: string;
  readonly ready: Promise<readonly IoCtx[]>;
  signal: MachineSignal = new MachineSignal();
  /** Signals that were aborted: nobody is to listen to them any more. */
  readonly spent: MachineSignal[] = [];
  isShutDown = false;
  /** Of all pools, when they are open: who has to wait for them no more can ask at once. */
  ioctxs: readonly IoCtx[] | undefined;
  #rados: RadosClient | undefined;

  /** `connected` resolves when it has a map. */
  constructor(name: string, connected: Promise<RadosClient>, pools: readonly string[]) {
    this.name = name;
    this.ready = this.#open(connected, pools);
    // Those who wait for it hear of it; nobody may wait.
    this.ready.catch(() => undefined);
  }

  /** Of the newest map that it has; 0: none. */
  get epoch(): number {
    return this.#rados?.state === 'connected' ? this.#rados.osdMap.epoch : 0;
  }

  get counters(): Counters {
    return this.#rados?.perfDump()['objecter'] ?? {};
  }

  counter(name: string): number {
    const value = this.counters[name];
    return typeof value === 'number' ? value : 0;
  }

  abort(): void {
    const { signal } = this;
    this.spent.push(signal);
    this.signal = new MachineSignal();
    signal.abort();
  }

  async shutdown(): Promise<void> {
    this.isShutDown = true;
    await this.#rados?.shutdown();
  }

  async #open(
    connected: Promise<RadosClient>,
    pools: readonly string[],
  ): Promise<readonly IoCtx[]> {
    const rados = await connected;
    this.#rados = rados;
    if (this.isShutDown) await rados.shutdown();
    this.ioctxs = await Promise.all(pools.map((pool) => rados.openIoCtx(pool)));
    return this.ioctxs;
  }
}
