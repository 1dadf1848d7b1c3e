const WARM_UP_MS = 300;
const MEASURED_MS = 1500;

/** How often something is done: per second of the wall clock, and what each costs of the processor. */
export interface Figure {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Repeats `work`, which answers how many it has done, for long enough to tell. */
export async function measure(work: () => number | Promise<number>): Promise<Figure> {
  await repeat(work, WARM_UP_MS);
  return repeat(work, MEASURED_MS);
}

async function repeat(work: () => number | Promise<number>, ms: number): Promise<Figure> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    done += await work();
    elapsed = performance.now() - start;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (done * 1000) / elapsed, cpuMicroseconds: (user + system) / done };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >>> 1] ?? 0;
}
