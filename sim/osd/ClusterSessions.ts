import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Messenger } from '../../src/msg/Messenger.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';

/**
 * An OSD's sessions with other OSDs. They lose nothing, and so would wait for ever for one that is dead:
 * those with an OSD that has gone down, or moved, are ended. Ceph: OSD::note_down_osd.
 */
export class ClusterSessions {
  readonly #messenger: () => Messenger;
  readonly #map: () => OSDMap | undefined;
  readonly #cons = new Set<Connection>();

  constructor(messenger: () => Messenger, map: () => OSDMap | undefined) {
    this.#messenger = messenger;
    this.#map = map;
  }

  /** Undefined: the map has no address for it. */
  connectionTo(osd: number): Connection | undefined {
    const messenger = this.#messenger();
    const addr = messenger.pickAddr(this.#map()?.getClusterAddrs(osd) ?? []);
    if (addr === undefined) return undefined;
    const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
    this.#cons.add(con);
    return con;
  }

  accepted(con: Connection): void {
    this.#cons.add(con);
  }

  onMap(before: OSDMap | undefined, map: OSDMap): void {
    const now = addrsOfUp(map);
    const was = addrsOfUp(before);
    for (const con of this.#cons) {
      const at = String(con.peerAddr);
      if (!was.has(at) || now.has(at)) continue;
      con.markDown();
      this.#cons.delete(con);
    }
  }

  clear(): void {
    this.#cons.clear();
  }
}

/** Where OSDs that are up reach each other. */
function addrsOfUp(map: OSDMap | undefined): Set<string> {
  const addrs = new Set<string>();
  for (let osd = 0; osd < (map?.maxOsd ?? 0); osd++) {
    if (!map?.isUp(osd)) continue;
    for (const addr of map.getClusterAddrs(osd)) addrs.add(String(addr));
  }
  return addrs;
}
