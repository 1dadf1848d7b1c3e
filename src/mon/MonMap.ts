import {
  decodeStringMap,
  decodeVector,
  encodeStringMap,
  encodeVector,
} from '../common/containers.ts';
import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, UTIME_ZERO, type utime_t } from '../common/utime_t.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import {
  decodeAddr,
  decodeAddrvec,
  encodeAddr,
  encodeAddrvec,
  type entity_addr_t,
  type entity_addrvec_t,
  legacyAddr,
} from '../msg/msg_types.ts';
import { type InitialMon, initialName, parseMonHost } from './mon_host.ts';

/** One monitor. Ceph: mon_info_t (src/mon/MonMap.h). */
export interface mon_info_t {
  readonly name: string;
  readonly addrs: entity_addrvec_t;
  /** Lower is asked first. */
  readonly priority: number;
  readonly weight: number;
  /** CRUSH bucket type → bucket, in a stretched cluster. */
  readonly crushLoc: ReadonlyMap<string, string>;
}

export interface MonMapInit {
  readonly fsid: string;
  readonly epoch: number;
  /** In the order of their ranks. */
  readonly mons: readonly (Pick<mon_info_t, 'name' | 'addrs'> & Partial<mon_info_t>)[];
  readonly lastChanged?: utime_t;
  readonly created?: utime_t;
  /** Ceph: mon_feature_t (src/mon/mon_types.h). */
  readonly persistentFeatures?: bigint;
  readonly optionalFeatures?: bigint;
  /** Release that all monitors must have: 16 is Pacific. */
  readonly minMonRelease?: number;
  readonly removedRanks?: readonly number[];
  /** How a leader is elected: 1 classic, 2 disallow, 3 connectivity. */
  readonly strategy?: number;
  readonly disallowedLeaders?: readonly string[];
  readonly stretchModeEnabled?: boolean;
  readonly tiebreakerMon?: string;
  readonly stretchMarkedDownMons?: readonly string[];
}

const FSID_ZERO = '00000000-0000-0000-0000-000000000000';
const PACIFIC = 16;
const STRATEGY_CLASSIC = 1;

/**
 * Who the monitors are. Immutable.
 *
 * Section v9 compat 6: uuid fsid, u32 epoch, utime_t lastChanged, utime_t created, mon_feature_t persistent,
 * mon_feature_t optional, map<string, mon_info_t>, vector<string> ranks, from v7 on u8 minMonRelease, from
 * v8 on set<s32> removedRanks, u8 strategy, set<string> disallowedLeaders, from v9 on bool
 * stretchModeEnabled, string tiebreakerMon, set<string> stretchMarkedDownMons.
 *
 * v5 (Luminous, Mimic) has map<string, entity_addr_t> after the epoch, and no ranks: monitors are ranked by their
 * addresses. mon_feature_t is a section v1 { u64 }.
 * Ceph: src/mon/MonMap.cc.
 */
export class MonMap {
  readonly fsid: string;
  readonly epoch: number;
  readonly mons: readonly mon_info_t[];
  readonly lastChanged: utime_t;
  readonly created: utime_t;
  readonly persistentFeatures: bigint;
  readonly optionalFeatures: bigint;
  readonly minMonRelease: number;
  readonly removedRanks: readonly number[];
  readonly strategy: number;
  readonly disallowedLeaders: readonly string[];
  readonly stretchModeEnabled: boolean;
  readonly tiebreakerMon: string;
  readonly stretchMarkedDownMons: readonly string[];

  constructor(init: MonMapInit) {
    this.fsid = init.fsid;
    this.epoch = init.epoch;
    this.mons = init.mons.map((mon) => ({ priority: 0, weight: 0, crushLoc: new Map(), ...mon }));
    this.lastChanged = init.lastChanged ?? UTIME_ZERO;
    this.created = init.created ?? UTIME_ZERO;
    this.persistentFeatures = init.persistentFeatures ?? 0n;
    this.optionalFeatures = init.optionalFeatures ?? 0n;
    this.minMonRelease = init.minMonRelease ?? PACIFIC;
    this.removedRanks = init.removedRanks ?? [];
    this.strategy = init.strategy ?? STRATEGY_CLASSIC;
    this.disallowedLeaders = init.disallowedLeaders ?? [];
    this.stretchModeEnabled = init.stretchModeEnabled ?? false;
    this.tiebreakerMon = init.tiebreakerMon ?? '';
    this.stretchMarkedDownMons = init.stretchMarkedDownMons ?? [];
  }

