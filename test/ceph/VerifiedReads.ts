import type { IoCtx } from '../../src/index.ts';
import { ReadOp } from '../../src/index.ts';
import type { CephCluster } from './harness.ts';

/** Objects that never change, by number; their sizes too follow from the number. */
const CONSTANT = 40;
const READERS_OF_EACH = 2;
/** Objects that a writer gives a next version all the time. */
const CHANGING = 4;
/** A read that takes longer is taken for lost. */
const READ_TIMEOUT_MS = 90_000;
/** Of what is wrong, as much is remembered. */
const WRONG_MAX = 10;

/** Reads objects of a real cluster, many at a time, and knows what each of them must be. */
export class VerifiedReads {
  readonly wrong: string[] = [];
  ended = 0;
  slowestMs = 0;
  readonly #ceph: CephCluster;
  readonly #ioctx: IoCtx;
  readonly #balanced: IoCtx;
  /** Of each changing object: the version that was begun, and the one that was acknowledged. */
  readonly #begun: number[] = new Array<number>(CHANGING).fill(0);
  readonly #acked: number[] = new Array<number>(CHANGING).fill(0);
  #stopping = false;
  #tasks: Promise<void>[] = [];

  constructor(ceph: CephCluster, ioctx: IoCtx) {
    this.#ceph = ceph;
    this.#ioctx = ioctx;
    this.#balanced = ioctx.with({ flags: 'balance_reads' });
  }

  async prepare(): Promise<void> {
    for (let n = 0; n < CONSTANT; n += 10) {
      const some = Array.from({ length: 10 }, (_, i) => n + i);
      await Promise.all(some.map((i) => this.#put(`constant.${i}`, constantBytes(i))));
    }
    for (let i = 0; i < CHANGING; i++) await this.#write(i);
  }

  start(): void {
    // One reader per object: a PG that is down for a while holds up its own objects only.
    for (let i = 0; i < CONSTANT * READERS_OF_EACH; i++)
      this.#tasks.push(this.#readOn((n) => this.#readConstant(i % CONSTANT, n)));
    for (let i = 0; i < CHANGING; i++)
      this.#tasks.push(this.#readOn((n) => this.#readChanging(i, n)));
    this.#tasks.push(this.#writeOn());
  }

  async runFor(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Ends the reading. What is under way must end within `ms`. */
  async finish(ms: number): Promise<void> {
    this.#stopping = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#blame(`reads or writes that have not ended ${ms} ms after all was well again`);
        resolve();
      }, ms);
    });
    await Promise.race([Promise.all(this.#tasks), late]);
    clearTimeout(timer);
  }

  summary(): string {
    const writes = this.#acked.reduce((sum, version) => sum + version, 0);
    return `${this.ended} reads verified, the slowest took ${Math.round(this.slowestMs)} ms; ${writes} writes`;
  }

  async #readOn(read: (n: number) => Promise<void>): Promise<void> {
    for (let n = 0; !this.#stopping; n++) {
      const from = performance.now();
      try {
        await read(n);
      } catch (error) {
        this.#blame(String(error));
      }
      this.ended += 1;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - from);
    }
  }

  async #readConstant(i: number, n: number): Promise<void> {
    const ioctx = n % 3 === 0 ? this.#balanced : this.#ioctx;
    const whole = constantBytes(i);
    const timeout = READ_TIMEOUT_MS;
    if (n % 5 === 0) {
      const offset = whole.length >> 2;
      const data = await ioctx.read(`constant.${i}`, { offset, length: 1000, timeout });
      this.#compare(`constant.${i} from ${offset}`, data, whole.subarray(offset, offset + 1000));
    } else if (n % 11 === 0) {
      const op = new ReadOp().stat().read();
      const [{ size }, data] = await ioctx.operateRead(`constant.${i}`, op, { timeout });
      this.#compare(`constant.${i}`, data, whole);
      if (size !== whole.length) this.#blame(`constant.${i} is said to have ${size} bytes`);
    } else {
      this.#compare(`constant.${i}`, await ioctx.read(`constant.${i}`, { timeout }), whole);
    }
  }

  async #readChanging(i: number, n: number): Promise<void> {
    const least = this.#acked[i] ?? 0;
    const ioctx = n % 2 === 0 ? this.#balanced : this.#ioctx;
    const data = await ioctx.read(`changing.${i}`, { timeout: READ_TIMEOUT_MS });
    const most = this.#begun[i] ?? 0;
    const version = Number(new TextDecoder().decode(data.subarray(0, 10)));
    if (!(version >= least && version <= most)) {
      this.#blame(`changing.${i} is of version ${version}, not ${least} to ${most}`);
    }
    this.#compare(`changing.${i} of version ${version}`, data, changingBytes(version));
  }

  async #writeOn(): Promise<void> {
    for (let i = 0; !this.#stopping; i = (i + 1) % CHANGING) {
      await this.#write(i).catch(() => undefined);
    }
  }

  async #write(i: number): Promise<void> {
    const version = (this.#begun[i] ?? 0) + 1;
    this.#begun[i] = version;
    await this.#put(`changing.${i}`, changingBytes(version));
    this.#acked[i] = version;
  }

  async #put(oid: string, data: Uint8Array): Promise<void> {
    await this.#ceph.run('rados', ['-p', this.#ioctx.poolName, 'put', oid, '-'], data);
  }

  #compare(what: string, is: Uint8Array, shouldBe: Uint8Array): void {
    if (Buffer.compare(is, shouldBe) === 0) return;
    this.#blame(`${what}: ${is.length} bytes, not the ${shouldBe.length} that were written`);
  }

  #blame(what: string): void {
    if (this.wrong.length < WRONG_MAX) this.wrong.push(what);
  }
}

function constantBytes(i: number): Uint8Array {
  return Uint8Array.from({ length: (i * 997) % 40_000 }, (_, at) => at * 31 + i * 7 + (at >> 8));
}

function changingBytes(version: number): Uint8Array {
  const bytes = new Uint8Array(5000 + (version % 7) * 500).fill(version);
  bytes.set(new TextEncoder().encode(String(version).padStart(10)));
  return bytes;
}
