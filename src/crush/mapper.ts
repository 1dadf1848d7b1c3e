/**
 * CRUSH: from (map, rule, x, weights) to an ordered list of devices. Ceph: src/crush/mapper.c,
 * whose function names these are. The map is trusted: CrushWrapper checks it when it decodes.
 *
 * A rule works on a list of items: `take` starts it with one, each `choose` replaces every item in
 * it by others found below it, `emit` appends it to the result. "firstn" results close up where a
 * device fails; "indep" results keep every device in its place and leave holes.
 *
 * Vectors are offsets into `work.scratch`, as the original's are pointers.
 */
import { AssertionError } from '../common/errors.ts';
import { bucketPermChoose, crushBucketChoose } from './bucket_choose.ts';
import type { CrushWork } from './CrushWork.ts';
import {
  CRUSH_BUCKET_UNIFORM,
  CRUSH_ITEM_NONE,
  CRUSH_ITEM_UNDEF,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_CHOOSELEAF_INDEP,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_SET_CHOOSE_LOCAL_FALLBACK_TRIES,
  CRUSH_RULE_SET_CHOOSE_LOCAL_TRIES,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_STABLE,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_VARY_R,
  CRUSH_RULE_TAKE,
  type crush_bucket,
  type crush_choose_arg_map,
  type crush_map,
  type crush_rule_step,
} from './crush_types.ts';
import { isOut } from './is_out.ts';
import { crushMsrDoRule, isMsrRule } from './mapper_msr.ts';

/** Where a vector would be that is not there. */
const NO_VECTOR = -1;

/** One run of a rule. */
interface Run {
  readonly map: crush_map;
  readonly work: CrushWork;
  /** Of devices, 16.16. A device behind the end is out. */
  readonly weights: ArrayLike<number>;
  readonly chooseArgs: crush_choose_arg_map | undefined;
  readonly x: number;
  readonly resultMax: number;
  chooseTries: number;
  /** 0: not set by the rule. */
  chooseleafTries: number;
  localTries: number;
  localFallbackTries: number;
  varyR: number;
  stable: number;
  /** The list of items: offset and length; and the offset of the vector that is free. */
  items: number;
  itemCount: number;
  free: number;
  /** What was emitted stands behind the other three vectors. */
  resultCount: number;
}

/**
 * The devices that rule `ruleno` gives for x, at most `resultMax`; empty if there is no such rule.
 * Throws CrushWorkError if the map asks for absurdly much work.
 */
export function crushDoRule(
  map: crush_map,
  ruleno: number,
  x: number,
  resultMax: number,
  weights: ArrayLike<number>,
  work: CrushWork,
  chooseArgs: crush_choose_arg_map | undefined,
): number[] {
  const rule = map.rules[ruleno];
  if (rule === undefined) return [];
  if (isMsrRule(rule)) return crushMsrDoRule(map, rule, x, resultMax, weights, work, chooseArgs);
  work.begin(resultMax);
  const tunables = map.tunables;
  const run: Run = {
    map,
    work,
    weights,
    chooseArgs,
    x: x | 0,
    resultMax,
    // The tunable counts retries; a u32 in Ceph, so that the highest value means no try at all.
    chooseTries: (tunables.chooseTotalTries + 1) >>> 0,
    chooseleafTries: 0,
    localTries: tunables.chooseLocalTries,
    localFallbackTries: tunables.chooseLocalFallbackTries,
    varyR: tunables.chooseleafVaryR,
    stable: tunables.chooseleafStable,
    items: 0,
    itemCount: 0,
    free: resultMax,
    resultCount: 0,
  };
  for (const step of rule.steps) doStep(run, step);
  return emitted(run);
}

/** In a list that is as long as need be: one that grew by push has room for 17, and callers keep it. */
function emitted({ work, resultMax, resultCount }: Run): number[] {
  const list = new Array<number>(resultCount);
  const from = resultMax * 3;
  for (let i = 0; i < resultCount; i++) list[i] = work.scratch[from + i] ?? CRUSH_ITEM_NONE;
  return list;
}

