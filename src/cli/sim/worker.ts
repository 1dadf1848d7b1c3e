import { parentPort } from 'node:worker_threads';
import type { MsType } from '../../../sim/index.ts';
import { runSeed } from './run_seed.ts';

/** What a worker is asked: one seed at a time. */
export interface SeedRequest {
  readonly seed: string;
  readonly msType: MsType | undefined;
}

parentPort?.on('message', async ({ seed, msType }: SeedRequest) => {
  parentPort?.postMessage(await runSeed(seed, msType));
});
