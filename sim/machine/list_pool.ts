import type { IoCtx } from '../../src/librados/IoCtx.ts';
import type { Invariant } from '../checkers/invariants.ts';
import type { ObjectModel } from '../checkers/ObjectModel.ts';
import type { PlannedList } from './plan.ts';

type Report = (invariant: Invariant, text: string) => void;

/**
 * Lists a pool of these objects while they are written, and checks what comes: what was there from the
 * beginning, once; what was written meanwhile, once or not at all. An error ends the list.
 */
export async function listPool(
  what: string,
  ioctx: IoCtx,
  models: readonly ObjectModel[],
  { pageSize }: PlannedList,
  report: Report,
): Promise<void> {
  const missing = new Set(models.filter(({ isThere }) => isThere).map(({ oid }) => oid));
  const seen = new Set<string>();
  for await (const { oid } of ioctx.listObjects({ pageSize })) {
    const model = models.find((one) => one.oid === oid);
    if (model?.mayBeThere !== true) report('I19', `${what}: ${oid}, which was never there`);
    if (seen.has(oid)) report('I19', `${what}: ${oid} twice`);
    seen.add(oid);
    missing.delete(oid);
  }
  if (missing.size > 0) report('I19', `${what}: without ${[...missing].join(', ')}`);
}
