import { CEPH_STR_HASH_MURMUR3 } from '../../src/common/ceph_hash.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { buildSimple } from '../../src/osd/build_simple.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { newPgPool, POOL_TYPE_ERASURE } from '../../src/osd/pg_pool.ts';
import { CEPH_OSD_UP } from '../../src/osd/rados.ts';
import { addrsOf, changeMap, FSID, upMap } from '../helpers/osdmaps.ts';

/** Twelve OSDs on four hosts, one of them down, one out, one half in; a pool of murmur3. */
export function smallMap(): OSDMap {
  const pools = [
    { name: 'rbd', pgNum: 128 },
    { name: 'simulated', pgNum: 64, objectHash: CEPH_STR_HASH_MURMUR3 },
  ];
  return changeMap(upMap(12, 4, pools), (inc) => {
    inc.newState.set(7, CEPH_OSD_UP);
    inc.newWeight.set(4, 0);
    inc.newWeight.set(10, 0x8000);
  });
}

/** Three racks of four hosts, in each three OSDs of class hdd and one of class ssd; an erasure-coded pool on the hdds. */
export function erasureMap(): OSDMap {
  const osds = 48;
  const crush = CrushWrapper.create();
  for (let osd = 0; osd < osds; osd++) {
    const host = Math.floor(osd / 4);
    const location = { host: `host${host}`, rack: `rack${Math.floor(host / 4)}`, root: 'default' };
    crush.insertItem(osd, osd % 4 === 3 ? 1 : 4, `osd.${osd}`, location);
    crush.setItemClass(osd, osd % 4 === 3 ? 'ssd' : 'hdd');
  }
  const crushRule = crush.addSimpleRule('ec', 'default~hdd', 'host', 'indep', POOL_TYPE_ERASURE);
  return changeMap(buildSimple({ fsid: FSID, osds, hosts: 1 }), (inc) => {
    inc.crush = crush.encode();
    for (let osd = 0; osd < osds; osd++) inc.newUpClient.set(osd, addrsOf(osd));
    const type = POOL_TYPE_ERASURE;
    inc.newPools.set(1, newPgPool({ pgNum: 64, type, size: 6, minSize: 5, crushRule }));
    inc.newPoolNames.set(1, 'archive');
  });
}

/** Ten thousand OSDs on five hundred hosts. */
export function largeMap(): OSDMap {
  return upMap(10_000, 500, [{ name: 'volumes', pgNum: 32_768 }]);
}

export const SCRIPT = `</script><script>document.title='run'</script><!--`;
export const IMAGE = `<img src=x onerror="document.title='run'">`;

/** Names that would do something, were they markup: no tool makes them, but a map can hold them. */
export function hostileMap(): OSDMap {
  const map = upMap(3, 3, [{ name: SCRIPT, pgNum: 8 }]);
  const crush = CrushWrapper.decode(map.data.crush);
  const { nameMap, ruleNameMap, className, classMap } = crush.crush;
  for (const id of nameMap.keys()) nameMap.set(id, `${IMAGE}${id}`);
  for (const id of ruleNameMap.keys()) ruleNameMap.set(id, SCRIPT);
  className.set(0, '<b>hdd</b>');
  for (const osd of [0, 1, 2]) classMap.set(osd, 0);
  return changeMap(map, (inc) => {
    inc.crush = crush.encode();
  });
}
