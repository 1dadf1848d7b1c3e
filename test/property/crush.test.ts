import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/common/errors.ts';
import { crushBucketChoose } from '../../src/crush/bucket_choose.ts';
import { makeBucket } from '../../src/crush/builder.ts';
import { CrushWork } from '../../src/crush/CrushWork.ts';
import { CrushWorkError } from '../../src/crush/CrushWorkError.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { LH, LL, RH } from '../../src/crush/crush_ln_table.ts';
import { CRUSH_BUCKET_STRAW2, CRUSH_ITEM_NONE } from '../../src/crush/crush_types.ts';
import { crushHash32_3 } from '../../src/crush/hash.ts';
import { createStraw2Table } from '../../src/crush/Straw2Table.ts';
import { golden } from '../unit/crush/golden.ts';

const IN = 0x10000;

/** Devices on hosts of any number and size: for each host the weights of its devices. */
const cluster = fc.array(
  fc.array(fc.double({ min: 0, max: 16, noNaN: true }), { minLength: 1, maxLength: 6 }),
  {
    minLength: 1,
    maxLength: 6,
  },
);
const x = fc.integer({ min: 0, max: 0xffffffff });
const size = fc.integer({ min: 1, max: 8 });
const mode = fc.constantFrom('firstn', 'indep');
const domain = fc.constantFrom('osd', 'host');
/** 16.16, by device; those behind the end are out. */
const reweights = fc.array(fc.constantFrom(0, 0x4000, 0x8000, IN), { minLength: 0, maxLength: 36 });

