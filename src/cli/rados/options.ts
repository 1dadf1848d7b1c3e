import { cppStrerror, EINVAL } from '../../common/errno.ts';
import { utf8Decode } from '../../common/utf8.ts';
import { readOr } from '../ceph/files.ts';
import { iecInteger } from '../ceph/iec_integer.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { type Format, findFormat } from './format.ts';

/** What the options of a line say. */
export interface RadosOptions {
  readonly pool: string | undefined;
  /** `1.7f`, not read yet. */
  readonly pgid: string | undefined;
  /** '' is said too: the one with no name. */
  readonly namespace: string | undefined;
  /** ls: of all namespaces. */
  readonly allNamespaces: boolean;
  readonly objectLocator: string;
  readonly snap: string | undefined;
  readonly snapid: bigint | undefined;
  /** Bytes of one read. */
  readonly opSize: number;
  /** By --block-size or --object-size. */
  readonly isSizeSaid: boolean;
  readonly concurrentIos: number;
  readonly runName: string;
  readonly showTime: boolean;
  readonly hints: boolean;
  readonly verify: boolean;
  readonly striper: boolean;
  /** Of `bench … write`. */
  readonly writeDestination: boolean;
  readonly format: Format | undefined;
  readonly prettyFormat: boolean;
  readonly output: string | undefined;
  /** In place of one on the line. */
  readonly omapKey: string | undefined;
  /** In place of one on the line. */
  readonly objectName: string | undefined;
}

/** 4 MiB. */
export const OP_SIZE_DEFAULT: number = 1 << 22;
const CONCURRENT_IOS_DEFAULT = 16;
/** What the shell sees of a main that answers -EINVAL. */
const EXIT_EINVAL = 256 - EINVAL;

/** Numbers, in the order in which the original looks at them; the first that is none ends it. */
const NUMBERS = [
  'concurrent-ios',
  'block-size',
  'object-size',
  'max-objects',
  'offset',
  'snapid',
  'min-object-size',
  'max-object-size',
  'min-op-len',
  'max-op-len',
  'max-ops',
  'max-backlog',
  'target-throughput',
  'read-percent',
  'num-objects',
  'run-length',
];

/** Throws ToolExit. Ceph: rados_tool_common (src/tools/rados/rados.cc). */
export function interpretOptions(options: ReadonlyMap<string, string>): RadosOptions {
  const numbers = readNumbers(options);
  const opSize = numbers.get('block-size');
  const concurrentIos = numbers.get('concurrent-ios');
  return {
    pool: options.get('pool'),
    pgid: options.get('pgid'),
    namespace: options.get('namespace'),
    allNamespaces: options.has('all') && !options.has('default') && !options.has('namespace'),
    objectLocator: options.get('object-locator') ?? '',
    snap: options.get('snap'),
    snapid: numbers.get('snapid'),
    opSize: opSize === undefined ? OP_SIZE_DEFAULT : Number(BigInt.asUintN(32, opSize)),
    isSizeSaid: options.has('block-size') || options.has('object-size'),
    concurrentIos:
      concurrentIos === undefined
        ? CONCURRENT_IOS_DEFAULT
        : Number(BigInt.asIntN(32, concurrentIos)),
    runName: options.get('run-name') ?? '',
    showTime: options.has('show-time'),
    hints: !options.has('no-hints'),
    verify: !options.has('no-verify'),
    striper: options.has('striper'),
    writeDestination: ['write-omap', 'write-object', 'write-xattr'].some((name) =>
      options.has(name),
    ),
    format: readFormat(options.get('format')),
    prettyFormat: options.has('pretty-format'),
    output: options.get('output'),
    omapKey: readName(options.get('omap-key-file')),
    objectName: readName(options.get('obj-name-file')),
  };
}

function readNumbers(options: ReadonlyMap<string, string>): ReadonlyMap<string, bigint> {
  const numbers = new Map<string, bigint>();
  for (const name of NUMBERS) {
    const text = options.get(name);
    if (text === undefined) continue;
    const read = iecInteger(text);
    if ('complaint' in read) {
      throw new ToolExit(EXIT_EINVAL, '', `Invalid value for ${name}: ${read.complaint}\n`);
    }
    numbers.set(name, read.value);
  }
  return numbers;
}

function readFormat(name: string | undefined): Format | undefined {
  if (name === undefined) return undefined;
  const format = findFormat(name);
  if (format === undefined) {
    throw new ToolExit(EXIT_EINVAL, '', `unrecognized format: ${name}\n`);
  }
  return format;
}

/** The whole file, a newline at its end included. */
function readName(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  return utf8Decode(readOr(file, (reason) => new ToolExit(1, '', `${reason}\n`)));
}

/** How the original ends where a command answers an error that it has not told yet. */
export function errorExit(errno: number): ToolExit {
  return new ToolExit(1, '', `error ${Math.abs(errno)}: ${cppStrerror(errno)}\n`);
}