function doStep(run: Run, step: crush_rule_step): void {
  switch (step.op) {
    case CRUSH_RULE_TAKE:
      if (exists(run.map, step.arg1)) {
        run.work.scratch[run.items] = step.arg1;
        run.itemCount = Math.min(1, run.resultMax);
      }
      break;
    case CRUSH_RULE_CHOOSE_FIRSTN:
    case CRUSH_RULE_CHOOSELEAF_FIRSTN:
    case CRUSH_RULE_CHOOSE_INDEP:
    case CRUSH_RULE_CHOOSELEAF_INDEP:
      choose(run, step);
      break;
    case CRUSH_RULE_EMIT:
      emit(run);
      break;
    default:
      setTunable(run, step);
  }
}

function emit(run: Run): void {
  const { scratch } = run.work;
  for (let i = 0; i < run.itemCount && run.resultCount < run.resultMax; i++) {
    const place = run.resultMax * 3 + run.resultCount++;
    scratch[place] = scratch[run.items + i] ?? CRUSH_ITEM_NONE;
  }
  run.itemCount = 0;
}

function exists(map: crush_map, item: number): boolean {
  return item >= 0 ? item < map.maxDevices : map.buckets[-1 - item] !== undefined;
}

function setTunable(run: Run, step: crush_rule_step): void {
  const value = step.arg1;
  if (value < 0) return;
  switch (step.op) {
    case CRUSH_RULE_SET_CHOOSE_TRIES:
      if (value > 0) run.chooseTries = value;
      break;
    case CRUSH_RULE_SET_CHOOSELEAF_TRIES:
      if (value > 0) run.chooseleafTries = value;
      break;
    case CRUSH_RULE_SET_CHOOSE_LOCAL_TRIES:
      run.localTries = value;
      break;
    case CRUSH_RULE_SET_CHOOSE_LOCAL_FALLBACK_TRIES:
      run.localFallbackTries = value;
      break;
    case CRUSH_RULE_SET_CHOOSELEAF_VARY_R:
      run.varyR = value;
      break;
    case CRUSH_RULE_SET_CHOOSELEAF_STABLE:
      run.stable = value;
      break;
  }
}

/** Replaces each item of the list by what is chosen below it. Ceph: the choose cases of crush_do_rule. */
function choose(run: Run, step: crush_rule_step): void {
  if (run.itemCount === 0) return;
  const scratch = run.work.scratch;
  const leaves = run.resultMax * 2;
  const firstn = step.op === CRUSH_RULE_CHOOSE_FIRSTN || step.op === CRUSH_RULE_CHOOSELEAF_FIRSTN;
  const recurseToLeaf =
    step.op === CRUSH_RULE_CHOOSELEAF_FIRSTN || step.op === CRUSH_RULE_CHOOSELEAF_INDEP;
  const numrep = step.arg1 > 0 ? step.arg1 : step.arg1 + run.resultMax;
  let chosen = 0;
  for (let i = 0; i < run.itemCount && numrep > 0; i++) {
    const item = scratch[run.items + i] ?? CRUSH_ITEM_NONE;
    if (item >= 0) continue;
    const bucket = bucketOf(run.map, item);
    const room = run.resultMax - chosen;
    const out = run.free + chosen;
    const out2 = recurseToLeaf ? leaves + chosen : NO_VECTOR;
    if (firstn) {
      const recurseTries = firstnRecurseTries(run);
      chosen += crushChooseFirstn(
        run,
        bucket,
        numrep,
        step.arg2,
        out,
        0,
        room,
        run.chooseTries,
        recurseTries,
        out2,
        0,
      );
    } else {
      const left = Math.min(numrep, room);
      const recurseTries = run.chooseleafTries || 1;
      crushChooseIndep(
        run,
        bucket,
        left,
        numrep,
        step.arg2,
        out,
        0,
        run.chooseTries,
        recurseTries,
        out2,
        0,
      );
      chosen += left;
    }
  }
  if (recurseToLeaf) scratch.copyWithin(run.free, leaves, leaves + chosen);
  [run.items, run.free] = [run.free, run.items];
  run.itemCount = chosen;
}

function firstnRecurseTries(run: Run): number {
  if (run.chooseleafTries > 0) return run.chooseleafTries;
  return run.map.tunables.chooseleafDescendOnce ? 1 : run.chooseTries;
}

