import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { MapFaults } from '../MapFaults.ts';
import type { MapHistory } from './MapHistory.ts';

/** Changes of the map in one message, at most: osd_map_message_max. */
const MAPS_PER_MESSAGE = 40;

/** What a client's connection is to an OSD. Ceph: src/osd/Session.h. */
class Session {
  /** The newest map that the peer is known to have, or to have been sent. */
  lastSentEpoch = 0;
}

/** Sends maps to clients that lack them. */
export class MapSharer {
  readonly #maps: MapHistory;
  readonly #faults: MapFaults;

  constructor(maps: MapHistory, faults: MapFaults) {
    this.#maps = maps;
    this.#faults = faults;
  }

  /** Sends the peer what it lacks, as far as is known. Ceph: OSDService::maybe_share_map. */
  maybeShareMap(con: Connection, peerEpoch: number, map: OSDMap): void {
    const session = con.priv instanceof Session ? con.priv : new Session();
    con.priv = session;
    session.lastSentEpoch = Math.max(session.lastSentEpoch, peerEpoch);
    if (map.epoch <= session.lastSentEpoch) return;
    this.#sendIncrementalMap(con, session.lastSentEpoch, map);
    session.lastSentEpoch = map.epoch;
  }

  /** Ceph: OSDService::send_incremental_map. */
  #sendIncrementalMap(con: Connection, since: number, map: OSDMap): void {
    const messages: MOSDMap[] = [];
    const { oldest } = this.#maps;
    if (oldest === undefined) return;
    const range = { fsid: map.fsid, oldestMap: oldest.epoch, newestMap: map.epoch };
    if (since < oldest.epoch) {
      const maps = new Map([[oldest.epoch, oldest.encode({ simulated: true })]]);
      messages.push(new MOSDMap({ ...range, maps }));
    }
    const next = Math.max(since, oldest.epoch) + 1;
    for (let first = next; first <= map.epoch; first += MAPS_PER_MESSAGE) {
      const incrementalMaps = this.#maps.incrementals(first, first + MAPS_PER_MESSAGE - 1);
      messages.push(new MOSDMap({ ...range, incrementalMaps }));
    }
    this.#faults.send(messages, (message) => con.sendMessage(message));
  }
}
