import { formatG } from '../../common/cpp_numbers.ts';
import { CrushWork } from '../../crush/CrushWork.ts';
import type { CrushData } from '../../crush/crush_codec.ts';
import {
  CRUSH_ITEM_NONE,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_EMIT,
} from '../../crush/crush_types.ts';
import { crushHash32_2 } from '../../crush/hash.ts';
import { crushDoRule } from '../../crush/mapper.ts';
import { createStraw2Table } from '../../crush/Straw2Table.ts';
import type { Output } from '../ceph/Output.ts';
import { type TestOptions, UNSAID } from './options.ts';

const WEIGHT_ONE = 0x10000;
/** Index whose choose_args the original tests with. */
const CHOOSE_ARGS = 0;
const DEFAULT_CHOOSE_ARGS = -1;

/** Maps a range of inputs by a range of rules, and tells how that went. Ceph: src/crush/CrushTester.cc. */
export class CrushTester {
  readonly #crush: CrushData;
  readonly #options: TestOptions;
  readonly #output: Output;
  readonly #weights: Uint32Array;
  readonly #mapper: Mapper;

  constructor(crush: CrushData, options: TestOptions, output: Output) {
    this.#crush = crush;
    this.#options = options;
    this.#output = output;
    this.#weights = deviceWeights(crush, options.weights);
    this.#mapper = new Mapper(crush);
  }

  test(): void {
    const { showUtilizationAll, showChooseTries } = this.#options;
    const tries = this.#crush.tunables.chooseTotalTries;
    if (showUtilizationAll) {
      const hex = Array.from(this.#weights, (weight) => weight.toString(16)).join(',');
      this.#output.stderr(`devices weights (hex): [${hex}]\n`);
    }
    if (showChooseTries) this.#mapper.work.chooseTries = new Uint32Array(tries + 1);
    for (const ruleno of this.#rules()) this.#testRule(ruleno);
    const counts = this.#mapper.work.chooseTries ?? [];
    for (let i = 0; showChooseTries && i < tries; i++) {
      this.#say(`${String(i).padStart(2)}: ${String(counts[i] ?? 0).padStart(9)}`);
    }
  }

  /** Whether `other` maps everything as this map does. */
  compare(other: CrushData): boolean {
    const theirs = new Mapper(other);
    const [minX, maxX] = this.#inputs();
    let isSame = true;
    for (const ruleno of this.#rules()) {
      const [min, max] = this.#sizes(ruleno);
      let bad = 0;
      for (let numRep = min; numRep <= max; numRep++) {
        for (let x = minX; x <= maxX; x++) {
          const mine = this.#mapper.map(ruleno, x, numRep, this.#weights);
          const others = theirs.map(ruleno, x, numRep, this.#weights);
          if (mine.join() !== others.join()) bad++;
        }
      }
      if (bad > 0) isSame = false;
      const total = (max - min + 1) * (maxX - minX + 1);
      const ratio = formatG(bad / total);
      this.#say(`rule ${ruleno} had ${bad}/${total} mismatched mappings (${ratio})`);
    }
    return isSame;
  }

  /** The rules asked for that exist. */
  *#rules(): Generator<number> {
    const { minRule, maxRule, ruleset } = this.#options;
    const isAll = minRule < 0 || maxRule < 0;
    for (const [ruleno, rule] of this.#crush.rules.entries()) {
      if (!isAll && (ruleno < minRule || ruleno > maxRule)) continue;
      if (rule === undefined) {
        if (this.#statistics) this.#say(`rule ${ruleno} dne`);
      } else if (ruleset < 0 || rule.ruleset === ruleset) yield ruleno;
    }
  }

  /** Both ends must be given, or neither counts. */
  #inputs(): [min: number, max: number] {
    const { minX, maxX } = this.#options;
    return minX < 0 || maxX < 0 ? [0, 1023] : [minX, maxX];
  }

  #sizes(ruleno: number): [min: number, max: number] {
    const { numRep } = this.#options;
    const rule = this.#crush.rules[ruleno];
    return numRep < 0 ? [rule?.minSize ?? 0, rule?.maxSize ?? 0] : [numRep, numRep];
  }

  #testRule(ruleno: number): void {
    const name = this.#crush.ruleNameMap.get(ruleno) ?? '';
    const title = `rule ${ruleno} (${name})`;
    const [min, max] = this.#sizes(ruleno);
    const [minX, maxX] = this.#inputs();
    if (this.#statistics) {
      this.#say(`${title}, x = ${minX}..${maxX}, numrep = ${min}..${max}`);
    }
    const totalWeight = this.#weights.reduce((sum, weight) => sum + weight, 0);
    if (totalWeight === 0) return;
    for (let numRep = min; numRep <= max; numRep++) {
      this.#testSize(ruleno, `${title} num_rep ${numRep}`, numRep, totalWeight);
    }
  }

