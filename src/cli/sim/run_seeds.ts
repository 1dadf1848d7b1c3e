import { Worker } from 'node:worker_threads';
import type { MsType } from '../../../sim/index.ts';
import type { RunResult } from '../../../sim/machine/run_plan.ts';
import { runSeed } from './run_seed.ts';
import type { SeedRequest } from './worker.ts';

export interface SeedsOptions {
  readonly first: number;
  readonly last: number;
  /** Threads; 1: this one. */
  readonly jobs: number;
  readonly msType: MsType | undefined;
  /** No more seeds are begun after so many milliseconds. */
  readonly withinMs: number;
}

/** Runs seeds `first` to `last`; each result is told as it comes. */
export async function runSeeds(
  { first, last, jobs, msType, withinMs }: SeedsOptions,
  onResult: (result: RunResult) => void,
): Promise<void> {
  const end = performance.now() + withinMs;
  let next = first;
  const nextSeed = (): string | undefined => {
    return next <= last && performance.now() < end ? String(next++) : undefined;
  };
  if (jobs === 1) {
    for (let seed = nextSeed(); seed !== undefined; seed = nextSeed()) {
      onResult(await runSeed(seed, msType));
    }
    return;
  }
  const workers = Array.from({ length: jobs }, () => workOff(nextSeed, msType, onResult));
  await Promise.all(workers);
}

/** One thread, until there are no more seeds. */
function workOff(
  nextSeed: () => string | undefined,
  msType: MsType | undefined,
  onResult: (result: RunResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    const goOn = (): void => {
      const seed = nextSeed();
      if (seed === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage({ seed, msType } satisfies SeedRequest);
    };
    worker.on('message', (result: RunResult) => {
      onResult(result);
      goOn();
    });
    worker.on('error', reject);
    goOn();
  });
}