function bucketOf(map: crush_map, item: number): crush_bucket {
  const bucket = map.buckets[-1 - item];
  // No call of assert: it would need its text made up in every step of a mapping.
  if (bucket === undefined) throw new AssertionError(`no bucket ${item}`);
  return bucket;
}

/**
 * Chooses items of `type` below `bucket` into out[outpos…], at most `room`, no item twice, and for
 * each a leaf into out2 if that is there. Answers the new outpos. Ceph: crush_choose_firstn.
 */
function crushChooseFirstn(
  run: Run,
  bucket: crush_bucket,
  numrep: number,
  type: number,
  out: number,
  outposFirst: number,
  room: number,
  tries: number,
  recurseTries: number,
  out2: number,
  parentR: number,
): number {
  const { map, work, x } = run;
  let outpos = outposFirst;
  const outposEnd = outpos + room;
  for (let rep = run.stable ? 0 : outpos; rep < numrep && outpos < outposEnd; rep++) {
    let within = bucket;
    let item = CRUSH_ITEM_NONE;
    let failuresTotal = 0;
    let failuresLocal = 0;
    for (;;) {
      const r = (rep + parentR + failuresTotal) | 0;
      const size = within.items.length;
      let collides = false;
      let rejected = true;
      work.spend(size);
      if (size > 0) {
        item =
          run.localFallbackTries > 0 &&
          failuresLocal >= size >>> 1 &&
          failuresLocal > run.localFallbackTries
            ? bucketPermChoose(within, work, x, r)
            : crushBucketChoose(within, work, x, r, run.chooseArgs?.get(-1 - within.id), outpos);
        work.trace?.drew(within.id, r, item);
        const itemType = typeOf(map, item);
        if (itemType !== type) {
          if (item < 0) {
            within = bucketOf(map, item);
            continue;
          }
          work.trace?.refused(item, false);
          item = CRUSH_ITEM_NONE;
          break;
        }
        collides = holds(work.scratch, out, out + outpos, item);
        rejected =
          !collides &&
          ((out2 !== NO_VECTOR &&
            !chooseLeaf(run, item, out2, outpos, outposEnd, recurseTries, r)) ||
            (itemType === 0 && isOut(run.weights, item, x)));
      }
      if (!collides && !rejected) {
        work.trace?.took(item);
        break;
      }
      work.trace?.refused(item, collides);
      failuresTotal++;
      failuresLocal++;
      if (collides && failuresLocal <= run.localTries) continue;
      if (run.localFallbackTries > 0 && failuresLocal <= size + run.localFallbackTries) continue;
      item = CRUSH_ITEM_NONE;
      if (failuresTotal >= tries) break;
      within = bucket;
      failuresLocal = 0;
    }
    if (item === CRUSH_ITEM_NONE) continue;
    work.scratch[out + outpos] = item;
    outpos++;
    work.countTries(failuresTotal);
  }
  return outpos;
}

/** A device below `item` into out2[outpos]; whether there was one. Part of crush_choose_firstn. */
function chooseLeaf(
  run: Run,
  item: number,
  out2: number,
  outpos: number,
  outposEnd: number,
  tries: number,
  r: number,
): boolean {
  if (item >= 0) {
    run.work.scratch[out2 + outpos] = item;
    return true;
  }
  const bucket = bucketOf(run.map, item);
  const numrep = run.stable ? 1 : outpos + 1;
  const room = outposEnd - outpos;
  const subR = run.varyR ? r >> (run.varyR - 1) : 0;
  return (
    crushChooseFirstn(run, bucket, numrep, 0, out2, outpos, room, tries, 0, NO_VECTOR, subR) >
    outpos
  );
}

/**
 * Chooses `left` items of `type` below `bucket` into out[outpos…], each for its own place, so that
 * a failure moves no other; places that stay empty hold CRUSH_ITEM_NONE. A leaf for each goes into
 * out2 if that is there. Breadth first: every place gets its next try before any gets two.
 * Ceph: crush_choose_indep.
 */
