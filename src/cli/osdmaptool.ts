import { existsSync } from 'node:fs';
import { formatG } from '../common/cpp_numbers.ts';
import { DecodeError } from '../common/errors.ts';
import { formatJson } from '../common/json_formatter.ts';
import { UTIME_ZERO } from '../common/utime_t.ts';
import { CrushEditError } from '../crush/CrushEditError.ts';
import { CrushWorkError } from '../crush/CrushWorkError.ts';
import { CrushWrapper } from '../crush/CrushWrapper.ts';
import { dumpOSDMap } from '../osd/dump/dump_osdmap.ts';
import { dumpTree, printTree } from '../osd/dump/osd_tree.ts';
import { printOSDMap } from '../osd/dump/print_osdmap.ts';
import { OSDMap } from '../osd/OSDMap.ts';
import { OSDMapIncremental } from '../osd/OSDMapIncremental.ts';
import type { OSDMapData } from '../osd/osdmap_data.ts';
import { PgMap } from '../osd/PgMap.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_IN, CEPH_OSD_OUT, CEPH_OSD_UP } from '../osd/rados.ts';
import { readBare, readOr, writeMap, writeOr } from './ceph/files.ts';
import type { Output } from './ceph/Output.ts';
import { ToolExit } from './ceph/ToolExit.ts';
import { htmlPage } from './html/html_page.ts';
import { localZone } from './local_zone.ts';
import { cleanUpmaps, upmapCommands } from './osdmaptool/clean_upmaps.ts';
import { createSimple } from './osdmaptool/create_simple.ts';
import { type Options, parseOptions, toNumber } from './osdmaptool/options.ts';
import { itemWeights, testMapObject, testMapPg, testMapPgs } from './osdmaptool/test_map.ts';
import { USAGE } from './osdmaptool/usage.ts';

/**
 * Ceph's osdmaptool, as far as it looks at maps: the same arguments, output and exit codes as 16.2's
 * (src/tools/osdmaptool.cc). It does not balance and checks no health,
 * and what Ceph's library logs to stderr on the way is not said.
 */

