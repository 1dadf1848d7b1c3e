import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Decoder } from '../../common/Decoder.ts';
import { cppStrerror, EINVAL, EIO, ENOENT } from '../../common/errno.ts';
import { DecodeError } from '../../common/errors.ts';
import type { Json } from '../../common/json_formatter.ts';
import type { IoCtx } from '../../librados/IoCtx.ts';
import { RadosError } from '../../librados/RadosError.ts';
import { NodeRandom } from '../../node/NodeRandom.ts';
import type { Output } from '../ceph/Output.ts';
import { BenchReport } from './bench_report.ts';

const LAST_RUN_METADATA = 'benchmark_last_metadata';
/** u64 object size, s32 ops, s32 pid of the writer, u64 op size. */
const METADATA_LENGTH = 24;
/** What of its host's name a writer puts into names of objects, at most. */
const HOSTNAME_MAX = 29;
const SECOND_MS = 1000;

export interface BenchOptions {
  readonly operation: 'seq' | 'rand';
  readonly seconds: number;
  /** -t: reads at once. */
  readonly concurrentIos: number;
  /** --run-name: the object that tells what was written; '': the usual one. */
  readonly runName: string;
  /** Whether what is read is compared with what was written. --no-verify */
  readonly verify: boolean;
  /** --no-hints makes it false: of use for writes only, but it is printed. */
  readonly hints: boolean;
  /** --show-time: lines begin with the time. */
  readonly showTime: boolean;
  /** --format: the whole report in another form than lines. */
  readonly format: ((report: Json) => string) | undefined;
}

/** What an earlier `rados bench … write --no-cleanup` has left. */
interface Written {
  readonly objectSize: number;
  readonly opSize: number;
  readonly ops: number;
  readonly pid: number;
}

/**
 * `rados bench SECONDS seq|rand`: reads what an earlier run has written, several objects at once, and
 * prints every second how that goes. Answers 0 or a negative errno. Ceph: src/common/obj_bencher.cc.
 */
export async function bench(ioctx: IoCtx, options: BenchOptions, output: Output): Promise<number> {
  output.stdout(`hints = ${options.hints ? 1 : 0}\n`);
  const result = await aioBench(ioctx, options, output);
  if (result !== 0) output.stderr(`error during benchmark: ${cppStrerror(result)}\n`);
  return result;
}

async function aioBench(ioctx: IoCtx, options: BenchOptions, output: Output): Promise<number> {
  if (options.concurrentIos <= 0) return -EINVAL;
  const written = await fetchMetadata(ioctx, options.runName);
  if (typeof written === 'number') {
    if (written === -ENOENT) output.stderr('Must write data before running a read benchmark!\n');
    return written;
  }
  return new ReadBench(ioctx, options, written, output).run();
}

/** An empty object counts as none. */
async function fetchMetadata(ioctx: IoCtx, runName: string): Promise<Written | number> {
  try {
    const name = runName === '' ? LAST_RUN_METADATA : runName;
    const dec = new Decoder(await ioctx.read(name, { length: METADATA_LENGTH }), name);
    if (dec.remaining === 0) return -ENOENT;
    const [objectSize, ops, pid] = [dec.u64(), dec.s32(), dec.s32()];
    const opSize = dec.remaining > 0 ? dec.u64() : objectSize;
    return opSize === 0 || ops <= 0 ? -EINVAL : { objectSize, opSize, ops, pid };
  } catch (error) {
    if (RadosError.is(error)) return error.errno;
    if (error instanceof DecodeError) return -EIO;
    throw error;
  }
}

class ReadBench {
  readonly #ioctx: IoCtx;
  readonly #options: BenchOptions;
  readonly #written: Written;
  readonly #output: Output;
  readonly #report: BenchReport;
  readonly #random = new NodeRandom();
  readonly #prefix: string;
  /** Those that were read before. */
  readonly #names: (string | undefined)[];
  readonly #readsPerObject: number;
  /** What is read where it is verified: but for its beginning the same in all reads. */
  readonly #expected: Buffer | undefined;
  #finishTime = 0;
  #wrong = 0;
  /** Of the first read that failed: nothing is read any more. */
  #failure = 0;

