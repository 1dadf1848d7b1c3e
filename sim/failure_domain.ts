import type { CrushData } from '../src/crush/crush_codec.ts';
import type { OSDMap } from '../src/osd/OSDMap.ts';

/** mon_osd_reporter_subtree_level. */
const SUBTREE_LEVEL = 'host';

/** CRUSH map → OSD → its host. A map's CRUSH map seldom changes. */
const known = new WeakMap<CrushData, ReadonlyMap<number, number>>();

/** The bucket of the host that an OSD is on; of one that is on none, its own number. */
export function subtreeOf(map: OSDMap, osd: number): number {
  const { crush } = map.crush;
  let hosts = known.get(crush);
  if (hosts === undefined) {
    hosts = hostsOf(crush);
    known.set(crush, hosts);
  }
  return hosts.get(osd) ?? osd;
}

function hostsOf(crush: CrushData): Map<number, number> {
  const hosts = new Map<number, number>();
  for (const bucket of crush.buckets) {
    if (bucket === undefined || crush.typeMap.get(bucket.type) !== SUBTREE_LEVEL) continue;
    for (const item of bucket.items) hosts.set(item, bucket.id);
  }
  return hosts;
}
