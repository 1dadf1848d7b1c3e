import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { utf8Encode } from '../../src/common/utf8.ts';
import type { CephCluster } from './harness.ts';

const SOURCE = fileURLToPath(new URL('librados_driver.cc', import.meta.url));
const COMPILER = 'g++';
const COMPILER_FLAGS = ['-std=c++17', '-O0', '-Wno-deprecated-declarations'];

/** True, after one clear line, where stock librados cannot be compiled against. */
export function skipWithoutLibrados(): boolean {
  try {
    const args = ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'];
    execFileSync(COMPILER, args, { input: '#include <rados/librados.hpp>\n', stdio: 'pipe' });
    return false;
  } catch {
    console.log('skipped: no compiler or no headers (Debian: g++ librados-dev libradospp-dev)');
    return true;
  }
}

/** Where an object is, as librados is told. */
export interface Place {
  readonly pool: string;
  readonly namespace?: string;
  readonly locatorKey?: string;
  /** -2: the head, -1: all snapshots. */
  readonly snap?: number | undefined;
}

const HEAD = -2;

/** A program in C++ that does with stock librados what it is told. */
export class LibradosDriver implements AsyncDisposable {
  readonly #dir: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(dir: string, child: ChildProcessWithoutNullStreams) {
    this.#dir = dir;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Compiles the program and connects it. */
  static async start(cluster: CephCluster): Promise<LibradosDriver> {
    const dir = mkdtempSync(join(tmpdir(), 'radosim-librados-'));
    const program = join(dir, 'driver');
    execFileSync(COMPILER, [...COMPILER_FLAGS, '-o', program, SOURCE, '-lrados'], {
      stdio: 'inherit',
    });
    const env = { ...process.env, CEPH_ARGS: '' };
    const driver = new LibradosDriver(dir, spawn(program, [cluster.confFile], { env }));
    driver.#child.stderr.pipe(process.stderr);
    const connected = await driver.#next();
    if (connected !== '0') throw new Error(`librados cannot connect: ${connected}`);
    return driver;
  }

  /** Does `what` to an object; answers the line that the program prints. */
  async say(what: string, place: Place, oid: string, ...words: Word[]): Promise<string> {
    const { pool, namespace = '', locatorKey = '', snap = HEAD } = place;
    const head = [what, pool, word(namespace), word(locatorKey), snap, word(oid)];
    this.#child.stdin.write(`${[...head, ...words.map(word)].join(' ')}\n`);
    return this.#next();
  }

  /** As `say`, for what must not fail. */
  async do(what: string, place: Place, oid: string, ...words: Word[]): Promise<void> {
    const said = await this.say(what, place, oid, ...words);
    if (said.startsWith('-')) throw new Error(`${what} ${oid}: ${said}`);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin.end();
    await gone;
    rmSync(this.#dir, { recursive: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the program with librados has ended');
    return value;
  }
}

/** Numbers go as they are; texts and bytes as hexadecimal. */
export type Word = number | bigint | string | Uint8Array;

function word(value: Word): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return show(value);
}

/** Bytes, as the program shows them. */
export function show(value: string | Uint8Array): string {
  const bytes = typeof value === 'string' ? utf8Encode(value) : value;
  return `x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;
}
