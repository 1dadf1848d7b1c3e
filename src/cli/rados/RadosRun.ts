import { cppStrerror } from '../../common/errno.ts';
import type { IoCtx } from '../../librados/IoCtx.ts';
import type { RadosClient } from '../../librados/RadosClient.ts';
import { RadosError } from '../../librados/RadosError.ts';
import type { Extent } from '../../librados/read_types.ts';
import { Striper } from '../../librados/striper/Striper.ts';
import { addrvecToString } from '../../msg/msg_types.ts';
import type { OSDMap } from '../../osd/OSDMap.ts';
import type { ByteOutput } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import type { RadosOptions } from './options.ts';
import { USAGE } from './usage.ts';

/** One run of `rados`, from when it is connected. */
export interface RadosRun {
  readonly rados: RadosClient;
  /** Of --pool or --pgid. */
  readonly ioctx: IoCtx | undefined;
  /** The number of the placement group of --pgid. */
  readonly pg: number | undefined;
  /** Bytes of one read. */
  readonly opSize: number;
  readonly options: RadosOptions;
  /** What the line has after the command. */
  readonly operands: readonly string[];
  readonly output: ByteOutput;
}

/** Answers the exit code. Throws ToolExit. */
export type Command = (run: RadosRun) => Promise<number>;

/** What objects and striped objects have in common. */
export type ObjectReader = Pick<IoCtx, 'stat' | 'getXattr' | 'getXattrs'> & {
  read(oid: string, options: Extent): Promise<Uint8Array>;
};

/** The object that a command is for, its pool, and what else the line has. */
export interface Target {
  readonly ioctx: IoCtx;
  /** The pool, or its striped objects with --striper. */
  readonly reader: ObjectReader;
  readonly oid: string;
  readonly rest: readonly string[];
  /** `pool/object`, for messages. */
  readonly place: string;
}

/** `count`: operands that a command needs, the object's name among them. Without them its use is explained. */
export function targetOf(run: RadosRun, count: number, most: number = Infinity): Target {
  const { objectName, pool } = run.options;
  const operands = objectName === undefined ? run.operands : [objectName, ...run.operands];
  const [oid, ...rest] = operands;
  const ioctx = pool === undefined ? undefined : run.ioctx;
  if (ioctx === undefined || oid === undefined || operands.length < count) throw usageExit();
  if (operands.length > most) throw usageExit();
  const reader = run.options.striper ? new Striper(ioctx) : ioctx;
  return { ioctx, reader, oid, rest, place: `${pool}/${printable(oid)}` };
}

export function poolOf(run: RadosRun): IoCtx {
  if (run.options.pool === undefined || run.ioctx === undefined) throw usageExit();
  return run.ioctx;
}

export function usageExit(): ToolExit {
  return new ToolExit(1, '', USAGE);
}

/** A call that failed; `message` is what stands before its error. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly error: RadosError;

  constructor(what: string, error: RadosError) {
    super(what, { cause: error });
    this.error = error;
  }
}

/** What a call resolves with; `what` stands before the error that it rejects with. */
export async function orFail<T>(call: Promise<T>, what: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw RadosError.is(error) ? new CallFailure(what, error) : error;
  }
}

/** The words of the original, below those that name who did not answer. */
export function failureExit({ message, error }: CallFailure, osdMap: OSDMap): ToolExit {
  const said = `${message}: ${cppStrerror(error.errno)}\n`;
  return new ToolExit(1, '', error.code === 'ETIMEDOUT' ? peerLine(error, osdMap) + said : said);
}

function peerLine({ message, osd }: RadosError, osdMap: OSDMap): string {
  const where =
    osd === undefined ? '' : `; osd.${osd} is at ${addrvecToString(osdMap.getAddrs(osd))}`;
  return `rados: ${message}${where}\n`;
}

/** A name as messages have it. Ceph: prettify (src/tools/rados/rados.cc). */
export function printable(name: string): string {
  return /^[ -~]*$/.test(name) ? name : '(binary key)';
}
