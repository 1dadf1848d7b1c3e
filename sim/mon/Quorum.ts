import type { CephContext } from '../../src/common/CephContext.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMonitor } from './OSDMonitor.ts';
import { OsdFailures } from './OsdFailures.ts';

/** The first number that is given out is one more: Ceph's own begin there too. */
const GLOBAL_ID_START = 4133;

/** One of the monitors. */
export interface QuorumMember {
  readonly name: string;
  /** Their ports are 0 until they have been given. */
  readonly addrs: entity_addrvec_t;
  /** There is a new OSD map. */
  onNewMap(): void;
}

export interface QuorumOptions {
  readonly cct: CephContext;
  /** The map of the first epoch. */
  readonly osdmap: OSDMap;
  readonly onNewMap: () => void;
}

/**
 * What the monitors of a cluster have on disk, and agree on at once: in Ceph Paxos sees to that. A process that is
 * started again goes on from there, and any of them is enough.
 */
export class Quorum {
  readonly osdMonitor: OSDMonitor;
  readonly failures: OsdFailures;
  readonly #osdmap: OSDMap;
  readonly #members: QuorumMember[] = [];
  #lastGlobalId = GLOBAL_ID_START;

  constructor({ cct, osdmap, onNewMap }: QuorumOptions) {
    this.#osdmap = osdmap;
    this.osdMonitor = new OSDMonitor(cct, osdmap, () => {
      this.failures.onMap();
      for (const member of this.#members) member.onNewMap();
      onNewMap();
    });
    this.failures = new OsdFailures(cct, this.osdMonitor);
  }

  /** Answers its rank. */
  join(member: QuorumMember): number {
    return this.#members.push(member) - 1;
  }

  get monmap(): MonMap {
    const { fsid, data } = this.#osdmap;
    const mons = this.#members.map(({ name, addrs }) => ({ name, addrs }));
    return new MonMap({ fsid, epoch: 1, mons, created: data.created, lastChanged: data.created });
  }

  /** `had`: what the client had from us before; 0: nothing. Ceph: AuthMonitor::assign_global_id. */
  assignGlobalId(had: number): number {
    return had === 0 ? ++this.#lastGlobalId : had;
  }
}
