/** crc32c side by side with npm packages, which are installed for it: all in one process, by turns. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../../src/common/crc32c.ts';
import { crc32cPlain } from '../../src/common/crc32c_plain.ts';

const PACKAGES = [
  '@node-rs/crc32@1.10.8',
  'sse4_crc32@6.0.1',
  'fast-crc32c@2.0.0',
  'crc-32@1.2.2',
  '@aws-crypto/crc32c@5.2.0',
  'hash-wasm@4.12.0',
];
const SIZES = [32, 200, 4096, 65_536, 4 * 1024 * 1024];
const ROUNDS = 7;
const ROUND_MS = 10;

/** The crc of `bytes` as everyone else has it: inverted before and after. */
type Crc = (bytes: Buffer) => number;

export async function crcContest(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'crc-'));
  try {
    const contestants = { ...ours(), ...(await theirs(dir)) };
    console.log('\ncrc32c, GB/s: native packages are marked with a star');
    console.log(`  ${''.padEnd(24)}${SIZES.map((size) => sizeToText(size).padStart(10)).join('')}`);
    const columns = SIZES.map((size) => contest(contestants, size));
    for (const name of Object.keys(contestants)) {
      const cells = columns.map((column) => (column[name] ?? 0).toFixed(2).padStart(10));
      console.log(`  ${name.padEnd(24)}${cells.join('')}`);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function ours(): Record<string, Crc> {
  return {
    radosim: (bytes) => ~crc32c(0xffff_ffff, bytes) >>> 0,
    'radosim, TypeScript': (bytes) => ~crc32cPlain(0xffff_ffff, bytes, 0, bytes.length) >>> 0,
  };
}

/** What cannot be installed here is left out, and named. */
async function theirs(dir: string): Promise<Record<string, Crc>> {
  const found: Record<string, Crc> = {};
  const require = createRequire(join(dir, 'index.js'));
  for (const [i, [name, adapt]] of Object.entries(LOADERS).entries()) {
    try {
      const args = ['install', '--prefix', dir, '--no-audit', '--no-fund', PACKAGES[i] ?? ''];
      execFileSync('npm', args, { stdio: 'ignore' });
      found[name] = await adapt(require);
    } catch {
      console.log(`${PACKAGES[i]} cannot be installed here`);
    }
  }
  return found;
}

type Adapt = (load: NodeJS.Require) => Crc | Promise<Crc>;

/** In the order of {@link PACKAGES}. */
const LOADERS: Readonly<Record<string, Adapt>> = {
  '@node-rs/crc32 *': (load) => {
    const nodeRs: { crc32c: Crc } = load('@node-rs/crc32');
    return (bytes) => nodeRs.crc32c(bytes);
  },
  'sse4_crc32 *': (load) => {
    const sse4: { calculate: Crc } = load('sse4_crc32');
    return (bytes) => sse4.calculate(bytes);
  },
  'fast-crc32c, JavaScript': (load) => {
    const fast: { calculate: Crc } = load('fast-crc32c/impls/js_crc32c');
    return (bytes) => fast.calculate(bytes);
  },
  'crc-32': (load) => {
    const table: { buf: Crc } = load('crc-32/crc32c');
    return (bytes) => table.buf(bytes) >>> 0;
  },
  '@aws-crypto/crc32c': (load) => {
    const aws: { crc32c: Crc } = load('@aws-crypto/crc32c');
    return (bytes) => aws.crc32c(bytes);
  },
  'hash-wasm': async (load) => {
    const wasm: { createCRC32(polynomial: number): Promise<WasmHasher> } = load('hash-wasm');
    const hasher = await wasm.createCRC32(0x82f63b78);
    return (bytes) => Number.parseInt(hasher.init().update(bytes).digest('hex'), 16);
  },
};

interface WasmHasher {
  init(): WasmHasher;
  update(bytes: Buffer): WasmHasher;
  digest(form: 'hex'): string;
}

/** GB/s of each contestant, which take turns: the median. */
function contest(contestants: Readonly<Record<string, Crc>>, size: number): Record<string, number> {
  const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 7919) >> 5));
  const right = contestants['radosim']?.(bytes);
  const speeds = new Map<string, number[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, crc] of Object.entries(contestants)) {
      if (crc(bytes) !== right) throw new Error(`${name} finds another crc`);
      const speed = measure(crc, bytes);
      if (round > 0) speeds.set(name, [...(speeds.get(name) ?? []), speed]);
    }
  }
  return Object.fromEntries([...speeds].map(([name, each]) => [name, median(each)]));
}

function measure(crc: Crc, bytes: Buffer): number {
  const start = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (let i = 0; i < 1 + 100_000 / bytes.length; i++) {
      crc(bytes);
      done += bytes.length;
    }
    elapsed = performance.now() - start;
  }
  return done / elapsed / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1] ?? 0;
}

function sizeToText(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${size / 1024} KiB` : `${size / 1024 / 1024} MiB`;
}
