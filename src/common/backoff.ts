import type { CephContext } from './CephContext.ts';

/**
 * Milliseconds to wait after `failures` failures in a row: none after the first, then
 * `ms_initial_backoff`, doubled each time up to `ms_max_backoff`, and up to half of that less by
 * chance, so that many clients do not keep step.
 */
export function backoffMs(cct: CephContext, failures: number): number {
  if (failures <= 1) return 0;
  const { ms_initial_backoff, ms_max_backoff } = cct.conf;
  const seconds = Math.min(ms_initial_backoff * 2 ** (failures - 2), ms_max_backoff);
  return seconds * 1000 * (1 - cct.random.float() / 2);
}
