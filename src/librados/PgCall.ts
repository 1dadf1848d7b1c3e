import { ECANCELED } from '../common/errno.ts';
import { assert } from '../common/errors.ts';
import type { object_locator_t } from '../osd/osd_types.ts';
import type { ObjectOperation } from '../osdc/ObjectOperation.ts';
import type { Op, OpListener, OpReply } from '../osdc/Op.ts';
import { Call } from './Call.ts';
import { opError, opReason } from './op_error.ts';
import type { Session } from './Session.ts';

export interface PgRequest {
  readonly syscall: string;
  /** Pool and namespace. */
  readonly oloc: object_locator_t;
  readonly poolName: string;
  /** A hash that the PG holds. */
  readonly seed: number;
}

/** An op on one PG, from the public call to its promise. */
export class PgCall<T> extends Call<T> implements OpListener {
  readonly #session: Session;
  readonly #request: PgRequest;
  readonly #operation: ObjectOperation<readonly [T]>;
  #op: Op | undefined;
  #results: readonly [T] | undefined;
  #aborted = false;
  #timeoutMs = 0;

  constructor(session: Session, request: PgRequest, operation: ObjectOperation<readonly [T]>) {
    super(session.cct);
    this.#session = session;
    this.#request = request;
    this.#operation = operation;
  }

  submit(timeoutMs: number): void {
    const { objecter } = this.#session;
    const { seed, oloc } = this.#request;
    this.#timeoutMs = timeoutMs;
    this.#op = objecter.preparePgReadOp(seed, oloc, this.#operation, this);
    objecter.opSubmit(this.#op, timeoutMs);
  }

  override abort(reason: unknown): void {
    this.#aborted = true;
    if (this.#op !== undefined) this.#session.objecter.opCancel(this.#op, ECANCELED, reason);
  }

  onReply(reply: OpReply): void {
    if (reply.result >= 0) this.#results = this.#operation.decode(reply);
  }

  onFinish(op: Op, result: number, cause: unknown): void {
    if (this.#aborted) {
      this.reject(cause);
    } else if (result < 0) {
      const reason = opReason(result, cause, this.#timeoutMs);
      this.reject(opError(op, result, this.#request, { reason, cause }));
    } else {
      assert(this.#results !== undefined, 'an op without an error has results');
      this.resolve(this.#results[0]);
    }
  }
}
