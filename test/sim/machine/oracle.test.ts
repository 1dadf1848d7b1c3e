import { expect, test } from 'vitest';
import { NaiveMap } from '../../../sim/checkers/NaiveMap.ts';
import { naiveCrc } from '../../../sim/checkers/naive_crc.ts';
import { naiveNameHash } from '../../../sim/checkers/naive_hash.ts';
import { SimCluster } from '../../../sim/index.ts';
import { CEPH_STR_HASH_RJENKINS, cephStrHash } from '../../../src/common/ceph_hash.ts';
import { utf8Encode } from '../../../src/common/utf8.ts';
import { CEPH_OSDMAP_PAUSERD } from '../../../src/osd/rados.ts';

/** `ceph osd map` of a real cluster said so. */
test.each([
  ['obj1', 0x6cf8deff],
  ['a-much-longer-object-name-0123456789', 0x72e9d664],
])('the oracle hashes %s as Ceph does', (name, hash) => {
  expect(naiveNameHash(utf8Encode(name))).toBe(hash);
});

test('the oracle has the checksum that the catalogue of crcs gives for crc32c', () => {
  expect(~naiveCrc(utf8Encode('123456789')) >>> 0).toBe(0xe3069283);
});

test('the oracle hashes names of any length as the product does', () => {
  for (let length = 0; length < 60; length++) {
    const name = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    expect(naiveNameHash(name)).toBe(cephStrHash(CEPH_STR_HASH_RJENKINS, name));
  }
});

test('the oracle finds every PG where the product finds it, through all kinds of changes', async () => {
  const pools = [
    { name: 'a', size: 3, pgNum: 12 },
    { name: 'b', size: 2, pgNum: 32 },
  ];
  await using cluster = await SimCluster.create({ seed: 5, osds: 8, hosts: 4, pools });
  const { osdMonitor } = cluster.mon();
  let naive = NaiveMap.decode(osdMonitor.map.encode());
  osdMonitor.onCommit = (incremental) => {
    naive = naive.next(incremental);
  };
  const ignore = (): void => undefined;
  const changes: (() => void)[] = [
    () => osdMonitor.setPgTemp({ pool: 1, seed: 3 }, [7, 2], ignore),
    () => osdMonitor.setPrimaryTemp({ pool: 2, seed: 5 }, 1, ignore),
    () => osdMonitor.reweight(3, 0x5000, ignore),
    () => osdMonitor.setPrimaryAffinity(6, 0x4000, ignore),
    () => osdMonitor.markOut(4, ignore),
    () => osdMonitor.markDown(2, ignore),
    () => osdMonitor.changePool(1, { pgNum: 20, pgpNum: 16 }, ignore),
    () => osdMonitor.setPgUpmapItems({ pool: 2, seed: 9 }, [[0, 5]], ignore),
    () => osdMonitor.setFlag(CEPH_OSDMAP_PAUSERD, true, ignore),
    () => osdMonitor.setPgTemp({ pool: 1, seed: 3 }, [], ignore),
    () => osdMonitor.setPrimaryTemp({ pool: 2, seed: 5 }, -1, ignore),
  ];
  for (const change of [ignore, ...changes]) {
    change();
    await cluster.advance(200);
    const { osdMap } = cluster;
    expect(naive.epoch).toBe(osdMap.epoch);
    for (const [pool, { pgNum }] of osdMap.pools) {
      for (let seed = 0; seed < pgNum; seed++) {
        const { acting, actingPrimary } = osdMap.pgToUpActingOsds({ pool, seed });
        const place = naive.placeOfSeed(pool, seed);
        expect({ pool, ...place }).toEqual({ pool, seed, acting, primary: actingPrimary });
      }
    }
  }
  expect(naive.isPaused).toBe(true);
});
