import { bucketItemWeights, makeBucket } from '../../crush/builder.ts';
import type { CrushData } from '../../crush/crush_codec.ts';
import { type CrushLocation, contains, insertItem, itemId } from '../../crush/crush_items.ts';
import { CRUSH_RULE_TAKE, type crush_bucket } from '../../crush/crush_types.ts';
import {
  getOrCreateClassId,
  isShadowName,
  rebuildRootsWithClasses,
  splitIdClass,
} from '../../crush/device_classes.ts';
import type { Output } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import type { EditOptions } from './edit_options.ts';

const WEIGHT_ONE = 0x10000;

/**
 * Turns parallel trees of one kind of device each (`ssd-host1` beside `host1`) into one tree with
 * device classes, under ids that keep all data where it is. Ceph: CrushWrapper::reclassify.
 */
export function reclassify(crush: CrushData, edits: EditOptions, output: Output): void {
  const say = (line: string): void => output.stdout(`${line}\n`);
  for (const [root, className] of byName(edits.reclassifyRoot)) {
    classifyRoot(crush, root, className, say);
  }
  new BucketClassifier(crush, say).classify(byName(edits.reclassifyBucket));
}

type Say = (line: string) => void;

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function failed(): ToolExit {
  return new ToolExit(1, '', 'failed to reclassify map\n');
}

/** The tree gets new ids; the old ones are those of its shadow for the class, which rules take. */
function classifyRoot(crush: CrushData, name: string, className: string, say: Say): void {
  const root = itemId(crush, name);
  if (root === undefined) {
    say(`root ${name} does not exist`);
    throw failed();
  }
  const classId = getOrCreateClassId(crush, className);
  say(`classify_root ${name} (${root}) as ${className}`);
  checkRules(crush, root, name, say);
  const renumbered = renumberTree(crush, root, className, classId, say);
  for (const [slot, bucket] of crush.buckets.entries()) {
    if (bucket === undefined) continue;
    const items = bucket.items.map((item) => renumbered.get(item) ?? item);
    crush.buckets[slot] = { ...bucket, items };
  }
  rebuild(crush, say);
}

function rebuild(crush: CrushData, say: Say): void {
  if (rebuildRootsWithClasses(crush)) return;
  say('failed to rebuild_roots_with_classes: (22) Invalid argument');
  throw failed();
}

/** No rule may take a class of the root already. */
function checkRules(crush: CrushData, root: number, name: string, say: Say): void {
  for (const [ruleno, rule] of crush.rules.entries()) {
    for (const { op, arg1 } of rule?.steps ?? []) {
      if (op !== CRUSH_RULE_TAKE) continue;
      const { id, classId } = splitIdClass(crush, arg1);
      if (classId === undefined || id !== root) continue;
      say(`  rule ${ruleno} includes take on root ${name} class ${classId}`);
      throw failed();
    }
  }
}

function renumberTree(
  crush: CrushData,
  root: number,
  className: string,
  classId: number,
  say: Say,
): Map<number, number> {
  const renumbered = new Map<number, number>();
  const queue = [root];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const bucket = crush.buckets[-1 - id];
    if (bucket === undefined) {
      say(`cannot find bucket ${id}: (2) No such file or directory`);
      throw failed();
    }
    const newId = freeBucketId(crush);
    say(`  renumbering bucket ${id} -> ${newId}`);
    renumbered.set(id, newId);
    crush.buckets[-1 - newId] = { ...bucket, id: newId };
    crush.buckets[-1 - id] = emptyLike(crush, bucket, id);
    for (const args of crush.chooseArgs.values()) {
      const arg = args.get(-1 - id);
      args.delete(-1 - id);
      if (arg !== undefined) args.set(-1 - newId, arg);
    }
    crush.classBucket.delete(id);
    crush.classBucket.set(newId, new Map([[classId, id]]));
    const name = crush.nameMap.get(id) ?? '';
    crush.nameMap.set(newId, name);
    crush.nameMap.set(id, `${name}~${className}`);
    for (const item of bucket.items) if (item < 0) queue.unshift(item);
  }
  return renumbered;
}

/** Of the first free slot; a map that is full gets one more. Ceph: get_new_bucket_id. */
function freeBucketId({ buckets }: CrushData): number {
  const free = buckets.indexOf(undefined);
  return -1 - (free < 0 ? buckets.push(undefined) - 1 : free);
}

function emptyLike(crush: CrushData, { alg, type }: crush_bucket, id: number): crush_bucket {
  return makeBucket({ id, alg, type, items: [], weights: [] }, crush.tunables.strawCalcVersion);
}

type Match = readonly [match: string, to: readonly [className: string, parent: string]];

/** Buckets whose names match become shadows of those with the rest of the name. */
class BucketClassifier {
  readonly #crush: CrushData;
  readonly #say: Say;
  /** Matching bucket to the one that takes its items. */
  readonly #sendTo = new Map<number, number>();
  readonly #shadows = new Map<number, Map<number, number>>();
  readonly #shadowNames = new Map<number, string>();
  /** Where buckets that were made go. */
  readonly #made = new Map<number, CrushLocation>();
  readonly #madeByName = new Map<string, number>();