describe('a mapping', () => {
  test('never has a device twice', () => {
    fc.assert(
      fc.property(
        cluster,
        reweights,
        x,
        size,
        mode,
        domain,
        (hosts, weights, input, n, how, type) => {
          const devices = chosen(build(hosts, how, type).doRule(0, input, n, weights, 0));
          expect(new Set(devices).size).toBe(devices.length);
        },
      ),
    );
  });

  test('has no device that is out, or that weighs nothing where others weigh something', () => {
    fc.assert(
      fc.property(
        cluster,
        reweights,
        x,
        size,
        mode,
        domain,
        (hosts, weights, input, n, how, type) => {
          const flat = hosts.flat();
          const heavy = hosts.every((host) => host.some((weight) => weight >= 1 / IN));
          for (const device of chosen(build(hosts, how, type).doRule(0, input, n, weights, 0))) {
            expect(weights[device] ?? 0).toBeGreaterThan(0);
            if (heavy) expect(flat[device]).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  test('has copies on different hosts where the rule says so', () => {
    fc.assert(
      fc.property(cluster, x, size, mode, (hosts, input, n, how) => {
        const hostOf = hosts.flatMap((host, i) => host.map(() => i));
        const weights = hostOf.map(() => IN);
        const devices = chosen(build(hosts, how, 'host').doRule(0, input, n, weights, 0));
        expect(new Set(devices.map((device) => hostOf[device])).size).toBe(devices.length);
      }),
    );
  });

  test('has as many places as were wanted if it is "indep", and at most so many if not', () => {
    fc.assert(
      fc.property(cluster, reweights, x, size, domain, (hosts, weights, input, n, type) => {
        expect(build(hosts, 'indep', type).doRule(0, input, n, weights, 0)).toHaveLength(n);
        const firstn = build(hosts, 'firstn', type).doRule(0, input, n, weights, 0);
        expect(firstn.length).toBeLessThanOrEqual(n);
        expect(firstn).not.toContain(CRUSH_ITEM_NONE);
      }),
    );
  });

  test('is the same each time, whatever was mapped between', () => {
    const bytes = golden('mixed.crushmap');
    const weights = new Array(17).fill(IN);
    const map = CrushWrapper.decode(bytes);
    fc.assert(
      fc.property(fc.array(x, { minLength: 1, maxLength: 20 }), (inputs) => {
        for (const input of inputs) {
          const fresh = CrushWrapper.decode(bytes);
          expect(map.doRule(0, input, 4, weights, 0)).toEqual(
            fresh.doRule(0, input, 4, weights, 0),
          );
        }
      }),
    );
  });
});

type Edit = (map: CrushWrapper) => void;

describe.each([
  ['WebAssembly', true],
  ['TypeScript', false],
])('a map that is edited, mapped by %s,', (_how, wasm) => {
  const device = fc.integer({ min: 0, max: 11 });
  const weight = fc.double({ min: 0, max: 16, noNaN: true });
  const insert = fc.tuple(fc.integer({ min: 12, max: 40 }), weight, fc.nat(4)).map(
    ([osd, heavy, host]): Edit =>
      (map) => {
        if (map.getItemId(`osd.${osd}`) !== undefined) return;
        map.insertItem(osd, heavy, `osd.${osd}`, { host: `host${host}`, root: 'default' });
      },
  );
  const reweight = fc.tuple(device, weight).map(
    ([osd, heavy]): Edit =>
      (map) =>
        map.adjustItemWeight(osd, heavy),
  );
  const classify = fc.tuple(device, fc.constantFrom('ssd', 'hdd')).map(
    ([osd, name]): Edit =>
      (map) =>
        map.setItemClass(osd, name),
  );
  const edits = fc.array(fc.oneof(insert, reweight, classify), { minLength: 1, maxLength: 6 });

  test('maps at once as the map that it has become', () => {
    fc.assert(
      fc.property(edits, fc.array(x, { minLength: 1, maxLength: 8 }), (list, inputs) => {
        const map = CrushWrapper.create({ wasm });
        for (let osd = 0; osd < 12; osd++) {
          map.insertItem(osd, 1, `osd.${osd}`, { host: `host${osd % 3}`, root: 'default' });
        }
        map.addSimpleRule('rule', 'default', 'host', 'firstn', 1);
        const weights = new Array(41).fill(IN);
        for (const edit of list) {
          map.doRule(0, 1, 3, weights, 0);
          edit(map);
          const fresh = CrushWrapper.decode(map.encode(), { wasm: false });
          for (const input of inputs) {
            expect(map.doRule(0, input, 3, weights, 0)).toEqual(
              fresh.doRule(0, input, 3, weights, 0),
            );
          }
        }
      }),
    );
  });
});

describe.each([
  ['WebAssembly', true],
  ['TypeScript', false],
])('a straw2 bucket, by %s,', (_how, wasm) => {
  const weights = fc.array(fc.integer({ min: 0, max: 64 * IN }), { minLength: 1, maxLength: 12 });

  test('with more weight on one item moves inputs to it only', () => {
    fc.assert(
      fc.property(
        weights,
        fc.nat(),
        fc.integer({ min: 1, max: 8 * IN }),
        x,
        (held, at, more, input) => {
          const heavier = at % held.length;
          const before = choose(held, input);
          const after = choose(
            held.map((weight, i) => (i === heavier ? weight + more : weight)),
            input,
          );
          if (after !== before) expect(after).toBe(heavier);
        },
      ),
    );
  });

  test('chooses the first item with the highest ln(u)/weight in whole numbers', () => {
    fc.assert(
      fc.property(weights, x, (held, input) => {
        const draws = held.map((weight, item) => {
          const ln = wholeLn(crushHash32_3(input, item, 0) & 0xffff) - 2n ** 48n;
          return weight === 0 ? -(2n ** 63n) : ln / BigInt(weight);
        });
        const high = draws.findIndex((draw) => draws.every((other) => other <= draw));
        expect(choose(held, input)).toBe(high);
      }),
      { numRuns: 1000 },
    );
  });

  /** Ceph's crush_ln, in 64-bit integers as there. */
  function wholeLn(u: number): bigint {
    const exponent = 31 - Math.clz32(Math.min(u + 1, 0xffff));
    const normal = (u + 1) * 2 ** (15 - exponent);
    const k = Math.floor(normal / 256) - 128;
    const low = (BigInt(normal) * BigInt(RH[k] ?? 0)) >> 48n;
    const sum = BigInt(LH[k] ?? 0) + BigInt(LL[Number(low & 0xffn)] ?? 0);
    return (BigInt(exponent) << 44n) + (sum >> 4n);
  }

  function choose(held: number[], input: number): number {
    const items = held.map((_, i) => i);
    const parts = { id: -1, alg: CRUSH_BUCKET_STRAW2, type: 1, items, weights: held };
    const work = new CrushWork(wasm ? createStraw2Table() : undefined);
    return crushBucketChoose(makeBucket(parts, 1), work, input, 0, undefined, 0);
  }
});

describe('hostile bytes', () => {
  test.each(['mixed', 'cluster', 'msr'])(
    '%s with any bytes other is refused, or maps within bounds',
    (name) => {
      const bytes = golden(`${name}.crushmap`);
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const hostile = Uint8Array.from(bytes);
          for (const [at, byte] of changes) hostile[at] = byte;
          try {
            const map = CrushWrapper.decode(hostile);
            for (const ruleno of map.crush.rules.keys())
              map.doRule(ruleno, 1, 4, new Array(17).fill(IN), 0);
            map.encode();
          } catch (error) {
            if (!(error instanceof CrushWorkError)) expect(error).toBeInstanceOf(DecodeError);
          }
        }),
        { numRuns: 2000 },
      );
    },
  );
});

function build(hosts: number[][], how: 'firstn' | 'indep', type: string): CrushWrapper {
  const map = CrushWrapper.create();
  let device = 0;
  for (const [i, weights] of hosts.entries()) {
    for (const weight of weights) {
      map.insertItem(device, weight, `osd.${device}`, { host: `host${i}`, root: 'default' });
      device++;
    }
  }
  map.addSimpleRule('rule', 'default', type, how, 1);
  return map;
}

function chosen(devices: number[]): number[] {
  return devices.filter((device) => device !== CRUSH_ITEM_NONE);
}
