import { describe, expect, test } from 'vitest';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import type { crush_rule } from '../../../src/crush/crush_types.ts';
import { golden, goldenText } from './golden.ts';

const IN = 0x10000;
const REPLICATED = 1;
const ERASURE = 3;
const MSR_FIRSTN = 4;
const TAKE = 1;
const EMIT = 4;
const CHOOSE_MSR = 16;
const CHOOSE_FIRSTN = 2;

const bytes = golden('msr.crushmap');
const text = goldenText('msr.txt');

describe('a map with MSR rules', () => {
  test('comes out as it went in', () => {
    expect(CrushWrapper.decode(bytes).encode()).toEqual(new Uint8Array(bytes));
  });

  test("compiles to Ceph's bytes", () => {
    expect(CrushWrapper.compile(text).encode()).toEqual(new Uint8Array(bytes));
  });

  test('compiles from its own text', () => {
    const again = CrushWrapper.compile(CrushWrapper.decode(bytes).decompile());
    expect(again.encode()).toEqual(new Uint8Array(bytes));
  });

  test('says so without sizes', () => {
    const own = CrushWrapper.decode(bytes).decompile();
    expect(own).toContain('\ttype msr_indep\n\tstep set_msr_descents 60\n');
    expect(own).toContain('\tstep choosemsr 3 type host\n');
    expect(own).toContain('tunable msr_descents 40\ntunable msr_collision_tries 20\n');
  });

  test('serves replicated pools by msr_firstn, erasure-coded ones by msr_indep', () => {
    const map = CrushWrapper.decode(bytes);
    expect(map.findRule(0, ERASURE, 6)).toBe(0);
    expect(map.findRule(0, REPLICATED, 6)).toBe(-1);
    expect(map.findRule(1, REPLICATED, 6)).toBe(1);
  });

  test.each([
    ['WebAssembly', true],
    ['TypeScript', false],
  ])('maps as crushtool does, by %s', (_how, wasm) => {
    const map = CrushWrapper.decode(bytes, { wasm });
    const weights = new Uint32Array(map.crush.maxDevices).fill(IN);
    weights[3] = IN / 2;
    weights[7] = 0;
    weights[13] = 0;
    const lines = [...map.crush.rules.keys()].flatMap((rule) =>
      Array.from({ length: 100 }, (_, x) => {
        const devices = map.doRule(rule, x, 6, weights, 0);
        return `CRUSH rule ${rule} x ${x} [${devices.join(',')}]\n`;
      }),
    );
    expect(lines.join('')).toBe(goldenText('msr.mappings'));
  });
});

describe('an MSR rule that Ceph would die of maps nothing', () => {
  const root = -8;
  const take = { op: TAKE, arg1: root, arg2: 0 };
  const emit = { op: EMIT, arg1: 0, arg2: 0 };
  const osds = { op: CHOOSE_MSR, arg1: 0, arg2: 0 };

  test.each<[why: string, steps: crush_rule['steps']]>([
    ['it takes no bucket', [{ ...take, arg1: -99 }, osds, emit]],
    ['it takes a device and chooses', [{ ...take, arg1: 3 }, osds, emit]],
    ['it chooses nothing', [take, emit]],
    ['it never emits', [take, osds]],
    ['it begins with no take', [osds, emit]],
    ['it chooses in the old way', [take, { ...osds, op: CHOOSE_FIRSTN }, emit]],
    ['it asks for fewer than none', [take, { ...osds, arg1: -1 }, emit]],
    ['it asks for more than can be counted', [take, ...twice({ ...osds, arg1: 2 ** 30 }), emit]],
    ['it ends in buckets', [take, { ...osds, arg2: 1 }, emit]],
    ['it goes on behind devices', [take, osds, osds, emit]],
  ])('%s', (_why, steps) => {
    expect(mapped(steps)).toEqual([]);
  });

  test('unless it only emits a device', () => {
    expect(mapped([{ ...take, arg1: 3 }, emit])).toEqual([3]);
  });
});

function twice<T>(step: T): T[] {
  return [step, step];
}

function mapped(steps: crush_rule['steps']): number[] {
  const map = CrushWrapper.decode(bytes);
  map.crush.rules[0] = { ruleset: 0, type: MSR_FIRSTN, minSize: 1, maxSize: 9, steps };
  return map.doRule(0, 7, 4, new Uint32Array(20).fill(IN), 0);
}
