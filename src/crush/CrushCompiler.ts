/**
 * From crushtool's language to a map. Ceph: src/crush/CrushCompiler.cc, compile and parse_*. The
 * order of checks is the original's, since the first that fails is what is reported.
 */
import { addBucket, addRule, makeBucket } from './builder.ts';
import { CrushCompileError } from './CrushCompileError.ts';
import { type CrushData, countDevices, emptyCrush } from './crush_codec.ts';
import {
  type BucketNode,
  type ChooseArgNode,
  type ChooseArgsNode,
  type CrushSyntax,
  type DeviceNode,
  type ItemNode,
  parseCrush,
  type RuleNode,
  type StepNode,
  type Token,
  type TunableNode,
} from './crush_grammar.ts';
import {
  CRUSH_BUCKET_UNIFORM,
  CRUSH_MAX_BUCKET_WEIGHT,
  CRUSH_MAX_DEVICE_WEIGHT,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSE_MSR,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_TAKE,
  type crush_choose_arg,
  type crush_msr_tunables,
  type crush_rule_step,
  type crush_tunables,
} from './crush_types.ts';
import { BUCKET_ALGS, RULE_TYPES, SET_STEPS } from './crush_words.ts';
import { getOrCreateClassId, populateClasses } from './device_classes.ts';
import { isMsrRule } from './mapper_msr.ts';
import { TUNABLES_MSR } from './tunables.ts';

const WEIGHT_ONE = 0x10000;
/** Sizes of a rule that says none. */
const MIN_SIZE = 1;
const MAX_SIZE = 100;

const TUNABLES: ReadonlyMap<
  string,
  { field: Exclude<keyof crush_tunables, 'msr'>; isByte: boolean }
> = new Map([
  ['choose_local_tries', { field: 'chooseLocalTries', isByte: false }],
  ['choose_local_fallback_tries', { field: 'chooseLocalFallbackTries', isByte: false }],
  ['choose_total_tries', { field: 'chooseTotalTries', isByte: false }],
  ['chooseleaf_descend_once', { field: 'chooseleafDescendOnce', isByte: false }],
  ['chooseleaf_vary_r', { field: 'chooseleafVaryR', isByte: true }],
  ['chooseleaf_stable', { field: 'chooseleafStable', isByte: true }],
  ['straw_calc_version', { field: 'strawCalcVersion', isByte: true }],
  ['allowed_bucket_algs', { field: 'allowedBucketAlgs', isByte: false }],
]);

const MSR_TUNABLES: ReadonlyMap<string, keyof crush_msr_tunables> = new Map([
  ['msr_descents', 'descents'],
  ['msr_collision_tries', 'collisionTries'],
]);

/** Compiles one text, once. */
export class CrushCompiler {
  readonly #text: string;
  readonly #crush: CrushData = emptyCrush();
  readonly #typeId = new Map<string, number>();
  readonly #itemId = new Map<string, number>();
  readonly #ruleId = new Map<string, number>();
  /** Ids that are taken, or will be. */
  readonly #usedIds = new Set<number>();
  /** Of buckets; a bucket in a bucket weighs that, unless the text says otherwise. */
  readonly #itemWeight = new Map<number, number>();
  /** Shadow ids that the text gives: bucket to class to id. */
  readonly #classBucket: CrushData['classBucket'] = new Map();

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws CrushCompileError with the place of the first mistake. */
  compile(): CrushData {
    const syntax = parseCrush(this.#text);
    const bodies = this.#itemsBeforeUse(syntax.bodies);
    for (const body of bodies) {
      const first = body.kind === 'bucket' ? body.ids[0] : undefined;
      if (first !== undefined) this.#usedIds.add(toInt(first.id));
    }
    for (const head of syntax.heads) {
      if (head.kind === 'tunable') this.#tunable(head);
      else if (head.kind === 'device') this.#device(head);
      else {
        this.#typeId.set(head.name.text, toInt(head.id));
        this.#crush.typeMap.set(toInt(head.id), head.name.text);
      }
    }
    let sawRule = false;
    for (const body of bodies) {
      if (body.kind === 'bucket') {
        if (sawRule) this.#fail(body.type, 'buckets must be defined before rules');
        this.#bucket(body);
      } else {
        if (!sawRule) populateClasses(this.#crush, this.#classBucket);
        sawRule = true;
        this.#rule(body);
      }
    }
    for (const chooseArgs of syntax.chooseArgs) this.#chooseArgs(chooseArgs);
    this.#crush.maxDevices = countDevices(this.#crush.buckets, this.#crush.nameMap);
    return this.#crush;
  }

  /**
   * Swaps a bucket with a later one that it holds, so that items come before their use. It is
   * places that are swapped, once each: Ceph: adjust_bucket_item_place.
   */
  #itemsBeforeUse(bodies: CrushSyntax['bodies']): (BucketNode | RuleNode)[] {
    const order = [...bodies];
    const places = bodies.flatMap((body, place) =>
      body.kind === 'bucket' ? [{ body, place }] : [],
    );
    const held = new Map<string, Set<string>>();
    const placeOf = new Map<string, number>();
    for (const { body, place } of places) {
      placeOf.set(body.name.text, place);
      const items = held.get(body.name.text) ?? new Set();
      held.set(body.name.text, items);
      for (const item of body.items) items.add(item.name.text);
    }
    for (const [
      i,
      {
        body: { name: early },
      },
    ] of places.entries()) {
      for (const {
        body: { name: late },
      } of places.slice(i + 1)) {
        if (!held.get(early.text)?.has(late.text)) continue;
        if (held.get(late.text)?.has(early.text)) {
          const names = `'${early.text}' and bucket '${late.text}'`;
          this.#fail(early, `bucket  ${names} are included each other`);
        }
        swap(order, placeOf.get(early.text) ?? 0, placeOf.get(late.text) ?? 0);
      }
    }
    return order;
  }

  #tunable(node: TunableNode): void {
    const msr = MSR_TUNABLES.get(node.name.text);
    if (msr !== undefined) {
      const { tunables } = this.#crush;
      const value = toInt(node.value) >>> 0;
      const changed = { ...TUNABLES_MSR, ...tunables.msr, [msr]: value };
      this.#crush.tunables = { ...tunables, msr: changed };
      return;
    }
    const tunable = TUNABLES.get(node.name.text);
    if (tunable === undefined) this.#fail(node.name, `tunable ${node.name.text} not recognized`);
    const value = tunable.isByte ? toInt(node.value) & 0xff : toInt(node.value) >>> 0;
    this.#crush.tunables = { ...this.#crush.tunables, [tunable.field]: value };
  }

