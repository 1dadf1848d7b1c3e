import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';
import type { RunResult } from '../../../sim/machine/run_plan.ts';
import type { PlantedBug } from './planted_bugs.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A run that takes longer goes on for ever. */
const HANGS_AFTER_MS = 60_000;

/** The machine's worker in one file, with a bug in it. Throws if its place is not there, or not one. */
async function build({ file, find, put }: PlantedBug): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'radosim-planted-'));
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  let places = 0;
  const plant = {
    name: 'plant',
    transform(code: string, id: string): string | undefined {
      if (id !== join(ROOT, file)) return undefined;
      places = code.split(find).length - 1;
      return code.replace(find, put);
    },
  };
  const input = join(ROOT, 'src/cli/sim/worker.ts');
  const bundle = await rolldown({ input, platform: 'node', plugins: [plant], logLevel: 'silent' });
  const target = join(dir, 'worker.mjs');
  await bundle.write({ file: target, format: 'esm' });
  await bundle.close();
  if (places !== 1) throw new Error(`${file} has '${find}' ${places} times`);
  return target;
}

export interface Caught {
  /** Seeds that it took. */
  readonly seeds: number;
  /** What was broken. */
  readonly by: string;
}

/** Runs seeds from 1 on until one fails; undefined: none does. */
export async function catchBug(bug: PlantedBug, most: number): Promise<Caught | undefined> {
  const worker = new Worker(await build(bug), { stdout: true, stderr: true });
  try {
    for (let seed = 1; seed <= most; seed++) {
      const by = await run(worker, String(seed));
      if (by !== undefined) return { seeds: seed, by };
    }
    return undefined;
  } finally {
    await worker.terminate();
  }
}

function run(worker: Worker, seed: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve('hang'), HANGS_AFTER_MS);
    worker.removeAllListeners();
    worker.on('message', ({ violations }: RunResult) => {
      clearTimeout(late);
      resolve(violations[0]?.invariant);
    });
    worker.on('error', reject);
    worker.postMessage({ seed, msType: undefined });
  });
}
