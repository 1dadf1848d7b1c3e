import { readFileSync } from 'node:fs';
import { DecodeError } from '../common/errors.ts';
import { formatJson } from '../common/json_formatter.ts';
import { CrushCompileError } from '../crush/CrushCompileError.ts';
import { CrushWrapper } from '../crush/CrushWrapper.ts';
import { countDevices } from '../crush/crush_codec.ts';
import { isShadowName } from '../crush/device_classes.ts';
import { treeText } from '../crush/dump/crush_tree.ts';
import { dumpCrush, dumpElements } from '../crush/dump/dump_crush.ts';
import { readOr, writeMap, writeOr } from './ceph/files.ts';
import type { Output } from './ceph/Output.ts';
import { ToolExit } from './ceph/ToolExit.ts';
import { formatXml } from './ceph/xml_formatter.ts';
import { buildLayers, type Layer } from './crushtool/build_layers.ts';
import { CrushTester } from './crushtool/CrushTester.ts';
import { checkNames, overlappedRules } from './crushtool/check_crush.ts';
import { isEdit, modify } from './crushtool/modify.ts';
import { type Options, parseOptions, UNSAID } from './crushtool/options.ts';
import { USAGE } from './crushtool/usage.ts';

/**
 * Ceph's crushtool: the same arguments, output and exit codes as 16.2's (src/tools/crushtool.cc).
 * It places nothing at random and writes no CSV.
 */
export function crushtool(args: readonly string[], output: Output): number {
  try {
    return run(args, output);
  } catch (error) {
    if (!(error instanceof ToolExit)) throw error;
    output.stdout(error.stdout);
    output.stderr(error.stderr);
    return error.code;
  }
}

function run(args: readonly string[], output: Output): number {
  if (args.length === 0) throw new ToolExit(1, '', 'crushtool: -h or --help for usage\n');
  if (args.includes('-h') || args.includes('--help')) throw new ToolExit(0, USAGE, '');
  const options = parseOptions(args, output);
  const layers = checkOptions(options, output);
  const map = load(options, layers, output);
  const tunables = Object.entries(options.tunables).filter(([, value]) => value >= 0);
  map.crush.tunables = { ...map.crush.tunables, ...Object.fromEntries(tunables) };
  const isEdited = modify(map, options.edits, output);
  show(map, options, output);
  if (options.decompile) decompile(map, options, output);
  check(map, options, output);
  if (options.test) new CrushTester(map.crush, options, output).test();
  if (options.compare !== '') compare(map, options, output);
  const isAdjusted = tunables.length > 0;
  if (isAdjusted || isEdited || options.compile || options.build) save(map, options, output);
  return 0;
}

/** Answers the layers to build. */
function checkOptions(options: Options, output: Output): Layer[] {
  const { compile, decompile, build, test, tree, dump, bucketTree, rest } = options;
  const { showMappings, showBadMappings, showUtilization, showUtilizationAll } = options;
  const shows = showMappings || showBadMappings || showUtilization || showUtilizationAll;
  const isSeen = shows || options.showStatistics || options.showChooseTries || options.check;
  if (test && !isSeen && options.compare === '') {
    output.stderr('WARNING: no output selected; use --output-csv or --show-X\n');
  }
  if ([compile, decompile, build].filter(Boolean).length > 1) {
    const text = 'cannot specify more than one of compile, decompile, and build\n';
    throw new ToolExit(1, '', text);
  }
  const acts = compile || decompile || build || test || tree || dump || bucketTree;
  const asks = options.check || options.location >= 0 || options.compare !== '';
  if (!acts && !asks && !isEdit(options.edits) && Object.keys(options.tunables).length === 0) {
    throw new ToolExit(1, '', 'no action specified; -h for help\n');
  }
  if (!build && rest.length > 0) {
    throw new ToolExit(1, '', `unrecognized arguments: [${rest.join(',')}]\n`);
  }
  if (rest.length % 3 !== 0) {
    const text = 'layers must be specified with 3-tuples of (name, buckettype, size)\n';
    throw new ToolExit(1, '', `remaining args: [${rest.join(',')}]\n${text}`);
  }
  return Array.from({ length: rest.length / 3 }, (_, i) => {
    const [name = '', alg = '', size = ''] = rest.slice(3 * i);
    return { name, alg, size: Number.parseInt(size, 10) || 0 };
  });
}

function load(options: Options, layers: readonly Layer[], output: Output): CrushWrapper {
  if (options.compile) return compile(options.source);
  if (options.build) {
    if (layers.length === 0) {
      throw new ToolExit(1, '', 'crushtool: must specify at least one layer\n');
    }
    const map = CrushWrapper.create();
    buildLayers(map, options.osds, layers, output);
    return map;
  }
  if (options.input !== '') return read(options.input, true);
  const empty = CrushWrapper.create();
  empty.crush.typeMap.clear();
  return empty;
}