  #device(node: DeviceNode): void {
    const id = toInt(node.id);
    const name = node.name.text;
    this.#crush.nameMap.set(id, name);
    if (this.#itemId.has(name)) this.#fail(node.name, `item ${name} defined twice`);
    this.#itemId.set(name, id);
    this.#usedIds.add(id);
    if (node.className !== undefined) {
      this.#crush.classMap.set(id, getOrCreateClassId(this.#crush, node.className.text));
    }
  }

  #bucket(node: BucketNode): void {
    const name = node.name.text;
    const type = this.#typeId.get(node.type.text);
    if (type === undefined) {
      this.#fail(node.type, `bucket type '${node.type.text}' is not defined`);
    }
    if (this.#itemId.has(name)) {
      this.#fail(node.name, `bucket or device '${name}' is already defined`);
    }
    const { id, shadows } = this.#bucketIds(node);
    const alg = BUCKET_ALGS.get(node.alg.text);
    if (alg === undefined) this.#fail(node.alg, `unknown bucket alg '${node.alg.text}'\n`);
    for (const hash of node.hashes) this.#hash(hash);
    const { items, weights } = this.#items(node, alg);
    const bucketId = id ?? this.#freeId();
    if (shadows.size > 0) this.#classBucket.set(bucketId, shadows);
    this.#usedIds.add(bucketId);
    this.#itemId.set(name, bucketId);
    this.#itemWeight.set(
      bucketId,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    if (this.#crush.buckets[-1 - bucketId] !== undefined) {
      this.#fail(node.ids[0]?.id ?? node.name, `Duplicate bucket id ${bucketId}`);
    }
    const parts = { id: bucketId, alg, type, items, weights };
    addBucket(this.#crush, this.#build(node, parts));
    this.#crush.nameMap.set(bucketId, name);
  }

  #bucketIds(node: BucketNode): { id: number | undefined; shadows: Map<number, number> } {
    let id: number | undefined;
    const shadows = new Map<number, number>();
    for (const { id: token, className } of node.ids) {
      if (className === undefined) {
        id = toInt(token);
        continue;
      }
      const classId = getOrCreateClassId(this.#crush, className.text);
      if (shadows.has(classId)) {
        const text = `duplicate device class ${className.text} for bucket ${node.name.text}`;
        this.#fail(className, text);
      }
      shadows.set(classId, toInt(token));
    }
    return { id: id === 0 ? undefined : id, shadows };
  }

