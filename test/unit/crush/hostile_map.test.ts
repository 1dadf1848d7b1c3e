import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { CrushWorkError } from '../../../src/crush/CrushWorkError.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import type { CrushData } from '../../../src/crush/crush_codec.ts';
import {
  CRUSH_BUCKET_STRAW2,
  CRUSH_BUCKET_TREE,
  CRUSH_RULE_CHOOSE_FIRSTN,
  CRUSH_RULE_CHOOSE_INDEP,
  CRUSH_RULE_CHOOSELEAF_FIRSTN,
  CRUSH_RULE_EMIT,
  CRUSH_RULE_NOOP,
  CRUSH_RULE_SET_CHOOSE_TRIES,
  CRUSH_RULE_SET_CHOOSELEAF_TRIES,
  CRUSH_RULE_TAKE,
  type crush_bucket_straw2,
} from '../../../src/crush/crush_types.ts';
import { golden } from './golden.ts';

const IN = 0x10000;
const SIMPLE = golden('simple.crushmap');
// Where the fields of the first bucket are in SIMPLE.
const MAX_BUCKETS = 4;
const ALG_OUTSIDE = 16;
const ID = 20;
const TYPE = 24;
const ALG = 26;
const HASH = 27;
const SIZE = 32;

/** SIMPLE with a few bytes other. */
function patched(at: number, ...bytes: number[]): Uint8Array {
  const map = Uint8Array.from(SIMPLE);
  map.set(bytes, at);
  return map;
}

/** SIMPLE with something other in it. */
function changed(change: (data: CrushData) => void): Uint8Array {
  const map = CrushWrapper.decode(SIMPLE);
  change(map.crush);
  return map.encode();
}

function straw2(id: number, items: number[], weight = IN): crush_bucket_straw2 {
  return {
    alg: CRUSH_BUCKET_STRAW2,
    id,
    type: 1,
    hash: 0,
    weight,
    items: Int32Array.from(items),
    itemWeights: new Uint32Array(items.length).fill(weight),
  };
}

function refused(bytes: Uint8Array, reason: RegExp): void {
  expect(() => CrushWrapper.decode(bytes)).toThrow(DecodeError);
  expect(() => CrushWrapper.decode(bytes)).toThrow(reason);
}

