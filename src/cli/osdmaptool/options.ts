import { CephArgs } from '../ceph/ceph_argparse.ts';
import { readInteger } from '../ceph/integers.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { USAGE } from './usage.ts';

export type Format = 'plain' | 'json' | 'json-pretty';

/** What the command line asks for. -1: not said. */
export interface Options {
  file: string;
  print: boolean;
  printFormat: Format;
  tree: boolean;
  treeFormat: Format;
  createSimple: number | undefined;
  withDefaultPool: boolean;
  pgBits: number;
  pgpBits: number;
  clobber: boolean;
  exportCrush: string;
  /** Ours: where the page goes that shows the map. */
  html: string;
  importCrush: string;
  testMapPg: string;
  testMapObject: string;
  testMapPgs: boolean;
  testMapPgsDump: boolean;
  testMapPgsDumpAll: boolean;
  pool: number;
  pgNum: number;
  markUpIn: boolean;
  markOut: number;
  markUp: number;
  markIn: number;
  clearTemp: boolean;
  cleanTemps: boolean;
  /** Where the commands go; `undefined`: not asked for, `-`: stdout. */
  upmapCleanup: string | undefined;
  /** Maps to read one after the other, from a folder that holds them by epoch. */
  rangeFirst: number;
  rangeLast: number;
  adjustCrushWeight: string;
  save: boolean;
}

const FORMATS = new Set(['xml', 'xml-pretty', 'table', 'table-kv', 'html', 'html-pretty']);
const NOT_HERE = ['--upmap', '--health', '--test-random', '--test-crush'];

/**
 * Reads the arguments as the original does, with its ways: a last `--tree` needs no value, and takes
 * that of the option before it.
 */
export function parseOptions(args: readonly string[]): Options {
  const options = defaults();
  const parser = new Parser(args, options);
  parser.run();
  const [file, ...more] = parser.rest;
  if (file === undefined)
    throw new ToolExit(1, USAGE, 'osdmaptool: must specify osdmap filename\n');
  if (more.length > 0) throw new ToolExit(1, USAGE, 'osdmaptool: too many arguments\n');
  return { ...options, file };
}

function defaults(): Options {
  return {
    file: '',
    print: false,
    printFormat: 'plain',
    tree: false,
    treeFormat: 'plain',
    createSimple: undefined,
    withDefaultPool: false,
    pgBits: 6,
    pgpBits: 6,
    clobber: false,
    exportCrush: '',
    html: '',
    importCrush: '',
    testMapPg: '',
    testMapObject: '',
    testMapPgs: false,
    testMapPgsDump: false,
    testMapPgsDumpAll: false,
    pool: -1,
    pgNum: -1,
    markUpIn: false,
    markOut: -1,
    markUp: -1,
    markIn: -1,
    clearTemp: false,
    cleanTemps: false,
    upmapCleanup: undefined,
    rangeFirst: -1,
    rangeLast: -1,
    adjustCrushWeight: '',
    save: false,
  };
}

class Parser {
  readonly #args: CephArgs;
  readonly #options: Options;
  /** The last value that an option took: those without one of their own take this. */
  #value = '';
  /** What options complained of; the next that looks ends the run with it. */
  #errors = '';

  constructor(args: readonly string[], options: Options) {
    this.#args = new CephArgs(args);
    this.#options = options;
  }

  get rest(): readonly string[] {
    return this.#args.rest;
  }

  run(): void {
    while (this.#args.more()) {
      if (!this.#takeFlag() && !this.#takeText() && !this.#takeNumber()) this.#args.skip();
    }
  }

  #takeFlag(): boolean {
    const args = this.#args;
    const options = this.#options;
    if (args.flag('-p', '--print')) options.print = true;
    else if (args.flag('--with-default-pool')) options.withDefaultPool = true;
    else if (args.flag('--mark-up-in')) options.markUpIn = true;
    else if (args.flag('--clear-temp')) options.clearTemp = true;
    else if (args.flag('--clean-temps')) options.cleanTemps = true;
    else if (args.flag('--test-map-pgs')) options.testMapPgs = true;
    else if (args.flag('--test-map-pgs-dump')) options.testMapPgsDump = true;
    else if (args.flag('--test-map-pgs-dump-all')) options.testMapPgsDumpAll = true;
    else if (args.flag('--clobber')) options.clobber = true;
    else if (args.flag('--save')) options.save = true;
    else {
      const missing = NOT_HERE.find((name) => args.flag(name));
      if (missing === undefined) return false;
      throw new ToolExit(1, '', `osdmaptool: ${missing} is only in the original\n`);
    }
    return true;
  }

