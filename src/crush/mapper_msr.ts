/**
 * MSR rules ("multi-step retry"): several devices in each failure domain, and a device that is out
 * sends the whole descent back to the root. Ceph: src/crush/mapper.c of 19 and newer,
 * crush_msr_do_rule and what it calls.
 *
 * A rule is some `set_msr_*` steps and then blocks of `take bucket, choosemsr…, emit`. A block fills
 * places [start, end) of the result: its first choosemsr divides them into strides, one for each
 * item that it chooses; the next divides each stride, and so on down to devices. What a step has
 * chosen for a stride stands in that step's vector at the stride's places: no other stride of the
 * same parent may have it. Where Ceph would die of a rule, nothing is mapped.
 */
import { crushBucketChoose } from './bucket_choose.ts';
import type { CrushWork } from './CrushWork.ts';
import {
  CRUSH_ITEM_NONE,
  CRUSH_ITEM_UNDEF,
  CRUSH_RULE_CHOOSE_MSR,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_SET_MSR_COLLISION_TRIES,
  CRUSH_RULE_SET_MSR_DESCENTS,
  CRUSH_RULE_TAKE,
  CRUSH_RULE_TYPE_MSR_FIRSTN,
  CRUSH_RULE_TYPE_MSR_INDEP,
  type crush_bucket,
  type crush_choose_arg_map,
  type crush_map,
  type crush_rule,
  type crush_rule_step,
} from './crush_types.ts';
import { isOut } from './is_out.ts';
import { TUNABLES_MSR } from './tunables.ts';

const U32_MAX = 0xffffffff;

/** One run of a rule. */
interface Run {
  readonly map: crush_map;
  readonly work: CrushWork;
  readonly weights: ArrayLike<number>;
  readonly chooseArgs: crush_choose_arg_map | undefined;
  readonly x: number;
  readonly resultMax: number;
  readonly isFirstn: boolean;
  descents: number;
  collisionTries: number;
  /** What was emitted: of "firstn" in that order, else each in its place. */
  readonly result: number[];
  emitted: number;
}

/** The choosemsr steps between a take and its emit; step `n` has vector `n` of the scratch memory. */
interface Block {
  readonly root: number;
  readonly chooses: readonly crush_rule_step[];
  /** Descents made so far. */
  tryno: number;
}

export function isMsrRule(rule: crush_rule): boolean {
  return rule.type === CRUSH_RULE_TYPE_MSR_FIRSTN || rule.type === CRUSH_RULE_TYPE_MSR_INDEP;
}

/** As crushDoRule, of an MSR rule. Throws CrushWorkError if the map asks for absurdly much work. */
export function crushMsrDoRule(
  map: crush_map,
  rule: crush_rule,
  x: number,
  resultMax: number,
  weights: ArrayLike<number>,
  work: CrushWork,
  chooseArgs: crush_choose_arg_map | undefined,
): number[] {
  const isFirstn = rule.type === CRUSH_RULE_TYPE_MSR_FIRSTN;
  const { descents, collisionTries } = map.tunables.msr ?? TUNABLES_MSR;
  const run: Run = {
    map,
    work,
    weights,
    chooseArgs,
    x: x | 0,
    resultMax,
    isFirstn,
    descents,
    collisionTries,
    result: isFirstn ? [] : new Array<number>(resultMax).fill(CRUSH_ITEM_NONE),
    emitted: 0,
  };
  work.begin(resultMax, rule.steps.length);
  const blocks = blocksOf(rule.steps.slice(configure(run, rule.steps)));
  let start = 0;
  for (const block of blocks ?? []) {
    const total = descendants(block, resultMax);
    if (total === undefined) return [];
    const end = Math.min(start + total, resultMax);
    if (block.root >= 0) emit(run, start, block.root);
    else if (!mapBlock(run, block, total, start, end)) return [];
    start = end;
  }
  return blocks === undefined ? [] : run.result;
}

/** Takes the steps that set something; answers how many there are. */
function configure(run: Run, steps: readonly crush_rule_step[]): number {
  for (const [i, { op, arg1 }] of steps.entries()) {
    if (op === CRUSH_RULE_SET_MSR_DESCENTS) run.descents = arg1 >>> 0;
    else if (op === CRUSH_RULE_SET_MSR_COLLISION_TRIES) run.collisionTries = arg1 >>> 0;
    else return i;
  }
  return steps.length;
}

/** Undefined: that is no MSR rule, of which Ceph maps nothing. */
function blocksOf(steps: readonly crush_rule_step[]): Block[] | undefined {
  const blocks: Block[] = [];
  for (let at = 0; at < steps.length; ) {
    const take = steps[at];
    const emitAt = steps.findIndex(({ op }, i) => i > at && op === CRUSH_RULE_EMIT);
    if (take?.op !== CRUSH_RULE_TAKE || emitAt < 0) return undefined;
    const chooses = steps.slice(at + 1, emitAt);
    if (chooses.some(({ op }) => op !== CRUSH_RULE_CHOOSE_MSR)) return undefined;
    if (take.arg1 >= 0 !== (chooses.length === 0)) return undefined;
    blocks.push({ root: take.arg1, chooses, tryno: 0 });
    at = emitAt + 1;
  }
  return blocks;
}

/** How many devices a block asks for, which may be more than there are places. */
function descendants({ chooses }: Block, resultMax: number): number | undefined {
  let total = 1;
  for (const { arg1 } of chooses) {
    total *= arg1 || resultMax;
    if (arg1 < 0 || total > U32_MAX) return undefined;
  }
  return total;
}

