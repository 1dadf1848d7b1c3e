import { crc32c } from '../../src/common/crc32c.ts';
import {
  type Comparison,
  type Extents,
  type Fadvise,
  type IoCtx,
  type ObjectStat,
  type OmapKeys,
  type OmapVals,
  type OpOptions,
  RadosError,
  ReadOp,
  type SnapSet,
  type SparseData,
  type Watcher,
} from '../../src/index.ts';
import { show, type Word } from './librados_driver.ts';

/** A step of a read, to be done by our client and by stock librados. */
export type StepSpec = {
  readonly failOk?: boolean;
  readonly fadvise?: Fadvise;
} & (
  | { readonly kind: 'read'; readonly offset?: number; readonly length?: number }
  | { readonly kind: 'sparse_read'; readonly offset?: number; readonly length: number }
  | { readonly kind: 'stat' | 'assert_exists' | 'getxattrs' | 'omap_get_header' }
  | { readonly kind: 'list_watchers' | 'list_snaps' }
  | {
      readonly kind: 'checksum';
      readonly type: 'crc32c' | 'xxhash32' | 'xxhash64';
      readonly offset?: number;
      readonly length?: number;
      readonly chunkSize?: number;
      readonly init?: bigint;
    }
  | { readonly kind: 'cmpext'; readonly offset?: number; readonly expected: Uint8Array }
  | { readonly kind: 'getxattr'; readonly name: string }
  | {
      readonly kind: 'cmpxattr';
      readonly name: string;
      readonly op: Comparison;
      readonly value: Uint8Array | bigint;
    }
  | { readonly kind: 'omap_get_keys'; readonly after?: string; readonly max: number }
  | {
      readonly kind: 'omap_get_vals';
      readonly after?: string;
      readonly prefix?: string;
      readonly max: number;
    }
  | { readonly kind: 'omap_get_vals_by_keys'; readonly keys: readonly string[] }
  | {
      readonly kind: 'omap_cmp';
      readonly key: string;
      readonly op: Comparison;
      readonly value: Uint8Array;
    }
  | {
      readonly kind: 'exec';
      readonly cls: string;
      readonly method: string;
      readonly input?: Uint8Array;
    }
  | { readonly kind: 'assert_version'; readonly version: bigint }
);

type AnyOp = ReadOp<readonly unknown[]>;