  #hash(token: Token): void {
    if (token.text !== 'rjenkins1' && toInt(token) !== 0) {
      this.#fail(token, `unknown hash ${token.text}`);
    }
  }

  #build(node: BucketNode, parts: Parameters<typeof makeBucket>[0]): ReturnType<typeof makeBucket> {
    try {
      return makeBucket(parts, this.#crush.tunables.strawCalcVersion);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#fail(node.name, error.message);
    }
  }

  /** Items and weights by place: those with a `pos` stand there, the others fill the gaps. */
  #items(node: BucketNode, alg: number): { items: number[]; weights: number[] } {
    const used = this.#usedPlaces(node);
    const size = Math.max(node.items.length, ...used);
    const items: number[] = new Array(size).fill(0);
    const weights: number[] = new Array(size).fill(0);
    let free = 0;
    let total = 0;
    let uniformWeight: number | undefined;
    for (const item of node.items) {
      const id = this.#itemId.get(item.name.text);
      const where = `item '${item.name.text}' in bucket '${node.name.text}'`;
      if (id === undefined) this.#fail(item.name, `${where} is not defined`);
      const weight = this.#weight(item, id);
      if (alg === CRUSH_BUCKET_UNIFORM) {
        uniformWeight ??= weight;
        if (weight !== uniformWeight) this.#failUniform(node, item, weight, uniformWeight);
      }
      const pos = item.pos === undefined ? -1 : toInt(item.pos);
      if (pos >= size) this.#fail(item.name, `${where} has pos ${pos} >= size ${size}`);
      while (pos < 0 && used.has(free)) free++;
      const place = pos < 0 ? free++ : pos;
      items[place] = id;
      weights[place] = weight;
      total += weight;
      if (total > 0xffffffff) {
        const text = 'oh no! our bucket weights are overflowing all over the place';
        this.#fail(item.name, `${text}, better lower the item weights`);
      }
    }
    return { items, weights };
  }

  #usedPlaces(node: BucketNode): Set<number> {
    const used = new Set<number>();
    for (const { name, pos } of node.items) {
      if (pos === undefined) continue;
      const place = toInt(pos);
      if (used.has(place)) {
        const where = `item '${name.text}' in bucket '${node.name.text}'`;
        this.#fail(pos, `${where} has explicit pos ${place}, which is occupied`);
      }
      used.add(place);
    }
    return used;
  }

  #weight(item: ItemNode, id: number): number {
    if (item.weight === undefined) return this.#itemWeight.get(id) ?? WEIGHT_ONE;
    const weight = toWeight(item.weight);
    if (weight > CRUSH_MAX_DEVICE_WEIGHT && id >= 0) {
      this.#fail(item.weight, `device weight limited to ${CRUSH_MAX_DEVICE_WEIGHT / WEIGHT_ONE}`);
    }
    if (weight > CRUSH_MAX_BUCKET_WEIGHT && id < 0) {
      const most = CRUSH_MAX_BUCKET_WEIGHT / WEIGHT_ONE;
      this.#fail(item.weight, `bucket weight limited to ${most} to prevent overflow`);
    }
    return weight;
  }

  #failUniform(node: BucketNode, item: ItemNode, weight: number, before: number): never {
    const what = `item '${item.name.text}' in uniform bucket '${node.name.text}' has weight ${weight}`;
    const others = `but previous item(s) have weight ${formatFloat(before / WEIGHT_ONE)}`;
    const text = `${what} ${others}; uniform bucket items must all have identical weights.`;
    return this.#fail(item.weight ?? item.name, text);
  }

  #freeId(): number {
    let id = -1;
    while (this.#usedIds.has(id)) id--;
    return id;
  }

  #rule(node: RuleNode): void {
    const name = node.name?.text ?? '';
    const ruleno = toInt(node.id);
    if (this.#ruleId.has(name)) {
      this.#fail(node.name ?? node.id, `rule name '${name}' already defined\n`);
    }
    if (this.#crush.rules[ruleno] !== undefined) {
      this.#fail(node.id, `rule ${ruleno} already exists`);
    }
    const type = RULE_TYPES.get(node.type.text) ?? 0;
    const minSize = node.minSize === undefined ? MIN_SIZE : toInt(node.minSize) & 0xff;
    const maxSize = node.maxSize === undefined ? MAX_SIZE : toInt(node.maxSize) & 0xff;
    const steps = node.steps.map((step) => this.#step(name, step));
    const rule = { ruleset: ruleno & 0xff, type, minSize, maxSize, steps };
    if (isMsrRule(rule)) this.#crush.tunables = { msr: TUNABLES_MSR, ...this.#crush.tunables };
    try {
      addRule(this.#crush, rule, ruleno);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#fail(node.id, `unable to add rule id ${ruleno} for rule '${name}'`);
    }
    if (name !== '') {
      this.#crush.ruleNameMap.set(ruleno, name);
      this.#ruleId.set(name, ruleno);
    }
  }

  #step(rule: string, step: StepNode): crush_rule_step {
    switch (step.op) {
      case 'take':
        return { op: CRUSH_RULE_TAKE, arg1: this.#takenItem(rule, step), arg2: 0 };
      case 'set':
        return { op: SET_STEPS.get(step.name.text) ?? 0, arg1: toInt(step.value), arg2: 0 };
      case 'emit':
        return { op: CRUSH_RULE_EMIT, arg1: 0, arg2: 0 };
      case 'choose': {
        const type = this.#typeId.get(step.type.text);
        if (type === undefined) {
          this.#fail(step.type, `in rule '${rule}' type '${step.type.text}' not defined`);
        }
        return { op: chooseOp(step.what.text, step.mode?.text), arg1: toInt(step.num), arg2: type };
      }
    }
  }

  #takenItem(rule: string, step: StepNode & { op: 'take' }): number {
    const item = step.item.text;
    const id = this.#itemId.get(item);
    if (id === undefined) this.#fail(step.item, `in rule '${rule}' item '${item}' not defined`);
    if (step.className === undefined) return id;
    const className = step.className.text;
    const classId = [...this.#crush.className].find(([, name]) => name === className)?.[0];
    // The original says nothing there; it only fails.
    if (classId === undefined) this.#fail(step.className, '');
    const shadows = this.#crush.classBucket.get(id);
    const where = `in rule '${rule}' step take ${item}`;
    if (shadows === undefined) this.#fail(step.item, `${where} has no class information`);
    const shadow = shadows.get(classId);
    if (shadow === undefined) {
      this.#fail(step.className, `${where} no matching bucket for class ${className}`);
    }
    return shadow;
  }

  #chooseArgs(node: ChooseArgsNode): void {
    const index = toInt(node.index);
    if (this.#crush.chooseArgs.has(index)) this.#fail(node.index, `${index} duplicated`);
    const args = new Map<number, crush_choose_arg>();
    for (const arg of node.args) {
      const slot = -1 - toInt(arg.bucketId);
      const made = this.#chooseArg(arg, slot);
      if (made.weightSet.length > 0 || made.ids.length > 0) args.set(slot, made);
    }
    this.#crush.chooseArgs.set(index, args);
  }

  #chooseArg(node: ChooseArgNode, slot: number): crush_choose_arg {
    const id = -1 - slot;
    if (slot < 0 || slot >= this.#crush.buckets.length) {
      this.#fail(node.bucketId, `${id} is out of range`);
    }
    const bucket = this.#crush.buckets[slot];
    if (bucket === undefined) this.#fail(node.bucketId, `${id} does not exist`);
    const size = bucket.items.length;
    const weightSet = node.weightSet.map((weights) => {
      if (weights.length !== size) {
        const place = weights[0] ?? node.bucketId;
        this.#fail(place, `${id} needs exactly ${size} weights but got ${weights.length}`);
      }
      return Uint32Array.from(weights, toWeight);
    });
    if (node.ids !== undefined && node.ids.length !== size) {
      this.#fail(node.bucketId, `${id} needs exactly ${size} ids but got ${node.ids.length}`);
    }
    return { weightSet, ids: Int32Array.from(node.ids ?? [], toInt) };
  }

  #fail(token: Token, reason: string): never {
    throw CrushCompileError.meaning(this.#text, token.offset, reason);
  }
}

