import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { MonMap } from '../../../src/mon/MonMap.ts';
import { addrvecToString, parseAddr } from '../../../src/msg/msg_types.ts';
import { goldenFile } from '../../helpers/golden.ts';

const GOLDEN = ['v1-none.monmap', 'v2-none.monmap', 'v1-none-three.monmap'];

/** `name=addresses` of each monitor that `mon_host` gives. */
const initial = (monHost: string): string[] =>
  MonMap.buildInitial(monHost).mons.map(({ name, addrs }) => `${name}=${addrvecToString(addrs)}`);

describe('a monmap of Ceph 16.2', () => {
  const map = MonMap.decode(goldenFile('v2-none.monmap'));

  test('has the fsid and the epoch', () => {
    expect(map.fsid).toBe('fe691aa3-396a-48d5-9713-0d634fb4f435');
    expect(map.epoch).toBe(1);
  });

  test('has both addresses of its monitor', () => {
    expect(map.mons.map((mon) => [mon.name, addrvecToString(mon.addrs)])).toEqual([
      ['a', '[v2:127.0.0.1:24000/0,v1:127.0.0.1:24001/0]'],
    ]);
  });

  test('says Pacific and classic elections', () => {
    expect(map.minMonRelease).toBe(16);
    expect(map.strategy).toBe(1);
    expect(map.persistentFeatures).toBe(0xffn);
  });

  test.each(GOLDEN)('%s is encoded to the same bytes', (name) => {
    const bytes = goldenFile(name);
    expect(MonMap.decode(bytes).encode()).toEqual(bytes);
  });

  test.each(GOLDEN)('every prefix of %s is a DecodeError', (name) => {
    const bytes = goldenFile(name);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => MonMap.decode(bytes.subarray(0, end))).toThrow(DecodeError);
    }
  });

  test('with any bytes changed decodes or is a DecodeError', () => {
    const golden = goldenFile('v2-none.monmap');
    const change = fc.tuple(fc.nat(golden.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = golden.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          MonMap.decode(bytes).encode();
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe.each(['v1-none-three.luminous.monmap', 'v1-none-three.addr2.monmap'])(
  'what 16.2 writes for older clients, %s,',
  (name) => {
    const old = MonMap.decode(goldenFile(name));
    const now = MonMap.decode(goldenFile('v1-none-three.monmap'));

    test('says the same of the monitors, in the same ranks', () => {
      const said = ({ mons }: MonMap) =>
        mons.map((mon) => [mon.name, addrvecToString(mon.addrs), mon.priority]);
      expect(said(old)).toEqual(said(now));
      expect(said(old).length).toBe(3);
    });

    test('says the same of the cluster', () => {
      const said = ({ fsid, epoch, created, lastChanged, persistentFeatures }: MonMap) => ({
        fsid,
        epoch,
        created,
        lastChanged,
        persistentFeatures,
      });
      expect(said(old)).toEqual(said(now));
    });

    test('cut anywhere is a DecodeError', () => {
      const bytes = goldenFile(name);
      for (let end = 0; end < bytes.length; end++) {
        expect(() => MonMap.decode(bytes.subarray(0, end))).toThrow(DecodeError);
      }
    });
  },
);

describe('buildInitial', () => {
  test.each([
    ['v1:10.0.0.1:6790', ['noname-a=v1:10.0.0.1:6790/0']],
    ['v1:10.0.0.1', ['noname-a=v1:10.0.0.1:6789/0']],
    ['v2:10.0.0.1', ['noname-a=v2:10.0.0.1:3300/0']],
    ['v2:10.0.0.1:6789', ['noname-a=v2:10.0.0.1:6789/0']],
    ['10.0.0.1:6789', ['noname-a=v1:10.0.0.1:6789/0']],
    ['10.0.0.1:3300', ['noname-a=v2:10.0.0.1:3300/0']],
    ['10.0.0.1', ['noname-a=v2:10.0.0.1:3300/0', 'noname-a-legacy=v1:10.0.0.1:6789/0']],
    ['10.0.0.1:7000', ['noname-a=v2:10.0.0.1:7000/0', 'noname-a-legacy=v1:10.0.0.1:7000/0']],
    ['v1:[::1]:6789', ['noname-a=v1:[::1]:6789/0']],
    [
      '[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]',
      ['noname-a=[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]'],
    ],
    [
      '[v2:[fe80::1]:3300,v1:[fe80::1]:6789]',
      ['noname-a=[v2:[fe80::1]:3300/0,v1:[fe80::1]:6789/0]'],
    ],
    [
      'v1:10.0.0.1, v1:10.0.0.2;v1:10.0.0.3',
      ['noname-a=v1:10.0.0.1:6789/0', 'noname-b=v1:10.0.0.2:6789/0', 'noname-c=v1:10.0.0.3:6789/0'],
    ],
  ])('reads %s', (monHost, mons) => {
    expect(initial(monHost)).toEqual(mons);
  });

  test.each([
    '',
    ' ',
    'mon.example',
    '10.0.0',
    '[10.0.0.1',
    '10.0.0.1x',
    'v1:10.0.0.1:70000',
    'v3:10.0.0.1',
  ])('refuses %j', (monHost) => {
    expect(() => MonMap.buildInitial(monHost)).toThrow(DecodeError);
  });

  test('is of epoch 0', () => {
    expect(MonMap.buildInitial('10.0.0.1').epoch).toBe(0);
  });
});

describe('any monmap', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme-ascii' });
  const addr = fc
    .tuple(fc.ipV4(), fc.nat(65535))
    .map(([ip, port]) => parseAddr(`v1:${ip}:${port}`));
  const mon = fc.record({
    name,
    addrs: fc.array(addr, { minLength: 1, maxLength: 3 }),
    priority: fc.nat(65535),
    weight: fc.nat(65535),
    crushLoc: fc.array(fc.tuple(name, name)).map((entries) => new Map(entries)),
  });
  const monmap = fc
    .record({
      fsid: fc.uuid(),
      epoch: fc.nat(),
      mons: fc.uniqueArray(mon, { selector: (one) => one.name }),
      persistentFeatures: fc.bigInt(0n, 2n ** 64n - 1n),
      removedRanks: fc.array(fc.nat()),
      disallowedLeaders: fc.array(name),
      stretchModeEnabled: fc.boolean(),
      tiebreakerMon: name,
    })
    .map((init) => new MonMap(init));

  test('survives encoding, ranks included', () => {
    fc.assert(
      fc.property(monmap, (map) => {
        expect(MonMap.decode(map.encode())).toEqual(map);
      }),
    );
  });
});
