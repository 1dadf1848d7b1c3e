import type { CrushData } from '../../crush/crush_codec.ts';
import { findRoots, isShadowName } from '../../crush/device_classes.ts';
import { treeItems } from '../../crush/dump/crush_tree.ts';

/** What is wrong with the first item that lacks a name, a type or a low enough id. */
export function checkNames(crush: CrushData, maxId: number): string | undefined {
  const roots = findRoots(crush).filter(({ id }) => !isShadowName(crush.nameMap.get(id)));
  // `ceph osd tree` shows devices that are in no bucket: device 0 stands for them.
  const stray = { id: 0 };
  for (const { id } of [...treeItems(crush, roots), stray]) {
    const complaint = complaintOf(crush, id, maxId);
    if (complaint !== undefined) return `${complaint}: item#${id}`;
  }
  return undefined;
}

function complaintOf(crush: CrushData, id: number, maxId: number): string | undefined {
  if (id < 0 && !crush.nameMap.has(id)) return 'unknown item name';
  if (maxId > 0 && id >= maxId) return 'item id too large';
  const type = id < 0 ? (crush.buckets[-1 - id]?.type ?? 0) : 0;
  return crush.typeMap.has(type) ? undefined : 'unknown type name';
}

/** Rules of one ruleset and type that serve the same size: a line for each run of sizes. */
export function overlappedRules(crush: CrushData): string[] {
  const groups = new Map<
    string,
    { ruleset: number; rules: { name: string; min: number; max: number }[] }
  >();
  for (const [id, rule] of crush.rules.entries()) {
    if (rule === undefined) continue;
    const key = `${String(rule.ruleset).padStart(3)} ${String(rule.type).padStart(3)}`;
    const group = groups.get(key) ?? { ruleset: rule.ruleset, rules: [] };
    groups.set(key, group);
    const name = crush.ruleNameMap.get(id) ?? `rule${id}`;
    group.rules.push({ name, min: rule.minSize, max: rule.maxSize });
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { ruleset, rules }]) =>
      overlaps(rules).map((names) => `overlapped rules in ruleset ${ruleset}: ${names}`),
    );
}

function overlaps(rules: readonly { name: string; min: number; max: number }[]): string[] {
  const runs: string[] = [];
  let before = '';
  const cuts = [...new Set(rules.flatMap(({ min, max }) => [min, max + 1]))].sort((a, b) => a - b);
  for (const size of cuts) {
    const serving = rules.filter(({ min, max }) => min <= size && size <= max);
    const names = [...new Set(serving.map(({ name }) => name))].sort();
    const text = names.join(', ');
    if (names.length > 1 && text !== before) runs.push(text);
    before = text;
  }
  return runs;
}
