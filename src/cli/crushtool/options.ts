import { CephArgs } from '../ceph/ceph_argparse.ts';
import { readInteger } from '../ceph/integers.ts';
import type { Output } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { type EditOptions, noEdits, takeEdit } from './edit_options.ts';
import { missingArgument, toInteger } from './integers.ts';

/** Ends of ranges that were not said. */
export const UNSAID = -1;

/** What `--test` and `--compare` go over. */
export interface TestOptions {
  minRule: number;
  maxRule: number;
  ruleset: number;
  minX: number;
  maxX: number;
  numRep: number;
  poolId: number;
  /** By device, 0 to 0x10000. */
  weights: Map<number, number>;
  showMappings: boolean;
  showBadMappings: boolean;
  showUtilization: boolean;
  showUtilizationAll: boolean;
  showStatistics: boolean;
  showChooseTries: boolean;
}

/** What is below 0 asks for no change. */
export interface Tunables {
  chooseLocalTries?: number;
  chooseLocalFallbackTries?: number;
  chooseTotalTries?: number;
  chooseleafDescendOnce?: number;
  chooseleafVaryR?: number;
  chooseleafStable?: number;
  strawCalcVersion?: number;
  allowedBucketAlgs?: number;
}

export interface Options extends TestOptions {
  readonly edits: EditOptions;
  /** How often more was asked for. */
  verbose: number;
  input: string;
  output: string;
  source: string;
  compile: boolean;
  decompile: boolean;
  build: boolean;
  osds: number;
  test: boolean;
  tree: boolean;
  dump: boolean;
  format: string;
  check: boolean;
  checkMaxId: number;
  bucketTree: boolean;
  bucketName: string;
  location: number;
  compare: string;
  tunables: Tunables;
  /** What no option took: the layers to build. */
  rest: readonly string[];
}

const WEIGHT_ONE = 0x10000;
const INT_MAX = 0x7fffffff;
/** Flags of the original for random placement, and for files that nobody reads. */
const NOT_HERE = ['--simulate', '-s', '--output-csv', '--help-output'];

/** The options that set them. */
const TUNABLES: readonly [name: string, field: keyof Tunables][] = [
  ['--set-choose-local-tries', 'chooseLocalTries'],
  ['--set-choose-local-fallback-tries', 'chooseLocalFallbackTries'],
  ['--set-choose-total-tries', 'chooseTotalTries'],
  ['--set-chooseleaf-descend-once', 'chooseleafDescendOnce'],
  ['--set-chooseleaf-vary-r', 'chooseleafVaryR'],
  ['--set-chooseleaf-stable', 'chooseleafStable'],
  ['--set-straw-calc-version', 'strawCalcVersion'],
  ['--set-allowed-bucket-algs', 'allowedBucketAlgs'],
];

type Text = (value: string) => void;
type Count = (value: number) => void;

/** Throws ToolExit as the original ends. Ceph: src/tools/crushtool.cc, main. */
export function parseOptions(args: readonly string[], output: Output): Options {
  const options = defaults();
  const words = new CephArgs(args);
  while (words.more()) {
    const isTaken =
      takeFlag(words, options) ||
      takeText(words, options) ||
      takeNumber(words, options) ||
      takeTunable(words, options) ||
      takeEdit(words, options.edits, output);
    if (!isTaken) words.skip();
  }
  return { ...options, rest: words.rest };
}

function defaults(): Options {
  return {
    edits: noEdits(),
    verbose: 0,
    input: '',
    output: '',
    source: '',
    compile: false,
    decompile: false,
    build: false,
    osds: 0,
    test: false,
    tree: false,
    dump: false,
    format: 'json-pretty',
    check: false,
    checkMaxId: UNSAID,
    bucketTree: false,
    bucketName: '',
    location: UNSAID,
    compare: '',
    tunables: {},
    rest: [],
    minRule: UNSAID,
    maxRule: UNSAID,
    ruleset: UNSAID,
    minX: UNSAID,
    maxX: UNSAID,
    numRep: UNSAID,
    poolId: UNSAID,
    weights: new Map(),
    showMappings: false,
    showBadMappings: false,
    showUtilization: false,
    showUtilizationAll: false,
    showStatistics: false,
    showChooseTries: false,
  };
}