describe('a map is refused', () => {
  test('without its magic', () => {
    refused(patched(0, 1), /crush_map.magic at offset 0: not a CRUSH map/);
  });

  test('with more buckets than bytes', () => {
    refused(patched(MAX_BUCKETS, 0xff, 0xff, 0xff, 0x7f), /crush_map.max_buckets/);
  });

  test('with an algorithm unlike that outside of the bucket', () => {
    refused(patched(ALG, 4), /bucket -1 at offset 16: has two algorithms/);
  });

  test('with an algorithm that does not exist', () => {
    const map = patched(ALG_OUTSIDE, 6);
    map[ALG] = 6;
    refused(map, /bucket -1.*unknown algorithm 6/);
  });

  test("with a bucket in another id's slot", () => {
    refused(patched(ID, 0xfe), /bucket -1.*has id -2/);
  });

  test('with a bucket of type 0', () => {
    refused(patched(TYPE, 0, 0), /bucket -1.*type 0/);
  });

  test('with a hash that does not exist', () => {
    refused(patched(HASH, 1), /bucket -1.*unknown hash 1/);
  });

  test('with a bucket of 2^31 items', () => {
    refused(patched(SIZE, 0, 0, 0, 0x80), /crush_map.size/);
  });

  test('with a device at or above max_devices', () => {
    refused(
      changed((data) => data.buckets.splice(3, 1, straw2(-4, [12]))),
      /device 12 of 12/,
    );
  });

  test('with a bucket in a bucket that is not there', () => {
    refused(
      changed((data) => data.buckets.splice(3, 1, straw2(-4, [-7]))),
      /bucket -4.*holds -7/,
    );
  });

  test('with a bucket in itself', () => {
    refused(
      changed((data) => data.buckets.splice(3, 1, straw2(-4, [-4]))),
      /cycle/,
    );
  });

  test('with two buckets in each other', () => {
    refused(
      changed((data) => data.buckets.splice(3, 2, straw2(-4, [-5]), straw2(-5, [-4]))),
      /cycle/,
    );
  });

  test.each([33, 10_000])('%i buckets deep, in whichever order they come', (depth) => {
    const chain = (next: (i: number) => number) => (data: CrushData) => {
      data.buckets = Array.from({ length: depth }, (_, i) => straw2(-1 - i, [next(i)]));
    };
    refused(changed(chain((i) => (i === depth - 1 ? 0 : -2 - i))), /too deep/);
    refused(changed(chain((i) => (i === 0 ? 0 : -i))), /too deep/);
  });

  test('with an item heavier than a bucket may be', () => {
    const heavy = straw2(-4, [0], 0xffff0001);
    refused(
      changed((data) => data.buckets.splice(3, 1, heavy)),
      /crush_map.item_weight/,
    );
  });

  test.each([0, 1, 3, 4])('with a tree of three items in %i nodes', (nodes) => {
    const tree = {
      ...straw2(-4, [0, 1, 2]),
      alg: CRUSH_BUCKET_TREE,
      nodeWeights: new Uint32Array(nodes),
    } as const;
    refused(
      changed((data) => data.buckets.splice(3, 1, tree)),
      /crush_map.num_nodes/,
    );
  });

  test('with a rule of more than a thousand steps', () => {
    const steps = new Array(1001).fill({ op: CRUSH_RULE_NOOP, arg1: 0, arg2: 0 });
    const rule = { ruleset: 1, type: 1, minSize: 1, maxSize: 10, steps };
    refused(
      changed((data) => data.rules.push(rule)),
      /crush_map.rule.len/,
    );
  });

  test('with a weight set of another size than its bucket', () => {
    const arg = { weightSet: [new Uint32Array(3)], ids: new Int32Array(0) };
    const args = new Map([[0, new Map([[1, arg]])]]);
    refused(
      changed((data) => {
        data.chooseArgs = args;
      }),
      /crush_map.choose_args.*weight set/,
    );
  });

  test('with choose_args of another number of ids than its bucket has items', () => {
    const arg = { weightSet: [], ids: new Int32Array(3) };
    const args = new Map([[0, new Map([[1, arg]])]]);
    refused(
      changed((data) => {
        data.chooseArgs = args;
      }),
      /3 ids for 12 items/,
    );
  });

  test('with choose_args for a slot that is not there', () => {
    const arg = { weightSet: [], ids: new Int32Array(0) };
    const args = new Map([[0, new Map([[8, arg]])]]);
    refused(
      changed((data) => {
        data.chooseArgs = args;
      }),
      /no slot 8/,
    );
  });

  test('with a million weight sets and no bytes for them', () => {
    const map = changed((data) => {
      const arg = { weightSet: [], ids: new Int32Array(0) };
      data.chooseArgs = new Map([[0, new Map([[1, arg]])]]);
    });
    // The last words are the counts of positions and of ids.
    new DataView(map.buffer, map.byteOffset).setUint32(map.length - 8, 1_000_000, true);
    refused(map, /crush_map.weight_set/);
  });
});

describe('what is odd but harmless', () => {
  test('choose_args of an empty slot are forgotten', () => {
    const arg = { weightSet: [], ids: new Int32Array(0) };
    const bytes = changed((data) => {
      data.chooseArgs = new Map([[0, new Map([[7, arg]])]]);
    });
    expect(CrushWrapper.decode(bytes).crush.chooseArgs.get(0)?.size).toBe(0);
  });

  test('a type may lack a name', () => {
    const bytes = changed((data) => data.typeMap.clear());
    expect(CrushWrapper.decode(bytes).doRule(0, 1, 1, new Array(12).fill(IN), 0)).toHaveLength(1);
  });

  test('with all weights 0, the first item is chosen', () => {
    const bytes = changed((data) => data.buckets.splice(1, 1, straw2(-2, [5, 6, 7], 0)));
    expect(CrushWrapper.decode(bytes).doRule(0, 1, 1, new Array(12).fill(IN), 0)).toEqual([5]);
  });

  test('a tree whose weights are all 0 gives nothing rather than what lies behind it', () => {
    const tree = {
      ...straw2(-2, [0, 1, 2]),
      alg: CRUSH_BUCKET_TREE,
      nodeWeights: new Uint32Array(8),
    } as const;
    const map = CrushWrapper.decode(changed((data) => data.buckets.splice(1, 1, tree)));
    expect(map.doRule(0, 1, 1, new Array(12).fill(IN), 0)).toEqual([]);
  });

  test('a rule that takes what is not there gives nothing', () => {
    const map = CrushWrapper.decode(withSteps([CRUSH_RULE_TAKE, -8, 0], [CRUSH_RULE_EMIT, 0, 0]));
    expect(map.doRule(0, 1, 3, new Array(12).fill(IN), 0)).toEqual([]);
  });
});

