import { type entity_addrvec_t, parseAddr } from '../../src/msg/msg_types.ts';
import { buildSimple, type SimplePool } from '../../src/osd/build_simple.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';

export const FSID = '00000000-1111-2222-3333-444444444444';

/** An incremental that goes on from `map`, changed by `change`. */
export function incrementalOf(
  map: OSDMap,
  change: (inc: OSDMapIncremental) => void,
): OSDMapIncremental {
  const inc = new OSDMapIncremental(map.fsid, map.epoch + 1);
  change(inc);
  return inc;
}

/** The map after `change`. */
export function changeMap(map: OSDMap, change: (inc: OSDMapIncremental) => void): OSDMap {
  return map.applyIncremental(incrementalOf(map, change));
}

export function addrsOf(osd: number): entity_addrvec_t {
  return [parseAddr(`v1:10.0.0.${osd + 1}:6800/${osd + 1}`)];
}

/** A cluster of which all OSDs are up and in. */
export function upMap(osds: number, hosts: number, pools: readonly SimplePool[]): OSDMap {
  const map = buildSimple({ fsid: FSID, osds, hosts, pools });
  return changeMap(map, (inc) => {
    for (let osd = 0; osd < osds; osd++) inc.newUpClient.set(osd, addrsOf(osd));
  });
}
