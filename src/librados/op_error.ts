import { ETIMEDOUT } from '../common/errno.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import type { Op } from '../osdc/Op.ts';
import { type RadosError, type RadosErrorFacts, radosError } from './RadosError.ts';

/** What a call that sends an op is named in errors. */
export interface OpCallFacts {
  readonly syscall: string;
  readonly oid?: string | undefined;
  readonly oloc: object_locator_t;
  readonly poolName: string;
}

/** What the call that sent `op` rejects with. `reason`: what is known beside that. */
export function opError(
  op: Op,
  result: number,
  { syscall, oid, oloc, poolName }: OpCallFacts,
  reason: Pick<RadosErrorFacts, 'reason' | 'cause' | 'steps'>,
): RadosError {
  const { target, attempts } = op;
  return radosError(result, {
    syscall,
    oid,
    pool: poolName,
    namespace: oloc.nspace === '' ? undefined : oloc.nspace,
    pgid: target.pgNum === 0 ? undefined : pgToString(target.pgid),
    osd: target.osd < 0 ? undefined : target.osd,
    epoch: target.epoch,
    attempts,
    ...reason,
  });
}

/** Why an op failed, as far as it is not its code. */
export function opReason(result: number, cause: unknown, timeoutMs: number): string | undefined {
  if (cause instanceof Error) return cause.message;
  return result === -ETIMEDOUT ? `no answer within ${timeoutMs} ms` : undefined;
}