const COMPARISONS: readonly Comparison[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'];
const ADVICE: readonly Fadvise[] = ['random', 'sequential', 'willneed', 'dontneed', 'nocache'];
const CHECKSUM_TYPES = ['xxhash32', 'xxhash64', 'crc32c'];
const FAILOK = 2;
const FADVISE_RANDOM = 4;
const LONG = 65536;
const EMPTY = new Uint8Array(0);

/** LIBRADOS_CMPXATTR_OP_*. */
function comparison(op: Comparison): number {
  return COMPARISONS.indexOf(op) + 1;
}

function added(op: AnyOp, step: StepSpec): AnyOp {
  switch (step.kind) {
    case 'read':
      return op.read(step);
    case 'sparse_read':
      return op.sparseRead(step);
    case 'stat':
      return op.stat();
    case 'assert_exists':
      return op.assertExists();
    case 'getxattrs':
      return op.getXattrs();
    case 'omap_get_header':
      return op.omapGetHeader();
    case 'list_watchers':
      return op.listWatchers();
    case 'list_snaps':
      return op.listSnaps();
    case 'checksum':
      return op.checksum(step.type, step);
    case 'cmpext':
      return op.cmpext(step.offset ?? 0, step.expected);
    case 'getxattr':
      return op.getXattr(step.name);
    case 'cmpxattr':
      return op.cmpXattr(step.name, step.op, step.value);
    case 'omap_get_keys':
      return op.omapGetKeys({ startAfter: step.after, maxReturn: step.max });
    case 'omap_get_vals':
      return op.omapGetVals({
        startAfter: step.after,
        filterPrefix: step.prefix,
        maxReturn: step.max,
      });
    case 'omap_get_vals_by_keys':
      return op.omapGetValsByKeys(step.keys);
    case 'omap_cmp':
      return op.omapCmp(new Map([[step.key, { op: step.op, value: step.value }]]));
    case 'exec':
      return op.exec(step.cls, step.method, step.input);
    case 'assert_version':
      return op.assertVersion(step.version);
  }
}

/** The ReadOp of ours. */
export function readOpOf(steps: readonly StepSpec[]): AnyOp {
  return steps.reduce<AnyOp>((op, step) => {
    const longer = added(op, step);
    return step.failOk === true ? longer.failOk() : longer;
  }, new ReadOp());
}

/** What the program with librados is told. */
export function wordsOf(step: StepSpec): Word[] {
  const advice = step.fadvise === undefined ? 0 : FADVISE_RANDOM << ADVICE.indexOf(step.fadvise);
  const flags = advice | (step.failOk === true ? FAILOK : 0);
  const kind = step.kind === 'cmpxattr' && typeof step.value === 'bigint' ? '_u64' : '';
  return [`${step.kind}${kind}`, flags, ...argsOf(step)];
}

function argsOf(step: StepSpec): Word[] {
  switch (step.kind) {
    case 'read':
    case 'sparse_read':
      return [step.offset ?? 0, step.length ?? 0];
    case 'checksum': {
      const { type, offset = 0, length = 0, chunkSize = 0 } = step;
      return [CHECKSUM_TYPES.indexOf(type), offset, length, chunkSize, initOf(step)];
    }
    case 'cmpext':
      return [step.offset ?? 0, step.expected];
    case 'getxattr':
      return [step.name];
    case 'cmpxattr':
      return [step.name, comparison(step.op), step.value];
    case 'omap_get_keys':
      return [step.after ?? '', step.max];
    case 'omap_get_vals':
      return [step.after ?? '', step.prefix ?? '', step.max];
    case 'omap_get_vals_by_keys':
      return [step.keys.length, ...step.keys];
    case 'omap_cmp':
      return [1, step.key, comparison(step.op), step.value];
    case 'exec':
      return [step.cls, step.method, step.input ?? EMPTY];
    case 'assert_version':
      return [step.version];
    default:
      return [];
  }
}

function initOf({ type, init }: StepSpec & { kind: 'checksum' }): Uint8Array {
  return littleEndian(init ?? (type === 'crc32c' ? 0xffffffffn : 0n), type === 'xxhash64' ? 8 : 4);
}

function littleEndian(value: bigint | number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes.subarray(0, length);
}

/** librados does not tell what these answered. */
const UNTOLD = new Set(['cmpxattr', 'assert_exists', 'assert_version']);
const WITHOUT_RESULT = new Set([...UNTOLD, 'cmpext', 'omap_cmp']);

/** What our client makes of the steps, in the form of the program with librados. */
export async function operated(
  ioctx: IoCtx,
  oid: string,
  steps: readonly StepSpec[],
  options: OpOptions = {},
): Promise<string> {
  try {
    const results = await ioctx.operateRead(oid, readOpOf(steps), options);
    let next = 0;
    const shown = steps.map((step, i) => {
      const result = WITHOUT_RESULT.has(step.kind) ? undefined : results[next++];
      return outcome(step, results.rvals[i] ?? 0, result);
    });
    return ['0', results.version, ...shown].join(' ');
  } catch (error) {
    if (!RadosError.is(error) || error.steps === undefined) throw error;
    const shown = error.steps.map(({ rval, result }, i) => {
      const step = steps[i];
      return step === undefined ? '' : outcome(step, rval, result);
    });
    return [error.errno, '-', ...shown].join(' ');
  }
}

/**
 * A line of the program with librados, without what only it tells: a result above 0, the version when
 * the op failed, and the steps behind the one that failed, which are `count` in all.
 */
export function comparable(line: string, count: number): string {
  const [ret = '', version = '', ...steps] = line.split(' ');
  if (!ret.startsWith('-')) return ['0', version, ...steps].join(' ');
  return [ret, '-', ...steps.slice(0, count)].join(' ');
}

/** How many steps a line of `operated` tells of. */
export function stepCount(line: string): number {
  return line.split(' ').length - 2;
}

function outcome(step: StepSpec, rval: number, result: unknown): string {
  if (UNTOLD.has(step.kind)) return '?:';
  return `${rval}:${rval < 0 || WITHOUT_RESULT.has(step.kind) ? '' : shown(step, result)}`;
}

function shown(step: StepSpec, result: unknown): string {
  switch (step.kind) {
    case 'sparse_read': {
      const { extents, data } = result as SparseData;
      return `${showExtents(extents)}${showBytes(data)}`;
    }
    case 'stat': {
      const { size, mtimeNs } = result as ObjectStat;
      return `${size}@${mtimeNs}`;
    }
    case 'checksum': {
      const values = result as readonly (number | bigint)[];
      // Of no bytes an OSD puts out nothing, or a count of 0: an op of its own in the tests.
      if (values.length === 0) return showBytes(EMPTY);
      const size = step.type === 'xxhash64' ? 8 : 4;
      const parts = [littleEndian(values.length, 4), ...values.map((v) => littleEndian(v, size))];
      return showBytes(Buffer.concat(parts));
    }
    case 'getxattrs':
    case 'omap_get_vals_by_keys':
      return showVals(result as ReadonlyMap<string, Uint8Array>);
    case 'omap_get_keys': {
      const { keys, more } = result as OmapKeys;
      return `[${keys.map(show).join(',')}]${more ? 1 : 0}`;
    }
    case 'omap_get_vals': {
      const { vals, more } = result as OmapVals;
      return `${showVals(vals)}${more ? 1 : 0}`;
    }
    case 'list_watchers': {
      const watchers = result as readonly Watcher[];
      const one = (w: Watcher): string => `${w.addr}/${w.watcher}/${w.cookie}/${w.timeoutSeconds}`;
      return `[${watchers.map(one).join(',')}]`;
    }
    case 'list_snaps':
      return showSnaps(result as SnapSet);
    default:
      return showBytes(result as Uint8Array);
  }
}

function showBytes(bytes: Uint8Array): string {
  if (bytes.length <= LONG) return show(bytes);
  return `${bytes.length}#${crc32c(0xffffffff, bytes, 0, bytes.length)}`;
}

export function showExtents(extents: Extents): string {
  return `[${extents.map(([offset, length]) => `${offset}~${length}`).join(',')}]`;
}

function showVals(vals: ReadonlyMap<string, Uint8Array>): string {
  return `[${[...vals].map(([key, value]) => `${show(key)}=${showBytes(value)}`).join(',')}]`;
}

function showSnaps({ seq, clones }: SnapSet): string {
  const all = clones.map(
    ({ id, snaps, overlap, size }) => `${id}[${snaps.join(',')}]${showExtents(overlap)}${size}`,
  );
  return `${seq}[${all.join(',')}]`;
}