/** SIMPLE with other steps in its rule. */
function withSteps(...steps: [op: number, arg1: number, arg2: number][]): Uint8Array {
  return changed((data) => {
    const list = steps.map(([op, arg1, arg2]) => ({ op, arg1, arg2 }));
    data.rules = [{ ruleset: 0, type: 1, minSize: 1, maxSize: 10, steps: list }];
  });
}

describe('work is bounded', () => {
  const OUT = new Array(12).fill(0);
  const MANY = 0x7fffffff;

  test('with 2^32 - 1 total tries there is none, as in Ceph', () => {
    const bytes = changed((data) => {
      data.tunables = { ...data.tunables, chooseTotalTries: 0xffffffff };
    });
    expect(CrushWrapper.decode(bytes).doRule(0, 1, 1, OUT, 0)).toEqual([]);
  });

  test.each([
    ['local tries', { chooseLocalTries: 0xffffffff }],
    ['local fallback tries', { chooseLocalFallbackTries: 0xfffffff0 }],
    ['total tries', { chooseTotalTries: 0xfffffffe }],
  ])('a map that asks for billions of %s is given up', (_, tunables) => {
    const bytes = changed((data) => {
      data.tunables = { ...data.tunables, ...tunables };
      const steps = [
        { op: CRUSH_RULE_TAKE, arg1: -1, arg2: 0 },
        { op: CRUSH_RULE_CHOOSELEAF_FIRSTN, arg1: 0, arg2: 3 },
        { op: CRUSH_RULE_EMIT, arg1: 0, arg2: 0 },
      ];
      data.rules = [{ ruleset: 0, type: 1, minSize: 1, maxSize: 10, steps }];
    });
    const map = CrushWrapper.decode(bytes);
    expect(() => map.doRule(0, 1, 2, new Array(12).fill(IN), 0)).toThrow(CrushWorkError);
  });

  test.each([CRUSH_RULE_CHOOSE_FIRSTN, CRUSH_RULE_CHOOSE_INDEP])(
    'a rule (step %i) with billions of tries is given up',
    (op) => {
      const tries = [CRUSH_RULE_SET_CHOOSE_TRIES, MANY, 0] as const;
      const leafTries = [CRUSH_RULE_SET_CHOOSELEAF_TRIES, MANY, 0] as const;
      const bytes = withSteps([...tries], [...leafTries], [CRUSH_RULE_TAKE, -1, 0], [op, 0, 0]);
      expect(() => CrushWrapper.decode(bytes).doRule(0, 1, 3, OUT, 0)).toThrow(CrushWorkError);
    },
  );

  test('a rule that chooses 2^31 - 1 items gives as many as are wanted', () => {
    const bytes = withSteps(
      [CRUSH_RULE_TAKE, -1, 0],
      [CRUSH_RULE_CHOOSE_FIRSTN, MANY, 0],
      [CRUSH_RULE_EMIT, 0, 0],
    );
    const devices = CrushWrapper.decode(bytes).doRule(0, 1, 3, new Array(12).fill(IN), 0);
    expect(new Set(devices).size).toBe(3);
  });

  test('a mapping after one that was given up is right', () => {
    const bytes = changed((data) => {
      data.tunables = { ...data.tunables, chooseTotalTries: 0xfffffffe };
    });
    const map = CrushWrapper.decode(bytes);
    expect(() => map.doRule(0, 1, 1, OUT, 0)).toThrow(CrushWorkError);
    const weights = new Array(12).fill(IN);
    expect(map.doRule(0, 1, 1, weights, 0)).toEqual(
      CrushWrapper.decode(SIMPLE).doRule(0, 1, 1, weights, 0),
    );
  });
});
