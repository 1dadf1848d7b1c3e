import {
  EACCES,
  EBUSY,
  EEXIST,
  EINVAL,
  EIO,
  ENODATA,
  ENOENT,
  ENOSPC,
  ENOTCONN,
  EPERM,
  ESHUTDOWN,
  ETIMEDOUT,
  errnoName,
} from '../common/errno.ts';

/** What a step of an op came to. */
export interface StepOutcome {
  /** What the OSD answered to it; a negative errno if it failed. */
  readonly rval: number;
  /** Undefined where there is none. */
  readonly result: unknown;
}

/** What failed, and where; what is not known is left out. */
export interface RadosErrorFacts {
  /** The call: `read`, `stat`, `operateRead`, `openIoCtx`, `connect`. */
  readonly syscall?: string | undefined;
  readonly pool?: string | undefined;
  readonly namespace?: string | undefined;
  readonly oid?: string | undefined;
  /** The placement group, as Ceph prints it: `1.7`. */
  readonly pgid?: string | undefined;
  /** The OSD that the op was last aimed at. */
  readonly osd?: number | undefined;
  /** Of the OSD map by which it was aimed. */
  readonly epoch?: number | undefined;
  /** How often it was sent. */
  readonly attempts?: number | undefined;
  /** Of an op that its OSD answered: what became of its steps, up to the one that failed. */
  readonly steps?: readonly StepOutcome[] | undefined;
  /** In addition to what the code says. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An error of the cluster, of the session with it, or of how a call was made. Subclasses have the
 * names of python-rados.
 */
export class RadosError extends Error {
  override readonly name: string = 'RadosError';
  /** `ENOENT`, `ETIMEDOUT` …, as Node's own errors have it. */
  readonly code: string;
  /** Negative, as librados returns it: -2 for ENOENT. */
  readonly errno: number;
  readonly syscall: string | undefined;
  readonly pool: string | undefined;
  readonly namespace: string | undefined;
  readonly oid: string | undefined;
  readonly pgid: string | undefined;
  readonly osd: number | undefined;
  readonly epoch: number | undefined;
  readonly attempts: number | undefined;
  /**
   * What became of the steps of an op that its OSD refused, up to the one that failed: the results of
   * those before it are good. Empty if none was begun.
   */
  readonly steps: readonly StepOutcome[] | undefined;

  /** `errno`: positive or negative. {@link radosError} makes one of the right class. */
  constructor(errno: number, facts: RadosErrorFacts = {}) {
    const code = errnoName(Math.abs(errno));
    const options = facts.cause === undefined ? undefined : { cause: facts.cause };
    super(messageOf(code, facts), options);
    this.code = code;
    this.errno = -Math.abs(errno);
    this.syscall = facts.syscall;
    this.pool = facts.pool;
    this.namespace = facts.namespace;
    this.oid = facts.oid;
    this.pgid = facts.pgid;
    this.osd = facts.osd;
    this.epoch = facts.epoch;
    this.attempts = facts.attempts;
    this.steps = facts.steps;
  }

  /** Whether `error` is one of these, and, if `code` is given, of that code. */
  static is(error: unknown, code?: string): error is RadosError {
    return error instanceof RadosError && (code === undefined || error.code === code);
  }
}

/** ENOENT: no such object, or no such pool. */
export class ObjectNotFound extends RadosError {
  override readonly name: string = 'ObjectNotFound';
}

/** EEXIST. */
export class ObjectExists extends RadosError {
  override readonly name: string = 'ObjectExists';
}

/** EBUSY. */
export class ObjectBusy extends RadosError {
  override readonly name: string = 'ObjectBusy';
}

/** ENODATA. */
export class NoData extends RadosError {
  override readonly name: string = 'NoData';
}

/** ENOSPC. */
export class NoSpace extends RadosError {
  override readonly name: string = 'NoSpace';
}

/** EIO: no good copy of the data, or an answer that made no sense. */
export class IOError extends RadosError {
  override readonly name: string = 'IOError';
}

/** EPERM, EACCES. */
export class PermissionDeniedError extends RadosError {
  override readonly name: string = 'PermissionDeniedError';
}

/** EINVAL: a call that cannot be made like that. */
export class InvalidArgumentError extends RadosError {
  override readonly name: string = 'InvalidArgumentError';
}

/** ETIMEDOUT. */
export class TimedOut extends RadosError {
  override readonly name: string = 'TimedOut';
}

/** ENOTCONN: not connected yet. */
export class NotConnected extends RadosError {
  override readonly name: string = 'NotConnected';
}

/** ESHUTDOWN: the client has been shut down (or, as EBLOCKLISTED, fenced off by the cluster). */
export class ConnectionShutdown extends RadosError {
  override readonly name: string = 'ConnectionShutdown';
}

const CLASSES = new Map<number, typeof RadosError>([
  [ENOENT, ObjectNotFound],
  [EEXIST, ObjectExists],
  [EBUSY, ObjectBusy],
  [ENODATA, NoData],
  [ENOSPC, NoSpace],
  [EIO, IOError],
  [EPERM, PermissionDeniedError],
  [EACCES, PermissionDeniedError],
  [EINVAL, InvalidArgumentError],
  [ETIMEDOUT, TimedOut],
  [ENOTCONN, NotConnected],
  [ESHUTDOWN, ConnectionShutdown],
]);

/** The error for `errno` (positive or negative), of the class that goes with it. */
export function radosError(errno: number, facts: RadosErrorFacts = {}): RadosError {
  const Class = CLASSES.get(Math.abs(errno)) ?? RadosError;
  return new Class(errno, facts);
}

/** `read 'obj1' in 'p': ENOENT (pg 1.7, osd.2, epoch 17, attempts 1)`. */
function messageOf(code: string, facts: RadosErrorFacts): string {
  const { syscall, oid, pool, namespace, reason, pgid, osd, epoch, attempts } = facts;
  const what = [
    syscall,
    oid === undefined ? undefined : `'${oid}'`,
    pool === undefined ? undefined : `in '${pool}${namespace ? `/${namespace}` : ''}'`,
  ];
  const where = [
    pgid === undefined ? undefined : `pg ${pgid}`,
    osd === undefined ? undefined : `osd.${osd}`,
    epoch === undefined ? undefined : `epoch ${epoch}`,
    attempts === undefined ? undefined : `attempts ${attempts}`,
  ];
  const subject = join(what, ' ');
  const place = join(where, ', ');
  const because = reason === undefined ? '' : `: ${reason}`;
  return `${subject === '' ? '' : `${subject}: `}${code}${because}${place === '' ? '' : ` (${place})`}`;
}

function join(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined).join(separator);
}
