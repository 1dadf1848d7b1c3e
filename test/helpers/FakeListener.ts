import { assert } from '../../src/common/errors.ts';
import { readStep } from '../../src/osdc/data_steps.ts';
import type { Objecter } from '../../src/osdc/Objecter.ts';
import type { ObjectOperation } from '../../src/osdc/ObjectOperation.ts';
import type { Op, OpListener, OpReply } from '../../src/osdc/Op.ts';

/** Writes down how an op ends. */
export class FakeListener implements OpListener {
  outdata: readonly Uint8Array[] | undefined;
  /** Undefined: it has not ended. */
  result: number | undefined;
  cause: unknown;
  /** Thrown at a reply. */
  replyError: Error | undefined;

  onReply(reply: OpReply): void {
    if (this.replyError !== undefined) throw this.replyError;
    if (reply.result >= 0) this.outdata = reply.outdata;
  }

  onFinish(_op: Op, result: number, cause: unknown): void {
    assert(this.result === undefined, 'an op ends once');
    this.result = result;
    this.cause = cause;
  }
}

export interface Submitted {
  readonly op: Op;
  readonly listener: FakeListener;
}

export interface SubmitOptions {
  readonly length?: number;
  readonly timeoutMs?: number;
  readonly pool?: number;
  /** CEPH_OSD_FLAG_*. */
  readonly flags?: number;
  /** Where the bytes are wanted. */
  readonly rxBuffer?: Uint8Array;
}

/** Submits a read. */
export function submitRead(
  objecter: Objecter,
  oid: string,
  { length = 0, timeoutMs = 0, pool = 1, flags = 0, rxBuffer }: SubmitOptions = {},
): Submitted {
  const listener = new FakeListener();
  const operation: ObjectOperation<[]> = { ops: [readStep(0, length).op], decode: () => [] };
  const oloc = { pool, key: '', nspace: '', hash: -1 };
  const op = objecter.prepareReadOp(oid, oloc, operation, listener, { flags, rxBuffer });
  objecter.opSubmit(op, timeoutMs);
  return { op, listener };
}
