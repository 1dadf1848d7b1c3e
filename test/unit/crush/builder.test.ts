import { describe, expect, test } from 'vitest';
import { bucketItemWeights, makeBucket } from '../../../src/crush/builder.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import { rebuildRootsWithClasses } from '../../../src/crush/device_classes.ts';
import { golden } from './golden.ts';

const IN = 0x10000;

describe('a map built anew', () => {
  test('is byte for byte what osdmaptool builds from the same steps', () => {
    const map = CrushWrapper.create();
    map.addBucket('default', 'root');
    for (let osd = 0; osd < 12; osd++) {
      const location = { host: 'localhost', rack: 'localrack', root: 'default' };
      map.insertItem(osd, 1, `osd.${osd}`, location);
    }
    map.addSimpleRule('replicated_rule', 'default', 'host', 'firstn', 1);
    expect(map.encode()).toEqual(new Uint8Array(golden('simple.crushmap')));
  });

  test('places copies on different hosts', () => {
    const map = hosts(4, 3);
    const rule = map.addSimpleRule('replicated', 'default', 'host', 'firstn', 1);
    const weights = new Array(12).fill(IN);
    for (let x = 0; x < 200; x++) {
      const devices = map.doRule(rule, x, 3, weights, 0);
      expect(new Set(devices.map((osd) => Math.floor(osd / 3))).size).toBe(3);
    }
  });

  test('adds weights up to the root', () => {
    const map = hosts(4, 3);
    const root = map.crush.buckets[-1 - (map.getItemId('default') ?? 0)];
    expect(root?.weight).toBe(12 * IN);
  });

  test('an erasure rule leaves a hole where there is nothing to choose', () => {
    const map = hosts(2, 2);
    const rule = map.addSimpleRule('erasure', 'default', 'host', 'indep', 3);
    const devices = map.doRule(rule, 1, 3, new Array(4).fill(IN), 0);
    expect(devices.filter((osd) => osd === 0x7fffffff)).toHaveLength(1);
  });

  test('a rule over devices may place two copies on a host', () => {
    const map = hosts(1, 3);
    const rule = map.addSimpleRule('replicated', 'default', 'osd', 'firstn', 1);
    expect(new Set(map.doRule(rule, 1, 3, new Array(3).fill(IN), 0)).size).toBe(3);
  });

  test('rules have the first number that is free', () => {
    const map = hosts(1, 1);
    expect(map.addSimpleRule('a', 'default', 'osd', 'firstn', 1)).toBe(0);
    expect(map.addSimpleRule('b', 'default', 'osd', 'indep', 3)).toBe(1);
    map.crush.rules[0] = undefined;
    expect(map.addSimpleRule('c', 'default', 'osd', 'firstn', 1)).toBe(0);
    expect(map.getRuleId('b')).toBe(1);
  });
});

describe('what cannot be built is refused:', () => {
  const refused = (build: (map: CrushWrapper) => void, reason: RegExp): void => {
    expect(() => build(hosts(1, 1))).toThrow(RangeError);
    expect(() => build(hosts(1, 1))).toThrow(reason);
  };

  test('a bucket of an unknown type', () => {
    refused((map) => map.addBucket('a', 'shelf'), /no type shelf/);
  });

  test('two buckets of one name', () => {
    refused((map) => map.addBucket('default', 'root'), /an item default exists/);
  });

  test('two devices of one name', () => {
    refused((map) => map.insertItem(7, 1, 'osd.0', { host: 'host0' }), /osd.0 is item 0/);
  });

  test('a device in no place', () => {
    refused((map) => map.insertItem(7, 1, 'osd.7', {}), /no place for osd.7/);
  });

  test('a device in a device', () => {
    refused((map) => map.insertItem(7, 1, 'osd.7', { host: 'osd.0' }), /item 0 is no bucket/);
  });

  test('a device in a place of another type', () => {
    refused((map) => map.insertItem(7, 1, 'osd.7', { rack: 'default' }), /default is no rack/);
  });

  test('a rule from nowhere', () => {
    refused((map) => map.addSimpleRule('a', 'b', 'osd', 'firstn', 1), /root item b does not exist/);
  });

  test('two rules of one name', () => {
    refused((map) => {
      map.addSimpleRule('a', 'default', 'osd', 'firstn', 1);
      map.addSimpleRule('a', 'default', 'osd', 'firstn', 1);
    }, /a rule a exists/);
  });

  test('more rules than a map holds', () => {
    refused((map) => {
      for (let i = 0; i < 257; i++) map.addSimpleRule(`r${i}`, 'default', 'osd', 'firstn', 1);
    }, /256 rules/);
  });

  test('a device heavier than its weight can say', () => {
    refused((map) => map.insertItem(7, 32768, 'osd.7', { host: 'host0' }), /weight 32768/);
  });

  test('a tree with more items than it can count', () => {
    const items = Array.from({ length: 65 }, (_, i) => i);
    const parts = { id: -1, alg: 3, type: 1, items, weights: items };
    expect(() => makeBucket(parts, 1)).toThrow(/tree of 65 items/);
  });

  test('a bucket of no algorithm', () => {
    expect(() => makeBucket({ id: -1, alg: 9, type: 1, items: [], weights: [] }, 1)).toThrow(
      /no bucket algorithm 9/,
    );
  });
});

