import { KeyServer } from '../../src/auth/cephx/KeyServer.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { ClusterStats } from './ClusterStats.ts';
import { ConfigMonitor } from './ConfigMonitor.ts';
import { MonCommands } from './commands/MonCommands.ts';
import { CephxLogin, type MonLogin, NoneLogin } from './MonLogin.ts';
import { OSDMonitor } from './OSDMonitor.ts';
import { OsdFailures } from './OsdFailures.ts';

/** The first number that is given out is one more: Ceph's own begin there too. */
const GLOBAL_ID_START = 4133;

/** One of the monitors. */
export interface QuorumMember {
  readonly name: string;
  /** Their ports are 0 until they have been given. */
  readonly addrs: entity_addrvec_t;
  readonly isRunning: boolean;
  /** There is a new OSD map. */
  onNewMap(): void;
  /** What the monitors say of options has changed. */
  onNewConfig(): void;
}

export interface QuorumOptions {
  readonly cct: CephContext;
  /** The map of the first epoch. */
  readonly osdmap: OSDMap;
  readonly stats: ClusterStats;
  readonly onNewMap: () => void;
}

/**
 * What the monitors of a cluster have on disk, and agree on at once: in Ceph Paxos sees to that. A process that is
 * started again goes on from there, and any of them is enough.
 */
export class Quorum {
  readonly osdMonitor: OSDMonitor;
  readonly failures: OsdFailures;
  readonly stats: ClusterStats;
  readonly keys: KeyServer;
  readonly config: ConfigMonitor;
  readonly commands: MonCommands;
  readonly #cct: CephContext;
  readonly #osdmap: OSDMap;
  readonly #members: QuorumMember[] = [];
  #lastGlobalId = GLOBAL_ID_START;

  constructor({ cct, osdmap, stats, onNewMap }: QuorumOptions) {
    this.#cct = cct;
    this.stats = stats;
    this.keys = new KeyServer(cct);
    this.config = new ConfigMonitor(() => {
      for (const member of this.#members) member.onNewConfig();
    });
    this.#osdmap = osdmap;
    this.osdMonitor = new OSDMonitor(cct, osdmap, () => {
      this.failures.onMap();
      for (const member of this.#members) member.onNewMap();
      onNewMap();
    });
    this.failures = new OsdFailures(cct, this.osdMonitor);
    this.commands = new MonCommands(() => ({
      cct,
      stats,
      osdMonitor: this.osdMonitor,
      map: this.osdMonitor.map,
      monMap: this.monmap,
      keys: this.keys,
      config: this.config,
      quorum: this.#members.flatMap(({ isRunning }, rank) => (isRunning ? [rank] : [])),
    }));
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

  /** How clients and OSDs are let in. */
  makeLogin(): MonLogin {
    const assign = (had: number): number => this.assignGlobalId(had);
    return this.#cct.conf.auth_client_required === 'none'
      ? new NoneLogin(assign)
      : new CephxLogin(this.#cct, this.keys, assign);
  }

  /** `had`: what the client had from us before; 0: nothing. Ceph: AuthMonitor::assign_global_id. */
  assignGlobalId(had: number): number {
    return had === 0 ? ++this.#lastGlobalId : had;
  }
}
