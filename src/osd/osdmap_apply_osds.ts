import type { entity_addrvec_t } from '../msg/msg_types.ts';
import type { OSDMapIncremental } from './OSDMapIncremental.ts';
import { changedOsdVector, type OsdVector } from './OsdVector.ts';
import { OSD_INFO_NEW, OSD_XINFO_NEW, type osd_info_t, type osd_xinfo_t } from './osd_info.ts';
import type { OSDMapData } from './osdmap_data.ts';
import {
  CEPH_OSD_AUTOOUT,
  CEPH_OSD_DEFAULT_PRIMARY_AFFINITY,
  CEPH_OSD_EXISTS,
  CEPH_OSD_NEW,
  CEPH_OSD_OUT,
  CEPH_OSD_STOP,
  CEPH_OSD_UP,
} from './rados.ts';

/** The part of a map that is by OSD. */
type OsdArrays = Pick<
  OSDMapData,
  | 'maxOsd'
  | 'osdState'
  | 'osdWeight'
  | 'osdPrimaryAffinity'
  | 'osdInfo'
  | 'osdXinfo'
  | 'osdUuid'
  | 'clientAddrs'
  | 'clusterAddrs'
  | 'hbBackAddrs'
  | 'hbFrontAddrs'
>;

const NO_UUID = '00000000-0000-0000-0000-000000000000';
const NO_ADDRS: entity_addrvec_t = [];

/** What `inc` makes of the OSDs; arrays in which nothing changes stay the same object. */
export function applyOsds(map: OsdArrays, inc: OSDMapIncremental): OsdArrays {
  const osds = new OsdChanges(map, inc);
  for (const [osd, weight] of inc.newWeight) osds.setWeight(osd, weight);
  for (const [osd, affinity] of inc.newPrimaryAffinity) osds.setPrimaryAffinity(osd, affinity);
  for (const [osd, bits] of inc.newState) osds.flip(osd, bits === 0 ? CEPH_OSD_UP : bits);
  for (const [osd, addrs] of inc.newUpClient) osds.bringUp(osd, addrs);
  for (const [osd, addrs] of inc.newUpCluster) osds.clusterAddrs.set(osd, addrs);
  for (const [osd, upThru] of inc.newUpThru) osds.changeInfo(osd, { upThru });
  for (const [osd, [lastCleanBegin, lastCleanEnd]] of inc.newLastCleanInterval) {
    osds.changeInfo(osd, { lastCleanBegin, lastCleanEnd });
  }
  for (const [osd, lostAt] of inc.newLost) osds.changeInfo(osd, { lostAt });
  for (const [osd, xinfo] of inc.newXinfo) osds.xinfo.set(osd, xinfo);
  for (const [osd, uuid] of inc.newUuid) osds.uuid.set(osd, uuid);
  return osds.result();
}

class OsdChanges {
  readonly info: OsdList<osd_info_t>;
  readonly xinfo: OsdList<osd_xinfo_t>;
  readonly uuid: OsdList<string>;
  readonly clientAddrs: OsdList<entity_addrvec_t>;
  readonly clusterAddrs: OsdList<entity_addrvec_t>;
  readonly hbBackAddrs: OsdList<entity_addrvec_t>;
  readonly hbFrontAddrs: OsdList<entity_addrvec_t>;
  readonly #inc: OSDMapIncremental;
  readonly #maxOsd: number;
  readonly #state: OsdNumbers;
  readonly #weight: OsdNumbers;
  #primaryAffinity: OsdNumbers | undefined;

  constructor(map: OsdArrays, inc: OSDMapIncremental) {
    const maxOsd = inc.newMaxOsd >= 0 ? inc.newMaxOsd : map.maxOsd;
    this.#inc = inc;
    this.#maxOsd = maxOsd;
    this.#state = new OsdNumbers(map.osdState, maxOsd, 0);
    this.#weight = new OsdNumbers(map.osdWeight, maxOsd, CEPH_OSD_OUT);
    this.#primaryAffinity =
      map.osdPrimaryAffinity &&
      new OsdNumbers(map.osdPrimaryAffinity, maxOsd, CEPH_OSD_DEFAULT_PRIMARY_AFFINITY);
    this.info = new OsdList(map.osdInfo, maxOsd, OSD_INFO_NEW);
    this.xinfo = new OsdList(map.osdXinfo, maxOsd, OSD_XINFO_NEW);
    this.uuid = new OsdList(map.osdUuid, maxOsd, NO_UUID);
    this.clientAddrs = new OsdList(map.clientAddrs, maxOsd, NO_ADDRS);
    this.clusterAddrs = new OsdList(map.clusterAddrs, maxOsd, NO_ADDRS);
    this.hbBackAddrs = new OsdList(map.hbBackAddrs, maxOsd, NO_ADDRS);
    this.hbFrontAddrs = new OsdList(map.hbFrontAddrs, maxOsd, NO_ADDRS);
  }

