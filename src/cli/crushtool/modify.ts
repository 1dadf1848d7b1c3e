import { formatG } from '../../common/cpp_numbers.ts';
import { CrushEditError, type CrushErrno } from '../../crush/CrushEditError.ts';
import type { CrushWrapper } from '../../crush/CrushWrapper.ts';
import { type CrushLocation, weightInLocation } from '../../crush/crush_items.ts';
import { getOrCreateClassId } from '../../crush/device_classes.ts';
import type { Output } from '../ceph/Output.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import type { EditOptions, NewRule } from './edit_options.ts';
import { reclassify } from './reclassify.ts';

const REPLICATED = 1;

const ERRNOS: Readonly<Record<CrushErrno, readonly [number: number, text: string]>> = {
  ENOENT: [2, 'No such file or directory'],
  EBUSY: [16, 'Device or resource busy'],
  EEXIST: [17, 'File exists'],
  EINVAL: [22, 'Invalid argument'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  EOVERFLOW: [75, 'Value too large for defined data type'],
};

/** Makes the changes in the original's order; answers whether there were any. */
export function modify(map: CrushWrapper, edits: EditOptions, output: Output): boolean {
  const { reweightItem, removeItem, item, addBucket, move, addRule, removeRule } = edits;
  if (reweightItem !== undefined) setWeight(map, reweightItem.name, reweightItem.weight, output);
  if (removeItem !== '') remove(map, removeItem, output);
  if (item !== undefined && item.id >= 0) {
    const { id, weight, name } = item;
    orFail('crushtool ', () => {
      if (edits.updates) map.updateItem(id, weight, name, edits.location);
      else map.insertItem(id, weight, name, edits.location);
    });
  }
  if (addBucket !== undefined) {
    addBucketAt(map, addBucket.name, addBucket.type, edits.location);
  }
  if (move !== undefined) moveTo(map, move, edits.location);
  if (addRule !== undefined) createRule(map, addRule, edits.deviceClass);
  if (removeRule !== undefined) {
    if (map.getRuleId(removeRule) === undefined) {
      throw new ToolExit(0, '', `rule ${removeRule} does not exist\n`);
    }
    map.removeRule(removeRule);
  }
  if (edits.reweight) map.reweight();
  if (edits.rebuildClassRoots && !map.rebuildClassRoots()) {
    throw new ToolExit(1, '', 'failed to rebuidl roots with classes\n');
  }
  const subtrees = [...edits.subtreeClass].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [bucket, className] of subtrees) setSubtreeClass(map, bucket, className);
  if (edits.reclassify) reclassify(map.crush, edits, output);
  return isAnyEdit(edits);
}

/** Whether anything is asked for that would change a map. */
function isAnyEdit(edits: EditOptions): boolean {
  return isEdit(edits) || edits.subtreeClass.size > 0;
}

/** Whether anything is asked for that counts as an action: a subtree's class alone does not. */
export function isEdit(edits: EditOptions): boolean {
  const { reweightItem, item, addBucket, move, addRule, removeRule } = edits;
  return (
    [reweightItem, addBucket, move, addRule, removeRule].some((edit) => edit !== undefined) ||
    (item !== undefined && item.id >= 0) ||
    edits.removeItem !== '' ||
    edits.reweight ||
    edits.rebuildClassRoots ||
    edits.reclassify
  );
}

function orFail(prefix: string, edit: () => void): void {
  try {
    edit();
  } catch (error) {
    if (error instanceof CrushEditError) fail(error.errno, prefix);
    throw error;
  }
}

function fail(errno: CrushErrno, prefix: string): never {
  const [number, text] = ERRNOS[errno];
  throw new ToolExit(256 - number, '', `${prefix}(${number}) ${text}\n`);
}

function setWeight(map: CrushWrapper, name: string, weight: number, output: Output): void {
  output.stdout(`crushtool reweighting item ${name} to ${formatG(weight)}\n`);
  const id = named(map, name);
  orFail('crushtool ', () => {
    if (map.adjustItemWeight(id, weight) === 0) throw new CrushEditError('ENOENT', name);
  });
}

function remove(map: CrushWrapper, name: string, output: Output): void {
  output.stdout(`crushtool removing item ${name}\n`);
  const id = named(map, name);
  orFail('crushtool ', () => map.removeItem(id));
}

function named(map: CrushWrapper, name: string): number {
  const id = map.getItemId(name);
  return id ?? fail('ENOENT', ` name ${name} dne\ncrushtool `);
}

/** Ceph: do_add_bucket. */
function addBucketAt(
  map: CrushWrapper,
  name: string,
  typeName: string,
  location: CrushLocation,
): void {
  if (map.getItemId(name) !== undefined) {
    throw new ToolExit(256 - 17, '', `crushtool bucket '${name}' already exists\n`);
  }
  if ((map.getTypeId(typeName) ?? 0) <= 0) {
    throw new ToolExit(256 - 22, '', `crushtool bad bucket type: ${typeName}\n`);
  }
  const id = map.addBucket(name, typeName);
  if (Object.keys(location).length === 0) return;
  try {
    map.moveItem(id, location);
  } catch (error) {
    if (!(error instanceof CrushEditError)) throw error;
    const where = locationText(location);
    const [number] = ERRNOS[error.errno];
    throw new ToolExit(256 - number, '', `crushtool error moving bucket '${name}' to ${where}\n`);
  }
}

/** Ceph: do_move_item. */
function moveTo(map: CrushWrapper, name: string, location: CrushLocation): void {
  const id = map.getItemId(name);
  if (id === undefined) {
    throw new ToolExit(256 - 2, '', `crushtool item '${name}' does not exist\n`);
  }
  if (Object.keys(location).length === 0) {
    throw new ToolExit(256 - 22, '', 'crushtool expecting additional --loc argument to --move\n');
  }
  if (weightInLocation(map.crush, id, location) !== undefined) {
    throw new ToolExit(1, '', `crushtool item '${name}' already at ${locationText(location)}\n`);
  }
  try {
    map.moveItem(id, location);
  } catch (error) {
    if (!(error instanceof CrushEditError)) throw error;
    throw new ToolExit(256 - ERRNOS[error.errno][0], '', '');
  }
}

/** As a std::map is printed. */
export function locationText(location: CrushLocation): string {
  const places = Object.entries(location).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${places.map(([type, name]) => `${type}=${name}`).join(',')}}`;
}

function createRule(map: CrushWrapper, rule: NewRule, deviceClass: string): void {
  const { name, root, type, mode } = rule;
  if (map.getRuleId(name) !== undefined) {
    throw new ToolExit(1, '', `rule ${name} already exists\n`);
  }
  try {
    map.addSimpleRule(name, root, type, mode, REPLICATED, deviceClass);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ToolExit(1, '', `${error.message}\n`);
  }
}

/** Gives all devices below a bucket a class; shadows are left as they are. Ceph: set_subtree_class. */
function setSubtreeClass({ crush }: CrushWrapper, name: string, className: string): void {
  const id = [...crush.nameMap].find(([, held]) => held === name)?.[0];
  if (id === undefined) return;
  const classId = getOrCreateClassId(crush, className);
  const visit = (bucket: number): void => {
    for (const item of crush.buckets[-1 - bucket]?.items ?? []) {
      if (item >= 0) crush.classMap.set(item, classId);
      else visit(item);
    }
  };
  visit(id);
}
