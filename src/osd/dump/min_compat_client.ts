import type { CrushWrapper } from '../../crush/CrushWrapper.ts';
import type { crush_rule } from '../../crush/crush_types.ts';
import {
  CRUSH_BUCKET_STRAW2,
  CRUSH_RULE_SET_CHOOSELEAF_STABLE,
  CRUSH_RULE_SET_CHOOSELEAF_VARY_R,
} from '../../crush/crush_types.ts';
import type { OSDMap } from '../OSDMap.ts';
import { POOL_FLAG_HASHPSPOOL } from '../pg_pool.ts';
import { CEPH_OSD_DEFAULT_PRIMARY_AFFINITY } from '../rados.ts';

/** Choose_args that an old client may overlook: those of all pools, with one set of weights. */
const DEFAULT_CHOOSE_ARGS = -1;

/** The oldest release whose clients understand the map. Ceph: OSDMap::get_min_compat_client. */
export function minCompatClient(map: OSDMap): string {
  const { data, crush } = map;
  const { tunables, buckets } = crush.crush;
  const pools = [...data.pools.values()];
  const rules = pools.map((pool) => crush.crush.rules[pool.crushRule]);
  const isSet = (op: number) => rules.some((rule) => hasStep(rule, op));

  if (data.pgUpmap.size + data.pgUpmapItems.size + data.pgUpmapPrimaries.size > 0) {
    return 'luminous';
  }
  if (hasIncompatChooseArgs(crush)) return 'luminous';
  if (tunables.chooseleafStable !== 0 || isSet(CRUSH_RULE_SET_CHOOSELEAF_STABLE)) return 'jewel';
  if (buckets.some((bucket) => bucket?.alg === CRUSH_BUCKET_STRAW2)) return 'hammer';
  const affinity = data.osdPrimaryAffinity?.some((a) => a !== CEPH_OSD_DEFAULT_PRIMARY_AFFINITY);
  const varyR = tunables.chooseleafVaryR !== 0 || isSet(CRUSH_RULE_SET_CHOOSELEAF_VARY_R);
  const tiered = pools.some((pool) => pool.tiers.length > 0 || pool.tierOf >= 0);
  if (affinity || varyR || tiered) return 'firefly';
  const hashed = pools.some((pool) => pool.flags & POOL_FLAG_HASHPSPOOL);
  return tunables.chooseleafDescendOnce !== 0 || hashed ? 'dumpling' : 'argonaut';
}

function hasStep(rule: crush_rule | undefined, op: number): boolean {
  return rule?.steps.some((step) => step.op === op) ?? false;
}

/** Ceph: CrushWrapper::has_incompat_choose_args. */
function hasIncompatChooseArgs(crush: CrushWrapper): boolean {
  const { chooseArgs } = crush.crush;
  if (chooseArgs.size === 0) return false;
  const all = chooseArgs.get(DEFAULT_CHOOSE_ARGS);
  if (chooseArgs.size > 1 || all === undefined) return true;
  return [...all.values()].some(
    ({ weightSet, ids }) =>
      (weightSet.length > 0 || ids.length > 0) && (weightSet.length !== 1 || ids.length > 0),
  );
}