  #testSize(ruleno: number, title: string, numRep: number, totalWeight: number): void {
    const { poolId, showMappings, showBadMappings } = this.#options;
    const [minX, maxX] = this.#inputs();
    const stored = new Uint32Array(this.#weights.length);
    const sizes = new Map<number, number>();
    for (let x = minX; x <= maxX; x++) {
      const input = poolId === UNSAID ? x : crushHash32_2(x, poolId);
      const devices = this.#mapper.map(ruleno, input, numRep, this.#weights);
      if (showMappings) this.#say(`CRUSH rule ${ruleno} x ${x} [${devices.join(',')}]`);
      for (const device of devices) {
        if (device !== CRUSH_ITEM_NONE) stored[device] = (stored[device] ?? 0) + 1;
      }
      sizes.set(devices.length, (sizes.get(devices.length) ?? 0) + 1);
      if (showBadMappings && (devices.length !== numRep || devices.includes(CRUSH_ITEM_NONE))) {
        const result = `[${devices.join(',')}]`;
        this.#say(`bad mapping rule ${ruleno} x ${x} num_rep ${numRep} result ${result}`);
      }
    }
    if (!this.#statistics) return;
    const count = maxX - minX + 1;
    for (const [size, times] of [...sizes].sort(([a], [b]) => a - b)) {
      this.#say(`${title} result size == ${size}:\t${times}/${count}`);
    }
    const copies = Math.min(numRep, maxAffectedByRule(this.#crush, ruleno));
    this.#showUtilization(stored, Math.fround(copies * count), totalWeight);
  }

  #showUtilization(stored: Uint32Array, copies: number, totalWeight: number): void {
    const { showUtilization, showUtilizationAll } = this.#options;
    for (const [device, count] of stored.entries()) {
      const share = Math.fround(Math.fround(this.#weights[device] ?? 0) / Math.fround(totalWeight));
      const expected = Math.fround(share * copies);
      const isSeen = showUtilization ? expected > 0 && count > 0 : showUtilizationAll;
      if (!isSeen) continue;
      const text = `stored : ${count}\t expected : ${formatG(expected)}`;
      this.#say(`  device ${device}:\t\t ${text}`);
    }
  }

  get #statistics(): boolean {
    const { showStatistics, showUtilization, showUtilizationAll } = this.#options;
    return showStatistics || showUtilization || showUtilizationAll;
  }

  #say(line: string): void {
    this.#output.stdout(`${line}\n`);
  }
}

/** Maps as the tester does: with the choose_args of pool 0. */
class Mapper {
  readonly work = new CrushWork(createStraw2Table());
  readonly #crush: CrushData;

  constructor(crush: CrushData) {
    this.#crush = crush;
  }

  map(ruleno: number, x: number, numRep: number, weights: Uint32Array): number[] {
    const { chooseArgs } = this.#crush;
    const args = chooseArgs.get(CHOOSE_ARGS) ?? chooseArgs.get(DEFAULT_CHOOSE_ARGS);
    return crushDoRule(this.#crush, ruleno, x, numRep, weights, this.work, args);
  }
}

/** Those of the command line; else a device that is in a bucket is in. */
function deviceWeights(crush: CrushData, given: ReadonlyMap<number, number>): Uint32Array {
  const weights = new Uint32Array(crush.maxDevices);
  for (const bucket of crush.buckets) {
    for (const item of bucket?.items ?? []) if (item >= 0) weights[item] = WEIGHT_ONE;
  }
  for (const [device, weight] of given) if (device in weights) weights[device] = weight;
  return weights;
}

/**
 * How many copies a rule may place, at most: as many as there are named buckets of each type that
 * it chooses, once for each step that does, or as its last such step asks for.
 * Ceph: get_maximum_affected_by_rule.
 */
function maxAffectedByRule(crush: CrushData, ruleno: number): number {
  const wanted = new Map<number, number>();
  const named = new Map<number, number>();
  for (const { op, arg1, arg2: type } of crush.rules[ruleno]?.steps ?? []) {
    if (op < CRUSH_RULE_CHOOSE_FIRSTN || op === CRUSH_RULE_EMIT) continue;
    const isOfType = (id: number): boolean => crush.buckets[-1 - id]?.type === type;
    const count = [...crush.nameMap.keys()].filter(isOfType).length;
    wanted.set(type, arg1);
    named.set(type, (named.get(type) ?? 0) + count);
  }
  let most = Math.max(crush.buckets.length, crush.maxDevices);
  for (const [type, count] of named) {
    const asked = wanted.get(type) ?? 0;
    const limit = asked > 0 && asked < count ? asked : count;
    if (limit > 0 && limit < most) most = limit;
  }
  return most;
}