/** Answers the exit code. */
export function osdmaptool(args: readonly string[], output: Output): number {
  try {
    return run(args, output);
  } catch (error) {
    if (error instanceof CrushWorkError) {
      output.stderr(`osdmaptool: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof ToolExit)) throw error;
    output.stdout(error.stdout);
    output.stderr(error.stderr);
    return error.code;
  }
}

function run(args: readonly string[], output: Output): number {
  if (args.length === 0) throw new ToolExit(1, '', 'osdmaptool: -h or --help for usage\n');
  if (args.includes('-h') || args.includes('--help')) throw new ToolExit(1, USAGE, '');
  const options = parseOptions(args);
  if (options.rangeFirst >= 0 && options.rangeLast >= 0) return readRange(options, output);
  output.stderr(`osdmaptool: osdmap file '${options.file}'\n`);
  const work = new MapWork(load(options), options, output);
  work.change();
  work.test();
  if (!work.isModified && !asksForAnything(options)) {
    throw new ToolExit(1, USAGE, 'osdmaptool: no action specified?\n');
  }
  work.show();
  work.save();
  return 0;
}

function asksForAnything(options: Options): boolean {
  const { print, tree, exportCrush, importCrush, testMapPg, testMapObject } = options;
  const { adjustCrushWeight, html } = options;
  const texts = [exportCrush, importCrush, testMapPg, testMapObject, adjustCrushWeight, html];
  const pgs = options.testMapPgs || options.testMapPgsDump || options.testMapPgsDumpAll;
  return (
    print || tree || pgs || options.upmapCleanup !== undefined || texts.some((text) => text !== '')
  );
}

/** Reads maps, and no more. */
function readRange({ file, rangeFirst, rangeLast }: Options, output: Output): number {
  for (let epoch = rangeFirst; epoch <= rangeLast; epoch++) {
    const name = `${file}/${epoch}`;
    const bytes = readBare(
      name,
      (reason) => new ToolExit(1, '', `unable to read ${name}: ${reason}\n`),
    );
    decodeMap(name, bytes);
    output.stdout(`${name} got ${bytes.length} bytes\n`);
  }
  return 0;
}

function load({ file, createSimple: osds, clobber, ...options }: Options): OSDMap {
  if (osds !== undefined) {
    if (!clobber && existsSync(file)) {
      throw new ToolExit(255, '', `osdmaptool: ${file} exists, --clobber to overwrite\n`);
    }
    if (osds < 1) throw new ToolExit(1, '', 'osdmaptool: osd count must be > 0\n');
    return createSimple(osds, options.withDefaultPool ? options : undefined);
  }
  // The original then goes on with an empty map, of which nothing can be asked.
  if (clobber) throw new ToolExit(1, '', 'osdmaptool: --clobber without --createsimple\n');
  const bytes = readOr(
    file,
    (reason) => new ToolExit(255, '', `osdmaptool: couldn't open ${file}: ${reason}\n`),
  );
  return decodeMap(file, bytes);
}

function decodeMap(file: string, bytes: Uint8Array): OSDMap {
  try {
    return OSDMap.decode(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ToolExit(255, '', `osdmaptool: error decoding osdmap '${file}'\n`);
  }
}

/** One map, from being read to being written. */
class MapWork {
  isModified: boolean;
  #map: OSDMap;
  readonly #options: Options;
  readonly #output: Output;

  constructor(map: OSDMap, options: Options, output: Output) {
    this.#map = map;
    this.#options = options;
    this.#output = output;
    this.isModified = options.createSimple !== undefined;
  }

  change(): void {
    this.#mark();
    this.#adjustWeights();
    if (this.#options.clearTemp) {
      this.#say('clearing pg/primary temp\n');
      this.#set({ pgTemp: new PgMap(), primaryTemp: new PgMap() });
    }
    // The original works out which temps nobody needs, and then forgets that.
    if (this.#options.cleanTemps) this.#say('cleaning pg temps\n');
    if (this.#options.upmapCleanup !== undefined) this.#cleanUpmaps(this.#options.upmapCleanup);
    this.#exchangeCrush();
  }

  test(): void {
    const { testMapObject: oid, testMapPg: pg } = this.#options;
    if (oid !== '') {
      let { pool } = this.#options;
      if (pool === -1) {
        this.#say('osdmaptool: assuming pool 1 (use --pool to override)\n');
        pool = 1;
      }
      this.#say(testMapObject(this.#map, oid, pool));
    }
    if (pg !== '') this.#say(testMapPg(this.#map, pg));
    const { pool, testMapPgs: pgs, testMapPgsDump: dump, testMapPgsDumpAll: all } = this.#options;
    if (pgs || dump || all) {
      this.#setPgNum();
      this.#say(testMapPgs(this.#map, pool, dump ? 'acting' : all ? 'all' : 'none'));
    }
  }

  show(): void {
    const { print, printFormat, tree, treeFormat, html } = this.#options;
    if (this.isModified) this.#set({ epoch: this.#map.epoch + 1 });
    if (print && printFormat === 'plain') this.#say(printOSDMap(this.#map, localZone));
    else if (print)
      this.#say(formatJson(dumpOSDMap(this.#map, localZone), printFormat === 'json-pretty'));
    if (tree && treeFormat === 'plain') this.#say(printTree(this.#map));
    else if (tree) this.#say(`${formatJson(dumpTree(this.#map), treeFormat === 'json-pretty')}\n`);
    if (html !== '') this.#writePage(html);
  }

  save(): void {
    if (!this.isModified) return;
    const { file } = this.#options;
    this.#say(`osdmaptool: writing epoch ${this.#map.epoch} to ${file}\n`);
    const complaint = (reason: string) => `osdmaptool: error writing to '${file}': ${reason}`;
    writeMap(file, this.#map.encode(), complaint);
  }

  #writePage(file: string): void {
    writeOr(
      file,
      htmlPage(this.#map),
      (reason) => new ToolExit(1, '', `osdmaptool: error writing to '${file}': ${reason}\n`),
    );
    this.#say(`osdmaptool: wrote the page of epoch ${this.#map.epoch} to ${file}\n`);
  }

  #mark(): void {
    const { markUpIn, markOut, markUp, markIn } = this.#options;
    if (markUpIn) this.#markUpIn();
    if (this.#has(markOut)) {
      this.#say(`marking OSD@${markOut} as out\n`);
      this.#setOsds([markOut], CEPH_OSD_UP, CEPH_OSD_OUT);
    }
    if (this.#has(markUp)) {
      this.#say(`marking OSD@${markUp} as up\n`);
      this.#setOsds([markUp], CEPH_OSD_UP, this.#map.getWeight(markUp));
    }
    if (this.#has(markIn)) {
      // The original says, and marks in, the OSD of --mark-up.
      this.#say(`marking OSD@${markUp} as up\n`);
      if (this.#has(markUp)) this.#setOsds([markUp], 0, CEPH_OSD_IN);
    }
  }

  #markUpIn(): void {
    this.#say('marking all OSDs up and in\n');
    const osds = Array.from({ length: this.#map.maxOsd }, (_, osd) => osd);
    const weights = itemWeights(this.#map);
    this.#setOsds(osds, CEPH_OSD_UP, CEPH_OSD_IN);
    for (const osd of osds) if (weights.get(osd) === 0) this.#adjustWeight(osd, 1);
  }

  #adjustWeights(): void {
    const { adjustCrushWeight, save } = this.#options;
    for (const part of adjustCrushWeight.split(',').filter((text) => text !== '')) {
      const [osd, weight] = part.split(':');
      if (osd === undefined || weight === undefined) {
        const text = "osdmaptool: use ':' as separator of osd id and its weight\n";
        throw new ToolExit(1, USAGE, text);
      }
      const id = toNumber(osd, Number.parseInt);
      const value = Math.fround(toNumber(weight, Number.parseFloat));
      this.#adjustWeight(id, value);
      this.#say(`Adjusted osd.${id} CRUSH weight to ${formatG(value)}\n`);
      if (save) this.#apply(() => {});
    }
  }

  #cleanUpmaps(file: string): void {
    const write = (text: string) =>
      writeOr(file, text, (reason) => new ToolExit(1, '', `error opening ${file}: ${reason}\n`));
    if (file !== '-') {
      write('');
      this.#say(`writing upmap command output to: ${file}\n`);
    }
    this.#say('checking for upmap cleanups\n');
    const inc = cleanUpmaps(this.#map);
    if (inc === undefined) return;
    if (file === '-') this.#say(upmapCommands(inc));
    else write(upmapCommands(inc));
    this.#map = this.#map.applyIncremental(inc);
  }

  #exchangeCrush(): void {
    const { importCrush: from, exportCrush: to } = this.#options;
    if (from !== '') {
      const bytes = readOr(
        from,
        (reason) =>
          new ToolExit(1, '', `osdmaptool: error reading crush map from ${from}: ${reason}\n`),
      );
      this.#importCrush(from, bytes);
    }
    if (to !== '') {
      // The original names the file of --import-crush.
      const complaint = () => `osdmaptool: error writing crush map to ${from}`;
      writeMap(to, this.#map.crush.encode(), complaint);
      this.#say(`osdmaptool: exported crush map to ${to}\n`);
    }
  }

  #importCrush(file: string, bytes: Uint8Array): void {
    const { maxDevices } = decodeCrush(file, bytes).crush;
    if (maxDevices > this.#map.maxOsd) {
      const limits = `crushmap max_devices ${maxDevices} > osdmap max_osd ${this.#map.maxOsd}`;
      throw new ToolExit(1, '', `osdmaptool: ${limits}\n`);
    }
    this.#apply((inc) => {
      inc.crush = bytes;
    });
    this.#say(`osdmaptool: imported ${bytes.length} byte crush map from ${file}\n`);
  }

  /** `--pg_num`: of the pools that are mapped. */
  #setPgNum(): void {
    const { pgNum, pool } = this.#options;
    if (pgNum <= 0) return;
    const pools = [...this.#map.pools].map(
      ([id, old]) => [id, pool === -1 || pool === id ? { ...old, pgNum } : old] as const,
    );
    this.#set({ pools: new Map(pools) });
  }

  #has(osd: number): boolean {
    return osd >= 0 && osd < this.#map.maxOsd;
  }

  /** Ceph's set_state with `bits` added, and set_weight: who has a weight exists. */
  #setOsds(osds: readonly number[], bits: number, weight: number): void {
    const osdState = this.#map.data.osdState.slice();
    const osdWeight = this.#map.data.osdWeight.slice();
    const state = weight === CEPH_OSD_OUT ? bits : bits | CEPH_OSD_EXISTS;
    for (const osd of osds) {
      osdWeight[osd] = weight;
      osdState[osd] = this.#map.getState(osd) | state;
    }
    this.#set({ osdState, osdWeight });
  }

  /** A weight that CRUSH has no room for changes nothing, and nobody is told. */
  #adjustWeight(osd: number, weight: number): void {
    const crush = CrushWrapper.decode(this.#map.data.crush);
    try {
      crush.adjustItemWeight(osd, weight);
    } catch (error) {
      if (!(error instanceof CrushEditError)) throw error;
      return;
    }
    this.#map = new OSDMap({ ...this.#map.data, crush: crush.encode() }, crush);
  }

  #apply(change: (inc: OSDMapIncremental) => void): void {
    const inc = new OSDMapIncremental(this.#map.fsid, this.#map.epoch + 1);
    inc.modified = UTIME_ZERO;
    change(inc);
    this.#map = this.#map.applyIncremental(inc);
    this.isModified = true;
  }

  #set(change: Partial<OSDMapData>): void {
    this.#map = new OSDMap({ ...this.#map.data, ...change }, this.#map.crush);
  }

  #say(text: string): void {
    this.#output.stdout(text);
  }
}

function decodeCrush(file: string, bytes: Uint8Array): CrushWrapper {
  try {
    return CrushWrapper.decode(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ToolExit(
      1,
      '',
      `osdmaptool: error decoding crush map from ${file}: ${error.message}\n`,
    );
  }
}