function swap<T>(list: T[], a: number, b: number): void {
  const [first, second] = [list[a], list[b]];
  if (first === undefined || second === undefined) return;
  list[a] = second;
  list[b] = first;
}

function chooseOp(what: string, mode: string | undefined): number {
  if (what === 'choosemsr') return CRUSH_RULE_CHOOSE_MSR;
  if (what === 'choose') {
    return mode === 'firstn' ? CRUSH_RULE_CHOOSE_FIRSTN : CRUSH_RULE_CHOOSE_INDEP;
  }
  return mode === 'firstn' ? CRUSH_RULE_CHOOSELEAF_FIRSTN : CRUSH_RULE_CHOOSELEAF_INDEP;
}

/** strtol, kept in an int. */
function toInt(token: Token): number {
  const most = 2n ** 63n - 1n;
  const value = BigInt(token.text);
  const clamped = value > most ? most : value < -most - 1n ? -most - 1n : value;
  return Number(BigInt.asIntN(32, clamped));
}

/** A float times 2^16 as a float, cut to an integer. */
function toWeight(token: Token): number {
  return Math.trunc(Math.fround(Math.fround(Number(token.text)) * WEIGHT_ONE)) >>> 0;
}

/** As C++ streams print a float: six digits, no zeros behind. */
function formatFloat(value: number): string {
  return String(Number(value.toPrecision(6)));
}