  #takeText(): boolean {
    const options = this.#options;
    const format = (set: (format: Format) => void) => () => set(formatOf(this.#value));
    return (
      this.#loose(
        '--dump',
        format((as) => Object.assign(options, { print: true, printFormat: as })),
      ) ||
      this.#loose(
        '--tree',
        format((as) => Object.assign(options, { tree: true, treeFormat: as })),
      ) ||
      this.#loose('--adjust-crush-weight', () => {
        options.adjustCrushWeight = this.#value;
      }) ||
      this.#text('--upmap-cleanup', (text) => {
        options.upmapCleanup = text;
      }) ||
      this.#text('--mark-out', (text) => {
        options.markOut = toNumber(text, Number.parseInt);
      }) ||
      this.#text('--mark-up', (text) => {
        options.markUp = toNumber(text, Number.parseInt);
      }) ||
      this.#text('--mark-in', (text) => {
        options.markIn = toNumber(text, Number.parseInt);
      }) ||
      this.#text('--html', (text) => {
        options.html = text;
      }) ||
      this.#text('--export-crush', (text) => {
        options.exportCrush = text;
      }) ||
      this.#text('--import-crush', (text) => {
        options.importCrush = text;
      }) ||
      this.#text('--pg-num', (text) => {
        options.pgNum = toPgNum(text);
      }) ||
      this.#text('--test-map-pg', (text) => {
        options.testMapPg = text;
      }) ||
      this.#text('--test-map-object', (text) => {
        options.testMapObject = text;
      })
    );
  }

  #takeNumber(): boolean {
    const options = this.#options;
    return (
      this.#looseNumber('--range-first', (n) => {
        options.rangeFirst = n;
      }) ||
      this.#looseNumber('--range-last', (n) => {
        options.rangeLast = n;
      }) ||
      this.#number('--createsimple', (n) => {
        options.createSimple = n;
      }) ||
      this.#number('--pg-bits', (n) => {
        options.pgBits = n;
      }) ||
      this.#number('--pgp-bits', (n) => {
        options.pgpBits = n;
      }) ||
      this.#number('--pool', (n) => {
        options.pool = n;
      })
    );
  }

  /** A value may be missing: that is noted, and nobody looks. */
  #loose(name: string, taken: () => void): boolean {
    const isTaken = this.#args.withArg(
      name,
      (value) => {
        this.#value = value;
      },
      (text) => {
        this.#errors += `${text}\n`;
      },
    );
    if (isTaken) taken();
    return isTaken;
  }

  /** A missing value ends the run. */
  #text(name: string, set: (text: string) => void): boolean {
    return this.#args.withArg(
      name,
      (value) => {
        this.#value = value;
        set(value);
      },
      (text) => {
        throw new ToolExit(1, '', `${text}\n`);
      },
    );
  }

  #number(name: string, set: (n: number) => void): boolean {
    const isTaken = this.#looseNumber(name, set);
    if (isTaken && this.#errors !== '') throw new ToolExit(1, '', `${this.#errors}\n`);
    return isTaken;
  }

  /** A wrong value is noted, and nobody looks. */
  #looseNumber(name: string, set: (n: number) => void): boolean {
    return this.#args.withArg(
      name,
      (value) => {
        const { number, complaint } = readInteger(value);
        if (complaint === '') set(number);
        else this.#errors += complaint;
      },
      (text) => {
        this.#errors += `${text}\n`;
      },
    );
  }
}

/** The number that `text` begins with, as stoi and stof read it; without one the original aborts. */
export function toNumber(text: string, parse: (text: string) => number): number {
  const number = parse(text);
  if (!Number.isNaN(number)) return number;
  throw new ToolExit(1, '', `osdmaptool: '${text}' is no number\n`);
}

function toPgNum(text: string): number {
  if (/^\s*[+-]?\d+$/.test(text)) return Number(text) | 0;
  const complaint = `Expected option value to be integer, got '${text}'`;
  throw new ToolExit(1, '', `error parsing integer value ${complaint}\n`);
}

/** What Ceph has no formatter for is JSON. */
function formatOf(name: string): Format {
  if (name === '' || name === 'plain') return 'plain';
  if (FORMATS.has(name)) {
    throw new ToolExit(1, '', `osdmaptool: the format ${name} is only in the original\n`);
  }
  return name === 'json-pretty' ? 'json-pretty' : 'json';
}