  /**
   * What is known before any monitor has been asked: the addresses of `mon_host`, epoch 0, no fsid.
   * Throws `DecodeError` if it cannot be read. Ceph: MonMap::build_initial.
   */
  static buildInitial(monHost: string | readonly InitialMon[]): MonMap {
    const mons = typeof monHost === 'string' ? parseMonHost(monHost) : monHost;
    return new MonMap({ fsid: FSID_ZERO, epoch: 0, mons });
  }

  /** The same of monitors that are known, as Ceph begins anew after `get_monmap_and_config`. */
  static buildFrom(known: MonMap): MonMap {
    const mons = known.mons.map(({ addrs }, i) => ({ name: initialName(i), addrs }));
    return new MonMap({ fsid: FSID_ZERO, epoch: 0, mons });
  }

  static decode(bytes: Uint8Array): MonMap {
    const dec = new Decoder(bytes, 'MonMap');
    const version = dec.decodeStart('MonMap', 9);
    if (version < 5) throw dec.error(`version ${version} is from before Luminous`);
    const map = decodeBody(dec, version);
    dec.decodeFinish();
    return map;
  }

  encode(): Uint8Array {
    const enc = new Encoder();
    enc.encodeStart(9, 6);
    encodeUuid(enc, this.fsid);
    enc.u32(this.epoch);
    encodeUtime(enc, this.lastChanged);
    encodeUtime(enc, this.created);
    encodeFeatures(enc, this.persistentFeatures);
    encodeFeatures(enc, this.optionalFeatures);
    this.#encodeMons(enc);
    enc.u8(this.minMonRelease);
    encodeVector(enc, this.removedRanks, (rank) => enc.s32(rank));
    enc.u8(this.strategy);
    encodeStrings(enc, this.disallowedLeaders);
    enc.u8(this.stretchModeEnabled ? 1 : 0);
    enc.string(this.tiebreakerMon);
    encodeStrings(enc, this.stretchMarkedDownMons);
    enc.encodeFinish();
    return enc.take();
  }

  #encodeMons(enc: Encoder): void {
    const byName = [...this.mons].sort((a, b) => (a.name < b.name ? -1 : 1));
    encodeVector(enc, byName, (mon) => {
      enc.string(mon.name);
      encodeMonInfo(enc, mon);
    });
    encodeStrings(
      enc,
      this.mons.map((mon) => mon.name),
    );
  }
}

function decodeBody(dec: Decoder, version: number): MonMap {
  const fsid = decodeUuid(dec);
  const epoch = dec.u32();
  if (version < 6) skipMonAddrs(dec);
  const lastChanged = decodeUtime(dec);
  const created = decodeUtime(dec);
  const persistentFeatures = decodeFeatures(dec);
  const optionalFeatures = decodeFeatures(dec);
  const infos = decodeMonInfos(dec);
  const mons = version < 6 ? rankedByAddress(infos) : decodeRanks(dec, infos);
  return new MonMap({
    fsid,
    epoch,
    mons,
    lastChanged,
    created,
    persistentFeatures,
    optionalFeatures,
    minMonRelease: version >= 7 ? dec.u8() : 0,
    ...(version >= 8 && decodeElection(dec)),
    ...(version >= 9 && decodeStretch(dec)),
  });
}

function decodeElection(dec: Decoder): Partial<MonMapInit> {
  return {
    removedRanks: decodeVector(dec, 'removedRanks', 4, () => dec.s32()),
    strategy: dec.u8(),
    disallowedLeaders: decodeStrings(dec, 'disallowedLeaders'),
  };
}