describe('device classes', () => {
  test('their shadow trees made anew are byte for byte those of Ceph', () => {
    for (const name of ['cluster', 'simple']) {
      const map = CrushWrapper.decode(golden(`${name}.crushmap`));
      rebuildRootsWithClasses(map.crush);
      expect(map.encode()).toEqual(new Uint8Array(golden(`${name}.crushmap`)));
    }
  });

  test('a rule below a shadow root chooses devices of that class only', () => {
    const map = hosts(3, 2);
    for (const osd of [0, 2, 4]) map.setItemClass(osd, 'ssd');
    for (const osd of [1, 3, 5]) map.setItemClass(osd, 'hdd');
    const rule = map.addSimpleRule('fast', 'default~ssd', 'host', 'firstn', 1);
    for (let x = 0; x < 100; x++) {
      const devices = map.doRule(rule, x, 3, new Array(6).fill(IN), 0);
      expect(devices.toSorted()).toEqual([0, 2, 4]);
    }
  });

  test('a device put in later is in the shadow tree of its class', () => {
    const map = hosts(1, 1);
    map.setItemClass(0, 'ssd');
    map.setItemClass(1, 'ssd');
    map.insertItem(1, 2, 'osd.1', { host: 'host0' });
    const shadow = map.crush.buckets[-1 - (map.getItemId('default~ssd') ?? 0)];
    expect(shadow?.weight).toBe(3 * IN);
  });
});

describe('each kind of bucket', () => {
  const kinds: [name: string, alg: number][] = [
    ['uniform', 1],
    ['list', 2],
    ['tree', 3],
    ['straw', 4],
    ['straw2', 5],
  ];
  const original = CrushWrapper.decode(golden('mixed.crushmap'));

  test.each(kinds)('%s is built as crushtool builds it', (name, alg) => {
    const theirs = original.crush.buckets[-1 - (original.getItemId(name) ?? 0)];
    if (theirs === undefined) throw new Error(`no bucket ${name}`);
    const { id, type } = theirs;
    const items = [...theirs.items];
    expect(makeBucket({ id, alg, type, items, weights: bucketItemWeights(theirs) }, 1)).toEqual(
      theirs,
    );
  });

  test('straw has the straws of version 0 on a legacy map', () => {
    const legacy = CrushWrapper.decode(golden('legacy.crushmap'));
    const theirs = legacy.crush.buckets[-1 - (legacy.getItemId('straw') ?? 0)];
    if (theirs === undefined) throw new Error('no bucket straw');
    const { id, type } = theirs;
    const items = [...theirs.items];
    const weights = bucketItemWeights(theirs);
    expect(makeBucket({ id, alg: 4, type, items, weights }, 0)).toEqual(theirs);
  });

  test.each(kinds)('%s may be empty', (_, alg) => {
    const bucket = makeBucket({ id: -1, alg, type: 1, items: [], weights: [] }, 1);
    expect([bucket.weight, bucketItemWeights(bucket)]).toEqual([0, []]);
  });
});

/** `count` hosts with `each` devices of weight 1. */
function hosts(count: number, each: number): CrushWrapper {
  const map = CrushWrapper.create();
  for (let osd = 0; osd < count * each; osd++) {
    const host = `host${Math.floor(osd / each)}`;
    map.insertItem(osd, 1, `osd.${osd}`, { host, root: 'default' });
  }
  return map;
}
