import { encodeMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import {
  decodeSnapsOfPools,
  encodeSnapsOfPools,
  type snap_interval_set_t,
} from '../osd/snap_intervals.ts';

export const CEPH_MSG_OSD_MAP = 41;

/** Epoch → an encoded map. */
export type EncodedMaps = ReadonlyMap<number, Uint8Array>;

export type SnapsOfPools = ReadonlyMap<number, snap_interval_set_t>;

export interface MOSDMapInit {
  readonly fsid: string;
  /** Encoded `OSDMapIncremental`s by the epoch that they make. */
  readonly incrementalMaps?: EncodedMaps;
  /** Encoded `OSDMap`s by epoch. */
  readonly maps?: EncodedMaps;
  /** The oldest and the newest epoch that the sender has. */
  readonly oldestMap: number;
  readonly newestMap: number;
  /** Snapshots that were removed in epochs which the sender no longer has, by pool. */
  readonly gapRemovedSnaps?: SnapsOfPools;
}

const NO_MAPS: EncodedMaps = new Map();
const NO_SNAPS: SnapsOfPools = new Map();

/** Bytes of the smallest entry: an epoch and an empty blob. */
const ENTRY_LENGTH_MIN = 8;

/** Maps of one kind in a message, at most. Ceph sends 40 (osd_map_message_max), 100 in older releases. */
const MAPS_MAX = 1000;

/**
 * OSD maps, full ones and changes.
 * Front: uuid fsid, map<u32 epoch, blob> incrementals, map<u32 epoch, blob> maps, from v2 on u32 oldest, u32
 * newest, from v4 on map<s64 pool, interval_set<u64>> gapRemovedSnaps.
 * Ceph: src/messages/MOSDMap.h.
 */
export class MOSDMap extends Message {
  static readonly HEAD_VERSION = 4;
  readonly fsid: string;
  readonly incrementalMaps: EncodedMaps;
  readonly maps: EncodedMaps;
  readonly oldestMap: number;
  readonly newestMap: number;
  readonly gapRemovedSnaps: SnapsOfPools;

  constructor(init: MOSDMapInit) {
    super(CEPH_MSG_OSD_MAP, MOSDMap.HEAD_VERSION, 3);
    this.fsid = init.fsid;
    this.incrementalMaps = init.incrementalMaps ?? NO_MAPS;
    this.maps = init.maps ?? NO_MAPS;
    this.oldestMap = init.oldestMap;
    this.newestMap = init.newestMap;
    this.gapRemovedSnaps = init.gapRemovedSnaps ?? NO_SNAPS;
  }

  /** The first epoch in it; 0 if it is empty. */
  getFirst(): number {
    const epochs = this.#epochs();
    return epochs.length === 0 ? 0 : Math.min(...epochs);
  }

  /** The last epoch in it; 0 if it is empty. */
  getLast(): number {
    return Math.max(0, ...this.#epochs());
  }

  override encodePayload(enc: Encoder): void {
    encodeUuid(enc, this.fsid);
    encodeMaps(enc, this.incrementalMaps);
    encodeMaps(enc, this.maps);
    enc.u32(this.oldestMap);
    enc.u32(this.newestMap);
    encodeSnapsOfPools(enc, this.gapRemovedSnaps);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDMap {
    if (envelope.version < 3) throw front.error(`version ${envelope.version} is older than 3`);
    return new MOSDMap({
      fsid: decodeUuid(front),
      incrementalMaps: decodeMaps(front, 'incrementalMaps'),
      maps: decodeMaps(front, 'maps'),
      oldestMap: front.u32(),
      newestMap: front.u32(),
      gapRemovedSnaps:
        envelope.version >= 4 ? decodeSnapsOfPools(front, 'gapRemovedSnaps') : NO_SNAPS,
    });
  }

  override toString(): string {
    const has =
      this.oldestMap || this.newestMap ? ` src has ${this.oldestMap}..${this.newestMap}` : '';
    return `osd_map(${this.getFirst()}..${this.getLast()}${has})`;
  }

  #epochs(): number[] {
    return [...this.maps.keys(), ...this.incrementalMaps.keys()];
  }
}

function encodeMaps(enc: Encoder, maps: EncodedMaps): void {
  encodeMap(
    enc,
    maps,
    (epoch) => enc.u32(epoch),
    (bytes) => enc.blob(bytes),
  );
}

function decodeMaps(dec: Decoder, field: string): EncodedMaps {
  const count = dec.count(field, ENTRY_LENGTH_MIN);
  if (count > MAPS_MAX) throw dec.error(`${count} maps, more than ${MAPS_MAX}`, field);
  const maps = new Map<number, Uint8Array>();
  for (let left = count; left > 0; left--) {
    const epoch = dec.u32();
    maps.set(epoch, dec.blob(field).slice());
  }
  return maps;
}