  constructor(ioctx: IoCtx, options: BenchOptions, written: Written, output: Output) {
    const { objectSize, opSize, ops, pid } = written;
    this.#ioctx = ioctx;
    this.#options = options;
    this.#written = written;
    this.#output = output;
    this.#report = new BenchReport(objectSize, opSize, options, output);
    this.#prefix = `benchmark_data_${hostname().slice(0, HOSTNAME_MAX)}_${pid}_object`;
    this.#readsPerObject = Math.max(1, Math.floor(objectSize / opSize));
    this.#names = new Array<undefined>(Math.ceil(ops / this.#readsPerObject));
    this.#expected = options.verify ? Buffer.alloc(opSize, 'z') : undefined;
  }

  async run(): Promise<number> {
    const { seconds, concurrentIos } = this.#options;
    const start = this.#report.start();
    this.#finishTime = start + seconds * SECOND_MS;
    const slots = Array.from({ length: concurrentIos }, (_, index) => this.#readOn(index));
    this.#report.printStatus();
    const status = setInterval(() => this.#report.printStatus(), SECOND_MS);
    try {
      await Promise.all(slots);
    } finally {
      clearInterval(status);
    }
    this.#report.end(this.#failure === 0);
    if (this.#failure !== 0) return this.#failure;
    return this.#wrong > 0 ? -EIO : 0;
  }

  /** One of the reads that are out at once, and what follows it. */
  async #readOn(first: number): Promise<void> {
    const buffer = new Uint8Array(this.#written.opSize);
    for (let op: number | undefined = first; op !== undefined; op = this.#nextOp()) {
      const name = this.#nameOf(Math.floor(op / this.#readsPerObject));
      const startedAt = this.#report.started();
      try {
        const length = await this.#read(name, op, buffer);
        this.#report.finished(performance.now() - startedAt);
        this.#check(name, op, buffer, length);
      } catch (error) {
        if (!RadosError.is(error)) throw error;
        this.#fail(name, error.errno);
      }
    }
  }

  #nameOf(object: number): string {
    const known = this.#names[object];
    if (known !== undefined) return known;
    const name = this.#prefix + object;
    this.#names[object] = name;
    return name;
  }

  #read(name: string, op: number, buffer: Uint8Array): Promise<number> {
    const offset = buffer.length * (op % this.#readsPerObject);
    return this.#ioctx.readInto(name, buffer, { offset });
  }

  /** Undefined: it is over. */
  #nextOp(): number | undefined {
    const { operation } = this.#options;
    const { ops } = this.#written;
    if (this.#failure !== 0 || performance.now() >= this.#finishTime) return undefined;
    if (operation === 'rand') return this.#random.uint32() % ops;
    return this.#report.ops.started < ops ? this.#report.ops.started : undefined;
  }

  #check(name: string, op: number, buffer: Uint8Array, length: number): void {
    const expected = this.#expected;
    if (expected === undefined) return;
    // A C string, of which as much is written as there is room for.
    const text = `I'm the ${String(op).padStart(16)}th op!`.slice(0, expected.length - 1);
    expected.write(`${text}\0`, 'latin1');
    if (expected.equals(buffer.subarray(0, length))) return;
    this.#output.stderr(`${name} is not correct!\n`);
    this.#wrong += 1;
  }

  /** Reads in order are checked before anybody looks whether they failed. */
  #fail(name: string, result: number): void {
    if (this.#failure !== 0) return;
    this.#failure = result;
    const { verify, operation } = this.#options;
    if (verify && operation === 'seq') this.#output.stderr(`${name} is not correct!\n`);
    this.#output.stderr(`read got ${result}\n`);
  }
}
