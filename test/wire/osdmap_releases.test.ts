import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import type { pg_pool_t } from '../../src/osd/pg_pool.ts';
import { decodePgPool } from '../../src/osd/pg_pool_codec.ts';
import { CORPUS, type GoldenCorpus } from '../helpers/golden_osdmaps.ts';

/** Throws DecodeError for a wrong crc too, so what decodes is whole. */
function read({ full, incrementals }: GoldenCorpus) {
  return {
    map: OSDMap.decode(full),
    crc: new DataView(full.buffer, full.byteOffset).getUint32(full.length - 4, true),
    incrementals: incrementals.map((bytes) => OSDMapIncremental.decode(bytes)),
  };
}

function readPools(golden: GoldenCorpus): pg_pool_t[] {
  return golden.pools.map((bytes) => {
    const dec = new Decoder(bytes, 'pg_pool_t');
    const pool = decodePgPool(dec);
    expect(dec.remaining).toBe(0);
    return pool;
  });
}

describe.each(Object.entries(CORPUS))('what %s wrote', (_, golden) => {
  const { map, incrementals } = read(golden);

  test('places every PG on three of three OSDs', () => {
    for (const [pool, { pgNum }] of map.pools) {
      for (let seed = 0; seed < pgNum; seed++) {
        const { acting } = map.pgToUpActingOsds({ pool, seed });
        expect([...acting].sort()).toEqual([0, 1, 2]);
      }
    }
  });

  test('names the pools that Ceph’s tests begin with', () => {
    const meta = map.lookupPgPoolName('cephfs.a.meta') ?? -1;
    expect(map.pools.get(meta)).toMatchObject({ size: 3, pgNum: 16 });
  });

  test('has incrementals of the same cluster', () => {
    expect(incrementals.map(({ fsid }) => fsid)).toEqual([map.fsid, map.fsid]);
  });
});

describe.each([CORPUS.squid, CORPUS.umbrella])(
  'a full map and the incremental that made it',
  (golden) => {
    const { map, crc, incrementals } = read(golden);
    const [inc] = incrementals;

    test('speak of one crc', () => {
      expect(inc?.epoch).toBe(map.epoch);
      expect(inc?.fullCrc).toBe(crc);
    });

    test('say the same of pools', () => {
      expect(inc?.newPools.size).toBeGreaterThan(10);
      for (const [id, pool] of inc?.newPools ?? []) {
        expect(map.pools.get(id)).toEqual({ ...pool, lastChange: map.epoch });
      }
    });
  },
);

describe('a pool with all that a pool can have', () => {
  const [squid] = readPools(CORPUS.squid);

  test('is one to all releases', () => {
    expect(squid).toMatchObject({ createTime: { sec: 4, nsec: 5 }, pgNum: 6, stripeWidth: 12345 });
    expect(readPools(CORPUS.reef)).toEqual([squid]);
  });

  test('has its stretch mode as an option from Tentacle on', () => {
    const stretch = {
      peeringCrushBucketCount: 10,
      peeringCrushBucketTarget: 13,
      peeringCrushBucketBarrier: 11,
      peeringCrushMandatoryMember: 12,
    };
    expect(readPools(CORPUS.umbrella)).toEqual([{ ...squid, ...stretch }]);
  });

  test('may name a hash that nobody knows: all its objects are in one PG then', () => {
    expect(squid?.objectHash).toBe(4);
  });
});