function crushChooseIndep(
  run: Run,
  bucket: crush_bucket,
  leftFirst: number,
  numrep: number,
  type: number,
  out: number,
  outpos: number,
  tries: number,
  recurseTries: number,
  out2: number,
  parentR: number,
): void {
  const scratch = run.work.scratch;
  const endpos = outpos + leftFirst;
  let left = leftFirst;
  scratch.fill(CRUSH_ITEM_UNDEF, out + outpos, out + endpos);
  if (out2 !== NO_VECTOR) scratch.fill(CRUSH_ITEM_UNDEF, out2 + outpos, out2 + endpos);
  let failures = 0;
  for (; left > 0 && failures < tries; failures++) {
    for (let rep = outpos; rep < endpos; rep++) {
      if (scratch[out + rep] !== CRUSH_ITEM_UNDEF) continue;
      const item = chooseIndepItem(
        run,
        bucket,
        numrep,
        type,
        out,
        outpos,
        endpos,
        rep,
        failures,
        recurseTries,
        out2,
        parentR,
      );
      if (item === CRUSH_ITEM_UNDEF) continue;
      scratch[out + rep] = item;
      if (item === CRUSH_ITEM_NONE && out2 !== NO_VECTOR) scratch[out2 + rep] = item;
      left--;
    }
  }
  closeIndep(scratch, out + outpos, out + endpos);
  if (out2 !== NO_VECTOR) closeIndep(scratch, out2 + outpos, out2 + endpos);
  run.work.countTries(failures);
}

/**
 * One try for one place: an item, CRUSH_ITEM_UNDEF if another try may do better, or CRUSH_ITEM_NONE
 * if none can. The inner loop of crush_choose_indep.
 */
function chooseIndepItem(
  run: Run,
  bucket: crush_bucket,
  numrep: number,
  type: number,
  out: number,
  outpos: number,
  endpos: number,
  rep: number,
  failures: number,
  recurseTries: number,
  out2: number,
  parentR: number,
): number {
  const { map, work, x } = run;
  const scratch = work.scratch;
  for (let within = bucket; ; ) {
    const size = within.items.length;
    work.spend(size);
    if (size === 0) return CRUSH_ITEM_UNDEF;
    // A permutation of a multiple of numrep items would give each retry the same places again.
    const stride = within.alg === CRUSH_BUCKET_UNIFORM && size % numrep === 0 ? numrep + 1 : numrep;
    const r = (rep + parentR + Math.imul(stride, failures)) | 0;
    const arg = run.chooseArgs?.get(-1 - within.id);
    const item = crushBucketChoose(within, work, x, r, arg, outpos);
    work.trace?.drew(within.id, r, item);
    const itemType = typeOf(map, item);
    if (itemType !== type) {
      if (item >= 0) {
        work.trace?.refused(item, false);
        return CRUSH_ITEM_NONE;
      }
      within = bucketOf(map, item);
      continue;
    }
    if (holds(scratch, out + outpos, out + endpos, item)) {
      work.trace?.refused(item, true);
      return CRUSH_ITEM_UNDEF;
    }
    if (out2 !== NO_VECTOR) {
      if (item < 0) {
        const inner = bucketOf(map, item);
        crushChooseIndep(run, inner, 1, numrep, 0, out2, rep, recurseTries, 0, NO_VECTOR, r);
        if (scratch[out2 + rep] === CRUSH_ITEM_NONE) {
          work.trace?.refused(item, false);
          return CRUSH_ITEM_UNDEF;
        }
      } else {
        scratch[out2 + rep] = item;
      }
    }
    if (itemType === 0 && isOut(run.weights, item, x)) {
      work.trace?.refused(item, false);
      return CRUSH_ITEM_UNDEF;
    }
    work.trace?.took(item);
    return item;
  }
}

/** Places that were never filled are holes. */
function closeIndep(scratch: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    if (scratch[i] === CRUSH_ITEM_UNDEF) scratch[i] = CRUSH_ITEM_NONE;
  }
}

/** A type that no rule asks for: of what is no item of the map. */
const NO_TYPE = -1;

function typeOf(map: crush_map, item: number): number {
  if (item < 0) return bucketOf(map, item).type;
  return item < map.maxDevices ? 0 : NO_TYPE;
}

function holds(scratch: Int32Array, from: number, to: number, item: number): boolean {
  for (let i = from; i < to; i++) {
    if (scratch[i] === item) return true;
  }
  return false;
}
