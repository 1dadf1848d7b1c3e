import { ECANCELED, ETIMEDOUT } from '../common/errno.ts';
import { assert } from '../common/errors.ts';
import { type object_locator_t, pgToString } from '../osd/osd_types.ts';
import type { ObjectOperation } from '../osdc/ObjectOperation.ts';
import type { Op, OpListener, OpReply } from '../osdc/Op.ts';
import { Call } from './Call.ts';
import { type RadosError, radosError } from './RadosError.ts';
import type { Session } from './Session.ts';

/** What is read, and what the call is named in errors. */
export interface ReadRequest {
  readonly syscall: string;
  readonly oid: string;
  readonly oloc: object_locator_t;
  readonly poolName: string;
}

/** An op on one object, from the public call to its promise. */
export class ReadCall<R extends readonly unknown[], T> extends Call<T> implements OpListener {
  readonly #session: Session;
  readonly #request: ReadRequest;
  readonly #operation: ObjectOperation<R>;
  readonly #finish: (results: R, version: bigint) => T;
  #op: Op | undefined;
  #results: R | undefined;
  #version = 0n;
  #aborted = false;
  #timeoutMs = 0;

  /** `finish` makes the call's result of those of the steps. */
  constructor(
    session: Session,
    request: ReadRequest,
    operation: ObjectOperation<R>,
    finish: (results: R, version: bigint) => T,
  ) {
    super(session.cct);
    this.#session = session;
    this.#request = request;
    this.#operation = operation;
    this.#finish = finish;
  }

  submit(timeoutMs: number): void {
    const { objecter } = this.#session;
    const { oid, oloc } = this.#request;
    this.#timeoutMs = timeoutMs;
    this.#op = objecter.prepareReadOp(oid, oloc, this.#operation, this);
    objecter.opSubmit(this.#op, timeoutMs);
  }

  override abort(reason: unknown): void {
    this.#aborted = true;
    if (this.#op !== undefined) this.#session.objecter.opCancel(this.#op, ECANCELED, reason);
  }

  onReply({ result, outdata, userVersion }: OpReply): void {
    if (result < 0) return;
    this.#version = BigInt(userVersion);
    this.#results = this.#operation.decode(outdata, this.#version);
  }

  onFinish(op: Op, result: number, cause: unknown): void {
    if (this.#aborted) {
      this.reject(cause);
    } else if (result < 0) {
      this.reject(this.#error(op, result, cause));
    } else {
      assert(this.#results !== undefined, 'an op without an error has results');
      this.resolve(this.#finish(this.#results, this.#version));
    }
  }

  #error(op: Op, result: number, cause: unknown): RadosError {
    const { target, attempts } = op;
    const { syscall, oid, oloc, poolName } = this.#request;
    return radosError(result, {
      syscall,
      oid,
      pool: poolName,
      namespace: oloc.nspace === '' ? undefined : oloc.nspace,
      pgid: target.pgNum === 0 ? undefined : pgToString(target.pgid),
      osd: target.osd < 0 ? undefined : target.osd,
      epoch: target.epoch,
      attempts,
      reason: this.#reason(result, cause),
      cause,
    });
  }

  #reason(result: number, cause: unknown): string | undefined {
    if (cause instanceof Error) return cause.message;
    return result === -ETIMEDOUT ? `no answer within ${this.#timeoutMs} ms` : undefined;
  }
}
