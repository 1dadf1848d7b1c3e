import { utimeFromMs } from '../../common/utime_t.ts';
import { CrushWrapper } from '../../crush/CrushWrapper.ts';
import { newOSDMapData } from '../../osd/build_simple.ts';
import { OSDMap } from '../../osd/OSDMap.ts';
import { newPgPool, POOL_TYPE_REPLICATED, type pg_pool_t } from '../../osd/pg_pool.ts';

const NO_FSID = '00000000-0000-0000-0000-000000000000';

/** Ceph's osd_pool_default_erasure_code_profile. */
const DEFAULT_PROFILE = new Map([
  ['k', '2'],
  ['m', '2'],
  ['plugin', 'jerasure'],
  ['technique', 'reed_sol_van'],
]);

/** One host with OSDs that do not exist yet. Ceph: OSDMap::build_simple_optioned. */
export function createSimple(
  osds: number,
  pool: { readonly pgBits: number; readonly pgpBits: number } | undefined,
): OSDMap {
  const crush = CrushWrapper.create();
  crush.addBucket('default', 'root');
  for (let osd = 0; osd < osds; osd++) {
    const location = { host: 'localhost', rack: 'localrack', root: 'default' };
    crush.insertItem(osd, 1, `osd.${osd}`, location);
  }
  crush.addSimpleRule('replicated_rule', 'default', 'host', 'firstn', POOL_TYPE_REPLICATED);
  const now = utimeFromMs(Date.now());
  const pools: [number, pg_pool_t][] =
    pool === undefined ? [] : [[1, defaultPool(osds, pool.pgBits, pool.pgpBits)]];
  return new OSDMap(
    {
      ...newOSDMapData(NO_FSID, osds),
      created: now,
      modified: now,
      crush: crush.encode(),
      pools: new Map(pools),
      poolName: new Map(pools.map(([id]) => [id, 'rbd'])),
      poolMax: pools.length,
      erasureCodeProfiles: new Map([['default', DEFAULT_PROFILE]]),
    },
    crush,
  );
}

function defaultPool(osds: number, pgBits: number, pgpBits: number): pg_pool_t {
  return newPgPool({
    pgNum: osds * 2 ** pgBits,
    pgpNum: osds * 2 ** Math.min(pgBits, pgpBits),
    cacheTargetDirtyRatioMicro: 0,
    cacheTargetDirtyHighRatioMicro: 0,
    cacheTargetFullRatioMicro: 0,
    applicationMetadata: new Map([['rbd', new Map<string, string>()]]),
  });
}
