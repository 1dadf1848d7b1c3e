import { Encoder } from '../../src/common/Encoder.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { encodeCrush } from '../../src/crush/crush_codec.ts';
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

/** `osd` goes down. */
export function markDown(osd: number): (inc: OSDMapIncremental) => void {
  return (inc) => void inc.newState.set(osd, 0);
}

export function addrsOf(osd: number): entity_addrvec_t {
  const host = `10.0.${(osd + 1) >> 8}.${(osd + 1) & 0xff}`;
  return [parseAddr(`v1:${host}:6800/${osd + 1}`)];
}

/** A cluster of which all OSDs are up and in. */
export function upMap(osds: number, hosts: number, pools: readonly SimplePool[]): OSDMap {
  const map = buildSimple({ fsid: FSID, osds, hosts, pools });
  return changeMap(map, (inc) => {
    for (let osd = 0; osd < osds; osd++) inc.newUpClient.set(osd, addrsOf(osd));
  });
}

/** The CRUSH map of `map`, asking for billions of tries wherever a place cannot be filled. */
export function tirelessCrush(map: OSDMap): Uint8Array {
  const { crush } = CrushWrapper.decode(map.data.crush);
  const enc = new Encoder();
  encodeCrush(enc, { ...crush, tunables: { ...crush.tunables, chooseTotalTries: 0xfffffff0 } });
  return enc.take();
}