/** `takesStdin`: that `-` is no file. */
function read(file: string, takesStdin = false): CrushWrapper {
  const refuse = (reason: string): ToolExit =>
    new ToolExit(1, '', `crushtool: error reading '${file}': ${reason}\n`);
  const bytes = readOr(takesStdin && file === '-' ? '/dev/stdin' : file, refuse);
  try {
    return CrushWrapper.decode(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ToolExit(1, '', `crushtool: unable to decode ${file}\n`);
  }
}

function compile(file: string): CrushWrapper {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // -ENOENT, whatever the reason.
    throw new ToolExit(254, '', `input file ${file} not found\n`);
  }
  try {
    return CrushWrapper.compile(text);
  } catch (error) {
    if (!(error instanceof CrushCompileError)) throw error;
    const { cephText } = error;
    throw new ToolExit(1, '', cephText === '' ? '' : `${cephText.replace(/^FILE:/, `${file}:`)}\n`);
  }
}

function show(map: CrushWrapper, options: Options, output: Output): void {
  if (options.location >= 0) {
    const places = locationOf(map, options.location).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [type, name] of places) output.stdout(`${type}\t${name}\n`);
  }
  if (options.bucketTree && options.bucketName === '') {
    output.stderr(': error bucket_name is empty\n');
  } else if (options.bucketTree) {
    for (const device of leavesOf(map, options.bucketName)) output.stdout(`osd.${device}\n`);
  }
  if (options.tree) output.stdout(treeText(map.crush));
  if (options.dump) {
    const dumped = dumpCrush(map.crush);
    if (/^xml(-pretty)?$/.test(options.format)) {
      const isPretty = options.format === 'xml-pretty';
      output.stdout(`${formatXml('crush_map', dumped, dumpElements(map.crush), isPretty)}\n`);
      return;
    }
    if (/^(html|table)/.test(options.format)) {
      throw new ToolExit(1, '', `crushtool: --format ${options.format} is only in the original\n`);
    }
    const pretty = options.format !== 'json';
    output.stdout(`${formatJson(dumped, pretty)}\n`);
  }
}

/** Type and name of each bucket above a device, up to a root. Ceph: get_full_location. */
function locationOf({ crush }: CrushWrapper, device: number): [type: string, name: string][] {
  const places: [string, string][] = [];
  for (let item = device; ; ) {
    const parent = crush.buckets.find(
      (bucket) => bucket?.items.includes(item) && !isShadowName(crush.nameMap.get(bucket.id)),
    );
    if (parent === undefined) return places;
    places.push([crush.typeMap.get(parent.type) ?? '', crush.nameMap.get(parent.id) ?? '']);
    item = parent.id;
  }
}

/** The devices below a bucket, by ascending id. Ceph: get_leaves. */
function leavesOf(map: CrushWrapper, name: string): number[] {
  const leaves = new Set<number>();
  const visit = (item: number): void => {
    if (item >= 0) leaves.add(item);
    else for (const held of map.crush.buckets[-1 - item]?.items ?? []) visit(held);
  };
  const id = map.getItemId(name);
  if (id !== undefined) visit(id);
  return [...leaves].sort((a, b) => a - b);
}

function decompile(map: CrushWrapper, options: Options, output: Output): void {
  if (options.output === '') {
    output.stdout(map.decompile());
    return;
  }
  const refuse = (): ToolExit =>
    new ToolExit(1, '', `crushtool: error writing '${options.output}'\n`);
  writeOr(options.output, map.decompile(), refuse);
}

function check(map: CrushWrapper, options: Options, output: Output): void {
  if (!options.check) return;
  for (const line of overlappedRules(map.crush)) output.stdout(`${line}\n`);
  if (options.checkMaxId === UNSAID) return;
  const complaint = checkNames(map.crush, options.checkMaxId);
  if (complaint !== undefined) throw new ToolExit(1, `${complaint}\n`, '');
}

function compare(map: CrushWrapper, options: Options, output: Output): void {
  const isSame = new CrushTester(map.crush, options, output).compare(read(options.compare).crush);
  if (!isSame) throw new ToolExit(1, '', 'warning: maps are NOT equivalent\n');
  output.stdout('maps appear equivalent\n');
}

function save(map: CrushWrapper, options: Options, output: Output): void {
  map.crush.maxDevices = countDevices(map.crush.buckets, map.crush.nameMap);
  if (options.output === '') {
    const text = "successfully built or modified map.  Use '-o <file>' to write it out.";
    output.stdout(`crushtool ${text}\n`);
    return;
  }
  const complaint = (reason: string) => `crushtool: error writing '${options.output}': ${reason}`;
  writeMap(options.output, map.encode(), complaint);
  if (options.verbose > 0) output.stdout(`wrote crush map to ${options.output}\n`);
}