function emit(run: Run, place: number, device: number): void {
  if (run.emitted >= run.resultMax) return;
  run.result[run.isFirstn ? run.emitted : place] = device;
  run.emitted++;
}

/** Fills places [start, end); false if there is nothing to take. */
function mapBlock(run: Run, block: Block, total: number, start: number, end: number): boolean {
  const root = run.map.buckets[-1 - block.root];
  if (root === undefined) return false;
  run.work.scratch.fill(CRUSH_ITEM_UNDEF, 0, block.chooses.length * run.resultMax);
  const enough = run.emitted + (end - start);
  for (; block.tryno < run.descents && run.emitted < enough; block.tryno++) {
    chooseMsr(run, block, root, total, start, end, 0);
  }
  return true;
}

/**
 * Fills what it can of places [start, end) from below `bucket`, by choosemsr number `step`; answers
 * how many. What was chosen in vain is forgotten only at the end: until then it collides.
 * Ceph: crush_msr_choose.
 */
function chooseMsr(
  run: Run,
  block: Block,
  bucket: crush_bucket,
  total: number,
  start: number,
  end: number,
  step: number,
): number {
  const { arg1 = 0, arg2: type = 0 } = block.chooses[step] ?? {};
  run.work.spend(end - start);
  // Devices come last, and nothing else does.
  if ((type === 0) !== (step + 1 === block.chooses.length)) return 0;
  const length = total / (arg1 || run.resultMax);
  const inVain: number[] = [];
  let mapped = 0;
  for (let index = 0, from = start; from < end; index++, from += length) {
    const to = Math.min(from + length, end);
    if (isFull(run, block, from, to)) continue;
    const stride = { step, start, end, index, from, to };
    const item = choose(run, block, bucket, type, stride);
    if (item === CRUSH_ITEM_NONE) continue;
    if (type === 0) {
      if (takeDevice(run, stride, item)) mapped++;
      continue;
    }
    const inner = run.map.buckets[-1 - item];
    if (inner === undefined) continue;
    const found = chooseMsr(run, block, inner, length, from, to, step + 1);
    const place = remember(run, stride, item);
    mapped += found;
    if (found > 0) run.work.trace?.took(item);
    else run.work.trace?.refused(item, false);
    if (found === 0 && place !== undefined) inVain.push(place);
  }
  for (const place of inVain) run.work.scratch[place] = CRUSH_ITEM_UNDEF;
  return mapped;
}

/** Places [from, to) of a step's vector: stride number `index` of those in [start, end). */
interface Stride {
  readonly step: number;
  readonly start: number;
  readonly end: number;
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Whether all places of a stride have a device. */
function isFull({ work, resultMax }: Run, { chooses }: Block, from: number, to: number): boolean {
  const leaves = (chooses.length - 1) * resultMax;
  for (let place = from; place < to; place++) {
    if (work.scratch[leaves + place] === CRUSH_ITEM_UNDEF) return false;
  }
  return true;
}

/** An item below `bucket` that no other stride has, or CRUSH_ITEM_NONE. */
function choose(
  run: Run,
  block: Block,
  bucket: crush_bucket,
  type: number,
  stride: Stride,
): number {
  const { scratch, trace } = run.work;
  const vector = stride.step * run.resultMax;
  for (let collisions = 0; collisions < run.collisionTries; collisions++) {
    const retry = (((block.tryno * run.resultMax + stride.index) << 16) + collisions) | 0;
    const item = descend(run, bucket, type, retry, stride.index);
    if (item === CRUSH_ITEM_NONE) return item;
    let place = stride.start;
    while (place < stride.end && scratch[vector + place] !== item) place++;
    if (place === stride.end || (place >= stride.from && place < stride.to)) return item;
    trace?.refused(item, true);
  }
  return CRUSH_ITEM_NONE;
}

/** An item of `type` below `bucket`, or CRUSH_ITEM_NONE if the way ends before. */
function descend(
  run: Run,
  bucket: crush_bucket,
  type: number,
  retry: number,
  index: number,
): number {
  const { map, work, chooseArgs, x } = run;
  for (let within = bucket; ; ) {
    work.spend(within.items.length);
    if (within.items.length === 0) return CRUSH_ITEM_NONE;
    const arg = chooseArgs?.get(-1 - within.id);
    const item = crushBucketChoose(within, work, x, retry, arg, index);
    work.trace?.drew(within.id, retry, item);
    if (item >= 0) return type === 0 ? item : CRUSH_ITEM_NONE;
    const inner = map.buckets[-1 - item];
    if (inner === undefined) return CRUSH_ITEM_NONE;
    if (inner.type === type) return item;
    within = inner;
  }
}

/** Whether the device is in; then it is part of the result. */
function takeDevice(run: Run, stride: Stride, device: number): boolean {
  if (isOut(run.weights, device, run.x)) {
    run.work.trace?.refused(device, false);
    return false;
  }
  run.work.trace?.took(device);
  remember(run, stride, device);
  emit(run, stride.from, device);
  return true;
}

/** Where `item` now stands in the step's vector; undefined: it was there. Ceph: crush_msr_push_used. */
function remember({ work, resultMax }: Run, stride: Stride, item: number): number | undefined {
  const vector = stride.step * resultMax;
  for (let place = vector + stride.from; place < vector + stride.to; place++) {
    if (work.scratch[place] === item) return undefined;
    if (work.scratch[place] !== CRUSH_ITEM_UNDEF) continue;
    work.scratch[place] = item;
    return place;
  }
  return undefined;
}