  constructor(crush: CrushData, say: Say) {
    this.#crush = crush;
    this.#say = say;
  }

  classify(matches: readonly Match[]): void {
    for (const [match, [className, parent]] of matches) this.#match(match, className, parent);
    for (const [from, to] of [...this.#sendTo].sort(([a], [b]) => a - b)) this.#send(from, to);
    for (const [id, location] of [...this.#made].sort(([a], [b]) => a - b)) {
      if (this.#crush.buckets.some((bucket) => bucket?.items.includes(id))) continue;
      const [[type = '', name = ''] = []] = Object.entries(location);
      this.#say(`new bucket ${id} missing parent, adding at {${type}=${name}}`);
      this.#insert(id, (this.#crush.buckets[-1 - id]?.weight ?? 0) / WEIGHT_ONE, location);
    }
    for (const [id, shadows] of this.#shadows) {
      const held = this.#crush.classBucket.get(id) ?? new Map<number, number>();
      this.#crush.classBucket.set(id, new Map([...held, ...shadows]));
    }
    for (const [id, name] of this.#shadowNames) this.#crush.nameMap.set(id, name);
    rebuild(this.#crush, this.#say);
  }

  #match(match: string, className: string, parent: string): void {
    const { nameMap, typeMap, buckets } = this.#crush;
    const parentBucket = buckets[-1 - (itemId(this.#crush, parent) ?? 0)];
    if (parentBucket === undefined) {
      this.#say(`default parent ${parent} does not exist`);
      throw failed();
    }
    const parentType = typeMap.get(parentBucket.type) ?? '';
    const what = `classify_bucket ${match} as ${className}`;
    this.#say(`${what} default bucket ${parent} (${parentType})`);
    const classId = getOrCreateClassId(this.#crush, className);
    const slots = buckets.length;
    for (let slot = 0; slot < slots; slot++) {
      const bucket = buckets[slot];
      const name = nameMap.get(-1 - slot) ?? '';
      if (bucket === undefined || isShadowName(name)) continue;
      const base = baseName(match, name, parent);
      if (base === undefined) continue;
      this.#say(`match ${match} to ${name} basename ${base}`);
      const baseId = this.#baseOf(base, bucket, { [parentType]: parent });
      this.#sendTo.set(bucket.id, baseId);
      const shadows = this.#shadows.get(baseId) ?? new Map<number, number>();
      this.#shadows.set(baseId, shadows.set(classId, bucket.id));
      this.#shadowNames.set(bucket.id, `${base}~${className}`);
      for (const item of bucket.items) if (item >= 0) this.#crush.classMap.set(item, classId);
    }
  }

  /** The bucket of that name, made like `bucket` where there is none. */
  #baseOf(name: string, bucket: crush_bucket, parent: CrushLocation): number {
    const making = this.#madeByName.get(name);
    if (making !== undefined) {
      this.#say(`  already creating base ${making}`);
      return making;
    }
    const known = itemId(this.#crush, name);
    if (known !== undefined) {
      this.#say(`  have base ${known}`);
      return known;
    }
    const id = freeBucketId(this.#crush);
    this.#crush.buckets[-1 - id] = emptyLike(this.#crush, bucket, id);
    this.#crush.nameMap.set(id, name);
    this.#madeByName.set(name, id);
    this.#made.set(id, parent);
    this.#say(`  created base ${id}`);
    return id;
  }

  #send(fromId: number, toId: number): void {
    const { buckets, nameMap, typeMap } = this.#crush;
    const from = buckets[-1 - fromId];
    const to = buckets[-1 - toId];
    if (from === undefined || to === undefined) throw failed();
    const toName = nameMap.get(toId) ?? '';
    this.#say(`moving items from ${fromId} (${nameMap.get(fromId)}) to ${toId} (${toName})`);
    const location = { [typeMap.get(to.type) ?? '']: toName };
    const weights = bucketItemWeights(from);
    for (const [i, item] of from.items.entries()) {
      const moved = item >= 0 ? item : this.#sendTo.get(item);
      if (moved === undefined) throw failed();
      if (contains(this.#crush, toId, moved)) continue;
      const weight = item >= 0 ? weights[i] : buckets[-1 - moved]?.weight;
      this.#insert(moved, (weight ?? 0) / WEIGHT_ONE, location);
    }
  }

  #insert(item: number, weight: number, location: CrushLocation): void {
    insertItem(this.#crush, item, weight, this.#crush.nameMap.get(item) ?? '', location, true);
  }
}

/** What is left of a name that matches: `%suffix`, `prefix%`, or all of it, which is the parent. */
function baseName(match: string, name: string, parent: string): string | undefined {
  if (name.length < match.length) return undefined;
  const fixed = match.length - 1;
  if (match.startsWith('%')) {
    return name.endsWith(match.slice(1)) ? name.slice(0, name.length - fixed) : undefined;
  }
  if (match.endsWith('%')) {
    return name.startsWith(match.slice(0, -1)) ? name.slice(fixed) : undefined;
  }
  return match === name ? parent : undefined;
}