function takeFlag(words: CephArgs, options: Options): boolean {
  const flags: [field: keyof Options, ...names: string[]][] = [
    ['showUtilization', '--show-utilization'],
    ['showUtilizationAll', '--show-utilization-all'],
    ['showStatistics', '--show-statistics'],
    ['showMappings', '--show-mappings'],
    ['showBadMappings', '--show-bad-mappings'],
    ['showChooseTries', '--show-choose-tries'],
    ['test', '-t', '--test'],
    ['tree', '--tree'],
    ['bucketTree', '--bucket-tree'],
    ['dump', '--dump'],
    ['build', '--build'],
  ];
  for (const [field, ...names] of flags) {
    if (!words.flag(...names)) continue;
    Object.assign(options, { [field]: true });
    return true;
  }
  if (words.flag('-v', '--verbose')) {
    options.verbose++;
    return true;
  }
  const missing = NOT_HERE.find((name) => words.flag(name));
  if (missing !== undefined) {
    throw new ToolExit(1, '', `crushtool: ${missing} is only in the original\n`);
  }
  // All tunables of a map are safe.
  return words.flag('--enable-unsafe-tunables');
}

function takeText(words: CephArgs, options: Options): boolean {
  const texts: [take: Text, ...names: string[]][] = [
    [(text) => Object.assign(options, { input: text }), '-i', '--infn'],
    [(text) => Object.assign(options, { output: text }), '-o', '--outfn'],
    [(text) => Object.assign(options, { input: text, decompile: true }), '-d', '--decompile'],
    [(text) => Object.assign(options, { source: text, compile: true }), '-c', '--compile'],
    [(text) => Object.assign(options, { format: text }), '-f', '--format'],
    [(text) => Object.assign(options, { bucketName: text }), '-b', '--bucket-name'],
    [(text) => Object.assign(options, { compare: text }), '--compare'],
  ];
  for (const [take, ...names] of texts) {
    if (names.some((name) => words.withArg(name, take, missingArgument))) return true;
  }
  return takeLoose(words, options);
}

/** `--check` alone asks for less than `--check N`. Both of these take whatever comes next. */
function takeLoose(words: CephArgs, options: Options): boolean {
  const ignored = (): void => {};
  const check: Text = (text) => {
    options.checkMaxId = readInteger(text).number;
  };
  const location: Text = (text) => {
    options.location = readInteger(text).number;
  };
  if (words.withArg('--show-location', location, ignored)) return true;
  const isCheck = words.withArg('--check', check, ignored);
  if (isCheck) options.check = true;
  return isCheck;
}

function takeNumber(words: CephArgs, options: Options): boolean {
  const numbers: [name: string, take: Count][] = [
    ['--num-osds', (osds) => Object.assign(options, { osds })],
    ['--num-rep', (numRep) => Object.assign(options, { numRep })],
    ['--min-x', (minX) => Object.assign(options, { minX })],
    ['--max-x', (maxX) => Object.assign(options, { maxX })],
    ['--x', (x) => Object.assign(options, { minX: x, maxX: x })],
    ['--min-rule', (minRule) => Object.assign(options, { minRule })],
    ['--max-rule', (maxRule) => Object.assign(options, { maxRule })],
    ['--rule', (rule) => Object.assign(options, { minRule: rule, maxRule: rule })],
    ['--ruleset', (ruleset) => Object.assign(options, { ruleset })],
    ['--pool-id', (poolId) => Object.assign(options, { poolId })],
    // Batches show in CSV files only.
    ['--batches', () => {}],
  ];
  if (numbers.some(([name, take]) => takeInteger(words, name, take))) return true;
  const takeWeight = (device: number): void => {
    const weight = words.take();
    if (weight === undefined) {
      throw new ToolExit(1, '', 'expecting additional argument to --weight\n');
    }
    options.weights.set(device, toWeight(weight));
  };
  return takeInteger(words, '--weight', takeWeight);
}

function takeInteger(words: CephArgs, name: string, take: Count): boolean {
  return words.withArg(
    name,
    (text) => take(toInteger(text)),
    (text) => missingArgument(`${text}\n`),
  );
}

/** Here what is no number is not refused. */
function takeTunable(words: CephArgs, options: Options): boolean {
  return TUNABLES.some(([name, field]) =>
    words.withArg(
      name,
      (text) => {
        options.tunables = { ...options.tunables, [field]: readInteger(text).number };
      },
      () => {
        options.tunables = { ...options.tunables, [field]: UNSAID };
      },
    ),
  );
}

/** atof, then 16.16, from 0 to 1. What an int has no room for becomes the lowest int, thus 0. */
function toWeight(text: string): number {
  const fixed = Math.trunc(Math.fround(Number.parseFloat(text) || 0) * WEIGHT_ONE);
  return fixed > INT_MAX ? 0 : Math.min(Math.max(fixed, 0), WEIGHT_ONE);
}