function decodeStretch(dec: Decoder): Partial<MonMapInit> {
  return {
    stretchModeEnabled: dec.bool(),
    tiebreakerMon: dec.string('tiebreakerMon'),
    stretchMarkedDownMons: decodeStrings(dec, 'stretchMarkedDownMons'),
  };
}

/** What v5 has for older decoders: its mon_info_t say the same. */
function skipMonAddrs(dec: Decoder): void {
  decodeVector(dec, 'monAddr', 5, () => {
    dec.string('monAddr');
    decodeAddr(dec);
  });
}

function decodeMonInfos(dec: Decoder): Map<string, mon_info_t> {
  const mons = new Map<string, mon_info_t>();
  decodeVector(dec, 'monInfo', 10, () => {
    const name = dec.string('monInfo');
    if (mons.has(name)) throw dec.error(`two monitors named '${name}'`, 'monInfo');
    mons.set(name, decodeMonInfo(dec));
  });
  return mons;
}

/** `mons` in the order of the ranks, each of which must name another one. */
function decodeRanks(dec: Decoder, mons: ReadonlyMap<string, mon_info_t>): mon_info_t[] {
  const ranks = new Set(decodeStrings(dec, 'ranks'));
  if (ranks.size !== mons.size) {
    throw dec.error(`${ranks.size} ranks for ${mons.size} monitors`, 'ranks');
  }
  return [...ranks].map((name) => {
    const mon = mons.get(name);
    if (mon === undefined) throw dec.error(`no monitor is named '${name}'`, 'ranks');
    return mon;
  });
}

/** Ceph: MonMap::calc_legacy_ranks; addresses compare as the bytes that they are in memory. */
function rankedByAddress(mons: ReadonlyMap<string, mon_info_t>): mon_info_t[] {
  const keyed = [...mons.values()].map((mon) => ({ mon, key: rankKey(mon) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.map(({ mon }) => mon);
}

function rankKey(mon: mon_info_t): string {
  const addr: entity_addr_t | undefined = legacyAddr(mon.addrs) ?? mon.addrs[0];
  if (addr === undefined) return mon.name;
  const enc = new Encoder(64);
  encodeAddr(enc, addr);
  return `${enc.take().reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '')} ${mon.name}`;
}

/**
 * Section v5 compat 1 (4 with a CRUSH location): string name, entity_addrvec_t, from v2 on u16 priority,
 * from v4 on u16 weight, from v5 on map<string, string> crushLoc.
 */
function encodeMonInfo(enc: Encoder, mon: mon_info_t): void {
  enc.encodeStart(5, mon.crushLoc.size === 0 ? 1 : 4);
  enc.string(mon.name);
  encodeAddrvec(enc, mon.addrs);
  enc.u16(mon.priority);
  enc.u16(mon.weight);
  encodeStringMap(enc, mon.crushLoc);
  enc.encodeFinish();
}

function decodeMonInfo(dec: Decoder): mon_info_t {
  const version = dec.decodeStart('mon_info_t', 5);
  const name = dec.string('name');
  const addrs = decodeAddrvec(dec);
  const priority = version >= 2 ? dec.u16() : 0;
  const weight = version >= 4 ? dec.u16() : 0;
  const crushLoc = version >= 5 ? decodeStringMap(dec, 'crushLoc') : new Map<string, string>();
  dec.decodeFinish();
  return { name, addrs, priority, weight, crushLoc };
}

function encodeFeatures(enc: Encoder, features: bigint): void {
  enc.encodeStart(1, 1);
  enc.bigU64(features);
  enc.encodeFinish();
}

function decodeFeatures(dec: Decoder): bigint {
  dec.decodeStart('mon_feature_t', 1);
  const features = dec.bigU64();
  dec.decodeFinish();
  return features;
}

function encodeStrings(enc: Encoder, strings: readonly string[]): void {
  encodeVector(enc, strings, (text) => enc.string(text));
}

function decodeStrings(dec: Decoder, field: string): string[] {
  return decodeVector(dec, field, 4, () => dec.string(field));
}