  result(): OsdArrays {
    return {
      maxOsd: this.#maxOsd,
      osdState: this.#state.array,
      osdWeight: this.#weight.array,
      osdPrimaryAffinity: this.#primaryAffinity?.array,
      osdInfo: this.info.result(),
      osdXinfo: this.xinfo.result(),
      osdUuid: this.uuid.result(),
      clientAddrs: this.clientAddrs.result(),
      clusterAddrs: this.clusterAddrs.result(),
      hbBackAddrs: this.hbBackAddrs.result(),
      hbFrontAddrs: this.hbFrontAddrs.result(),
    };
  }

  /** Who is marked in exists, is new no more, and has no weight to come back to. */
  setWeight(osd: number, weight: number): void {
    this.#weight.set(osd, weight);
    if (weight === CEPH_OSD_OUT) return;
    const state = this.#state.get(osd) | CEPH_OSD_EXISTS;
    this.#state.set(osd, state & ~(CEPH_OSD_AUTOOUT | CEPH_OSD_NEW));
    this.#changeXinfo(osd, { oldWeight: 0 });
  }

  setPrimaryAffinity(osd: number, affinity: number): void {
    this.#primaryAffinity ??= new OsdNumbers(
      new Uint32Array(),
      this.#maxOsd,
      CEPH_OSD_DEFAULT_PRIMARY_AFFINITY,
    );
    this.#primaryAffinity.set(osd, affinity);
  }

  flip(osd: number, bits: number): void {
    const state = this.#state.get(osd);
    if (state & bits & CEPH_OSD_UP) {
      this.changeInfo(osd, { downAt: this.#inc.epoch });
      this.#changeXinfo(osd, { downStamp: this.#inc.modified });
    }
    if (state & bits & CEPH_OSD_EXISTS) this.#forget(osd);
    else this.#state.set(osd, state ^ bits);
  }

  bringUp(osd: number, addrs: entity_addrvec_t): void {
    const state = this.#state.get(osd) | CEPH_OSD_EXISTS | CEPH_OSD_UP;
    this.#state.set(osd, state & ~CEPH_OSD_STOP);
    this.clientAddrs.set(osd, addrs);
    this.hbBackAddrs.set(osd, this.#inc.newHbBackUp.get(osd) ?? NO_ADDRS);
    this.hbFrontAddrs.set(osd, this.#inc.newHbFrontUp.get(osd) ?? NO_ADDRS);
    this.changeInfo(osd, { upFrom: this.#inc.epoch });
  }

  changeInfo(osd: number, change: Partial<osd_info_t>): void {
    this.info.set(osd, { ...this.info.get(osd), ...change });
  }

  #changeXinfo(osd: number, change: Partial<osd_xinfo_t>): void {
    this.xinfo.set(osd, { ...this.xinfo.get(osd), ...change });
  }

  #forget(osd: number): void {
    this.#state.set(osd, 0);
    this.uuid.set(osd, NO_UUID);
    this.info.set(osd, OSD_INFO_NEW);
    this.xinfo.set(osd, OSD_XINFO_NEW);
    this.setPrimaryAffinity(osd, CEPH_OSD_DEFAULT_PRIMARY_AFFINITY);
    this.clientAddrs.set(osd, NO_ADDRS);
    this.clusterAddrs.set(osd, NO_ADDRS);
    this.hbBackAddrs.set(osd, NO_ADDRS);
    this.hbFrontAddrs.set(osd, NO_ADDRS);
  }
}

/** A vector by OSD, to be cut or filled up to `maxOsd`, and what becomes of it. */
class OsdList<T> {
  readonly #before: OsdVector<T>;
  readonly #maxOsd: number;
  readonly #fill: T;
  readonly #changes = new Map<number, T>();

  constructor(before: OsdVector<T>, maxOsd: number, fill: T) {
    this.#before = before;
    this.#maxOsd = maxOsd;
    this.#fill = fill;
  }

  get(osd: number): T {
    return this.#changes.get(osd) ?? this.#before.at(osd) ?? this.#fill;
  }

  set(osd: number, value: T): void {
    this.#changes.set(osd, value);
  }

  result(): OsdVector<T> {
    return changedOsdVector(this.#before, this.#changes, this.#maxOsd, this.#fill);
  }
}

/** Numbers by OSD, cut or filled up to `maxOsd`; setting what is there already is no change. */
class OsdNumbers {
  #owned = false;
  array: Uint32Array;

  constructor(before: Uint32Array, maxOsd: number, fill: number) {
    this.array = before;
    if (before.length === maxOsd) return;
    this.array = new Uint32Array(maxOsd).fill(fill);
    this.array.set(before.subarray(0, maxOsd));
    this.#owned = true;
  }

  get(osd: number): number {
    return this.array[osd] ?? 0;
  }

  set(osd: number, value: number): void {
    if (this.get(osd) === value) return;
    if (!this.#owned) this.array = this.array.slice();
    this.#owned = true;
    this.array[osd] = value;
  }
}
