import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { CRUSH_ITEM_NONE } from '../../src/crush/crush_types.ts';

const IN = 0x10000;
const FIRSTN = 0;
const INDEP = 1;

/** A root of hosts, as many devices in each, and a rule of both types over it. */
interface Case {
  readonly hosts: number;
  readonly perHost: number;
  /** Of the rule: hosts, and devices in each. */
  readonly chosenHosts: number;
  readonly chosenOsds: number;
  readonly x: number;
  readonly out: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    hosts: fc.integer({ min: 1, max: 8 }),
    perHost: fc.integer({ min: 1, max: 5 }),
    chosenHosts: fc.integer({ min: 1, max: 5 }),
    chosenOsds: fc.integer({ min: 1, max: 4 }),
    x: fc.integer({ min: 0, max: 0xffffffff }),
  })
  .chain((sizes) =>
    fc.record({
      hosts: fc.constant(sizes.hosts),
      perHost: fc.constant(sizes.perHost),
      chosenHosts: fc.constant(sizes.chosenHosts),
      chosenOsds: fc.constant(sizes.chosenOsds),
      x: fc.constant(sizes.x),
      out: fc.uniqueArray(fc.nat(sizes.hosts * sizes.perHost - 1), { maxLength: 4 }),
    }),
  );

function mapText({ hosts, perHost, chosenHosts, chosenOsds }: Case): string {
  const osds = Array.from({ length: hosts * perHost }, (_, osd) => `device ${osd} osd.${osd}`);
  const host = (h: number): string => {
    const items = Array.from({ length: perHost }, (_, o) => `item osd.${h * perHost + o}`);
    return `host h${h} { alg straw2 hash 0 ${items.join(' ')} }`;
  };
  const rule = (id: number, type: string): string => {
    const chooses = `step choosemsr ${chosenHosts} type host step choosemsr ${chosenOsds} type osd`;
    return `rule r${id} { id ${id} type ${type} step take default ${chooses} step emit }`;
  };
  const names = Array.from({ length: hosts }, (_, h) => h);
  return [
    ...osds,
    'type 0 osd type 1 host type 2 root',
    ...names.map(host),
    `root default { alg straw2 hash 0 ${names.map((h) => `item h${h}`).join(' ')} }`,
    rule(FIRSTN, 'msr_firstn'),
    rule(INDEP, 'msr_indep'),
  ].join('\n');
}

function mapped(each: Case, rule: number, out: readonly number[]): number[] {
  const weights = new Uint32Array(each.hosts * each.perHost).fill(IN);
  for (const osd of out) weights[osd] = 0;
  const size = each.chosenHosts * each.chosenOsds;
  return CrushWrapper.compile(mapText(each)).doRule(rule, each.x, size, weights, 0);
}

function check(property: (each: Case) => void): void {
  fc.assert(fc.property(cases, property), { numRuns: 200 });
}

const isDevice = (item: number): boolean => item !== CRUSH_ITEM_NONE;

describe('an MSR rule', () => {
  test.each([
    ['msr_firstn', FIRSTN],
    ['msr_indep', INDEP],
  ])('%s never has a device twice, nor one that is out', (_name, rule) => {
    check((each) => {
      const devices = mapped(each, rule, each.out).filter(isDevice);
      expect(new Set(devices).size).toBe(devices.length);
      expect(devices.filter((device) => each.out.includes(device))).toEqual([]);
    });
  });

  test('has no more devices on a host than it asks for', () => {
    check((each) => {
      const perHost = new Map<number, number>();
      for (const device of mapped(each, INDEP, each.out).filter(isDevice)) {
        const host = Math.floor(device / each.perHost);
        perHost.set(host, (perHost.get(host) ?? 0) + 1);
      }
      for (const count of perHost.values()) expect(count).toBeLessThanOrEqual(each.chosenOsds);
    });
  });

  test('shares no host between two groups of places', () => {
    check((each) => {
      const devices = mapped(each, INDEP, each.out);
      const groupOf = new Map<number, number>();
      for (const [place, device] of devices.entries()) {
        if (!isDevice(device)) continue;
        const group = Math.floor(place / each.chosenOsds);
        const host = Math.floor(device / each.perHost);
        expect(groupOf.get(host) ?? group).toBe(group);
        groupOf.set(host, group);
      }
    });
  });

  test('fills every place when there are hosts and devices enough', () => {
    check((each) => {
      fc.pre(each.hosts >= each.chosenHosts && each.perHost >= each.chosenOsds);
      expect(mapped(each, INDEP, []).every(isDevice)).toBe(true);
    });
  });

  test('gives both types the same devices', () => {
    check((each) => {
      const indep = mapped(each, INDEP, each.out).filter(isDevice);
      expect(new Set(mapped(each, FIRSTN, each.out))).toEqual(new Set(indep));
    });
  });

  test('moves no device of another group when one goes out', () => {
    check((each) => {
      fc.pre(each.hosts >= each.chosenHosts && each.perHost >= each.chosenOsds);
      const before = mapped(each, INDEP, []);
      const [gone = 0] = before;
      const after = mapped(each, INDEP, [gone]);
      expect(after).not.toContain(gone);
      expect(after.slice(each.chosenOsds)).toEqual(before.slice(each.chosenOsds));
    });
  });
});
