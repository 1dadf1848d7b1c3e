import type { CrushLocation } from '../../crush/crush_items.ts';
import type { CephArgs } from '../ceph/ceph_argparse.ts';
import type { Output } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { missingArgument, toInteger } from './integers.ts';

export interface NewRule {
  readonly name: string;
  readonly root: string;
  readonly type: string;
  readonly mode: string;
}

/** What is to be changed in a map; what was not said is undefined or empty. */
export interface EditOptions {
  reweightItem: { readonly name: string; readonly weight: number } | undefined;
  removeItem: string;
  item: { readonly id: number; readonly weight: number; readonly name: string } | undefined;
  /** Whether `item` may be there already. */
  updates: boolean;
  location: CrushLocation;
  addBucket: { readonly name: string; readonly type: string } | undefined;
  move: string | undefined;
  addRule: NewRule | undefined;
  deviceClass: string;
  removeRule: string | undefined;
  reweight: boolean;
  rebuildClassRoots: boolean;
  /** Bucket to class. */
  subtreeClass: Map<string, string>;
  reclassify: boolean;
  /** Root to class. */
  reclassifyRoot: Map<string, string>;
  /** `%suffix`, `prefix%` or a name, to class and default parent. */
  reclassifyBucket: Map<string, readonly [className: string, parent: string]>;
}

export function noEdits(): EditOptions {
  return {
    reweightItem: undefined,
    removeItem: '',
    item: undefined,
    updates: false,
    location: {},
    addBucket: undefined,
    move: undefined,
    addRule: undefined,
    deviceClass: '',
    removeRule: undefined,
    reweight: false,
    rebuildClassRoots: false,
    subtreeClass: new Map(),
    reclassify: false,
    reclassifyRoot: new Map(),
    reclassifyBucket: new Map(),
  };
}

/** Takes an option of the modifications stage, if it is one. */
export function takeEdit(words: CephArgs, edits: EditOptions, output: Output): boolean {
  if (words.flag('--reweight')) edits.reweight = true;
  else if (words.flag('--rebuild-class-roots')) edits.rebuildClassRoots = true;
  else if (words.flag('--reclassify')) edits.reclassify = true;
  else
    return takeItems(words, edits) || takeRules(words, edits, output) || takeClasses(words, edits);
  return true;
}

function takeItems(words: CephArgs, edits: EditOptions): boolean {
  const insert = (name: string): boolean =>
    words.withArg(
      name,
      (text) => {
        const id = toInteger(text);
        const weight = toFloat(more(words, ` to ${name}`));
        edits.item = { id, weight, name: more(words, ` to ${name}`) };
      },
      (text) => missingArgument(`${text}\n`),
    );
  if (insert('--add-item')) return true;
  if (insert('--update-item')) {
    edits.updates = true;
    return true;
  }
  if (words.flag('--add-bucket')) {
    edits.addBucket = {
      name: more(words, ' to --add-bucket'),
      type: more(words, ' to --add-bucket'),
    };
    return true;
  }
  if (words.flag('--move')) {
    edits.move = more(words, ' to --move');
    return true;
  }
  return (
    takeText(words, '--remove-item', (text) => {
      edits.removeItem = text;
    }) ||
    takeText(words, '--reweight-item', (name) => {
      edits.reweightItem = { name, weight: toFloat(more(words, ' to --reweight-item')) };
    }) ||
    takeText(words, '--loc', (type) => {
      edits.location = { ...edits.location, [type]: more(words, ' to --loc') };
    })
  );
}

function takeRules(words: CephArgs, edits: EditOptions, output: Output): boolean {
  const take = (option: string, read: (name: string) => NewRule): boolean =>
    takeText(words, option, (text) => {
      edits.addRule = read(text);
    });
  return (
    take('--create-simple-rule', (name) => {
      const [root, type, mode] = [rest(words), rest(words), rest(words)];
      const said = `name=${name} root=${root} type=${type} mode=${mode}`;
      output.stdout(`--create-simple-rule: ${said}\n`);
      return { name, root, type, mode };
    }) ||
    take('--create-replicated-rule', (name) => {
      const root = more(words, ' to --create-replicated-rule');
      const type = more(words, ' to --create-replicated-rule');
      output.stdout(`--create-replicated-rule: name=${name} root=${root} type=${type}\n`);
      return { name, root, type, mode: 'firstn' };
    }) ||
    takeText(words, '--device-class', (text) => {
      edits.deviceClass = text;
    }) ||
    takeText(words, '--remove-rule', (text) => {
      edits.removeRule = text;
    })
  );
}

function rest(words: CephArgs): string {
  return more(words, ' to --create-simple-rule');
}

function takeClasses(words: CephArgs, edits: EditOptions): boolean {
  return (
    takeText(words, '--set-subtree-class', (bucket) => {
      edits.subtreeClass.set(bucket, more(words, ''));
    }) ||
    takeText(words, '--reclassify-root', (root) => {
      edits.reclassifyRoot.set(root, more(words, ''));
    }) ||
    takeText(words, '--reclassify-bucket', (match) => {
      edits.reclassifyBucket.set(match, [more(words, ''), more(words, '')]);
    })
  );
}

function takeText(words: CephArgs, name: string, take: (text: string) => void): boolean {
  return words.withArg(name, take, missingArgument);
}

/** The next argument, whatever it is. */
function more(words: CephArgs, toWhat: string): string {
  const text = words.take();
  if (text === undefined) {
    throw new ToolExit(1, '', `expecting additional argument${toWhat}\n`);
  }
  return text;
}

/** atof. */
function toFloat(text: string): number {
  return Math.fround(Number.parseFloat(text) || 0);
}
