import { ECANCELED, MAX_ERRNO } from '../common/errno.ts';
import { assert } from '../common/errors.ts';
import type { object_locator_t } from '../osd/osd_types.ts';
import type { Op, OpListener, OpReply } from '../osdc/Op.ts';
import { Call } from './Call.ts';
import { opError, opReason } from './op_error.ts';
import type { RadosError, StepOutcome } from './RadosError.ts';
import type { ReadOp } from './ReadOp.ts';
import type { Session } from './Session.ts';

/** What is read, and what the call is named in errors. */
export interface ReadRequest {
  readonly syscall: string;
  readonly oid: string;
  readonly oloc: object_locator_t;
  readonly poolName: string;
  readonly snapid: number;
  /** CEPH_OSD_FLAG_*. */
  readonly flags: number;
  /** Where the bytes are wanted that the only step reads. */
  readonly rxBuffer: Uint8Array | undefined;
}

/** What is known of an op that has succeeded, beside the results of its steps. */
export interface ReadReply {
  /** Of the object. */
  readonly version: bigint;
  /** What each step answered. */
  readonly rvals: readonly number[];
}

/** An op on one object, from the public call to its promise. */
export class ReadCall<R extends readonly unknown[], T> extends Call<T> implements OpListener {
  readonly #session: Session;
  readonly #request: ReadRequest;
  readonly #operation: ReadOp<R>;
  readonly #finish: (results: R, reply: ReadReply) => T;
  #op: Op | undefined;
  #results: R | undefined;
  #reply: ReadReply | undefined;
  #outcomes: readonly StepOutcome[] | undefined;
  #aborted = false;
  #timeoutMs = 0;

  /** `finish` makes the call's result of those of the steps. */
  constructor(
    session: Session,
    request: ReadRequest,
    operation: ReadOp<R>,
    finish: (results: R, reply: ReadReply) => T,
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
    this.#op = objecter.prepareReadOp(oid, oloc, this.#operation, this, this.#request);
    objecter.opSubmit(this.#op, timeoutMs);
  }

  override abort(reason: unknown): void {
    this.#aborted = true;
    if (this.#op !== undefined) this.#session.objecter.opCancel(this.#op, ECANCELED, reason);
  }

  onReply(reply: OpReply): void {
    if (reply.result < 0) {
      this.#outcomes = this.#operation.outcomes(reply);
      return;
    }
    this.#results = this.#operation.decode(reply);
    this.#reply = { version: BigInt(reply.userVersion), rvals: reply.rvals };
  }

  onFinish(op: Op, result: number, cause: unknown): void {
    if (this.#aborted) {
      this.reject(cause);
    } else if (result < 0) {
      this.reject(this.#error(op, result, cause));
    } else {
      const results = this.#results;
      const reply = this.#reply;
      assert(results !== undefined && reply !== undefined, 'an op without an error has results');
      this.resolve(this.#finish(results, reply));
    }
  }

  #error(op: Op, result: number, cause: unknown): RadosError {
    const reason =
      result <= -MAX_ERRNO
        ? `the first byte that differs is ${-result - MAX_ERRNO}`
        : opReason(result, cause, this.#timeoutMs);
    return opError(op, result, this.#request, { steps: this.#outcomes, reason, cause });
  }
}
