import type { KeyServer } from '../../src/auth/cephx/KeyServer.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import type { Timer } from '../../src/common/Clock.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { MOSDBackoff } from '../../src/messages/MOSDBackoff.ts';
import { MOSDBoot } from '../../src/messages/MOSDBoot.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { MOSDMarkMeDown } from '../../src/messages/MOSDMarkMeDown.ts';
import { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import type { Message } from '../../src/msg/Message.ts';
import { addrvecToString, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import { SUPERBLOCK_NEW } from '../../src/osd/OSDSuperblock.ts';
import { CEPH_OSD_NOUP } from '../../src/osd/rados.ts';
import type { MapFaults } from '../MapFaults.ts';
import { ClusterSessions } from './ClusterSessions.ts';
import { FailureReports } from './FailureReports.ts';
import { Heartbeats } from './Heartbeats.ts';
import { MapHistory } from './MapHistory.ts';
import { MonSession } from './MonSession.ts';
import { ObjectOps } from './ObjectOps.ts';
import type { OpFaults } from './OpFaults.ts';
import { OsdAuth } from './OsdAuth.ts';
import { OsdMessengers } from './OsdMessengers.ts';
import { PrimaryOps } from './PrimaryOps.ts';
import { RepOps } from './RepOps.ts';
import type { ObjectStore } from './store/ObjectStore.ts';
import type { PutObject } from './store/put_object.ts';
import type { ObjectId } from './store/StoredObject.ts';

/** osd_mon_shutdown_timeout. */
const SHUTDOWN_TIMEOUT_MS = 5000;

/** Called once: the process listens, or could not, or has died before it did. */
type Started = (error?: Error) => void;

/**
 * Ceph: OSD::osd_state_t. `waiting`: for peers that answer, before it boots again
 * (STATE_WAITING_FOR_HEALTHY).
 */
type State = 'booting' | 'active' | 'waiting' | 'stopping';

/** What dies with a process. */
interface Process {
  readonly messengers: OsdMessengers;
  readonly monSession: MonSession;
  readonly heartbeats: Heartbeats;
  readonly reports: FailureReports;
  readonly sessions: ClusterSessions;
}

export interface MockOSDOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  /** Where to bind; any free port. */
  readonly ip: string;
  readonly monAddrs: () => entity_addrvec_t;
  readonly store: ObjectStore;
  /** With which clients are let in; undefined: all are. */
  readonly keys: KeyServer | undefined;
  /** What goes wrong, on purpose, with maps for clients. */
  readonly mapFaults: MapFaults;
}

/**
 * An OSD as far as reads go, and simple writes: it boots, holds the newest map, pings others and reports
 * those that do not answer, and serves the PGs of which it is the primary. One that finds itself marked
 * down though it lives boots again. Ceph: src/osd/OSD.cc.
 *
 * PGs do not peer: a PG is served from the moment when its primary has the map that says so. All that
 * peering would bring about is there, as all OSDs have one store.
 */
export class MockOSD implements Dispatcher {
  readonly whoami: number;
  readonly #options: MockOSDOptions;
  /** What it has on disk: a process that is started again goes on from there. */
  readonly #maps = new MapHistory();
  readonly #ops: PrimaryOps;
  readonly #repOps: RepOps;
  readonly #objectOps: ObjectOps;
  #process: Process | undefined;
  #state: State = 'booting';
  #hasSentBoot = false;
  /** The epoch in which this process came up last. */
  #bootEpoch = 0;
  #started: Started | undefined;
  #stopTimer: Timer | undefined;
  #stopped: (() => void) | undefined;

  constructor(options: MockOSDOptions) {
    const { cct, whoami, store, mapFaults } = options;
    const map = () => this.#maps.newest;
    this.whoami = whoami;
    this.#options = options;
    const connectionTo = (osd: number) => this.#process?.sessions.connectionTo(osd);
    const repOps = new RepOps({ cct, whoami, map, connectionTo });
    this.#repOps = repOps;
    this.#objectOps = new ObjectOps({ cct, whoami, store, repOps, map });
    const objectOps = this.#objectOps;
    this.#ops = new PrimaryOps({ cct, whoami, maps: this.#maps, mapFaults, objectOps });
  }

  /** What goes wrong with ops on purpose. */
  get faults(): OpFaults {
    return this.#ops.faults;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Ops that have been answered. */
  get reads(): number {
    return this.#ops.reads;
  }

  /** Forgets all maps but the newest. */
  trimMaps(): void {
    this.#maps.trim();
  }

  /** Of the newest map; 0: none yet. */
  get epoch(): number {
    return this.#maps.epoch;
  }

  // ---- life

  /** Starts a process that is not running: binds, then `done`. The OSD is up when a map says so. */
  start(started: Started): void {
    const process = this.#makeProcess();
    this.#process = process;
    this.#started = started;
    this.#state = 'booting';
    this.#hasSentBoot = false;
    this.#bootEpoch = 0;
    process.messengers.bind((error) => {
      if (this.#process !== process) return;
      if (error === undefined) {
        process.monSession.open();
        process.heartbeats.start();
        this.#settleStart();
      } else {
        this.#settleStart(error);
        this.shutdown();
      }
    });
  }

  /** Dies: every connection and all ports are closed. */
  shutdown(): void {
    const process = this.#process;
    this.#process = undefined;
    process?.heartbeats.stop();
    process?.monSession.close();
    process?.messengers.shutdown();
    this.#ops.clear();
    this.#repOps.clear();
    this.#stopTimer?.cancel();
    this.#settleStart();
    const stopped = this.#stopped;
    this.#stopped = undefined;
    stopped?.();
  }

  /** Ends in order: the monitor is told, and has answered, before the process dies. Ceph: prepare_to_stop. */
  stop(stopped: () => void): void {
    const process = this.#process;
    const map = this.#maps.newest;
    if (process === undefined || this.#stopped !== undefined) {
      stopped();
      return;
    }
    this.#stopped = stopped;
    if (map === undefined || this.#state !== 'active') {
      this.shutdown();
      return;
    }
    this.#state = 'stopping';
    const { fsid, epoch } = map;
    const targetAddrs = map.getAddrs(this.whoami);
    const target = { targetOsd: this.whoami, targetAddrs, downAndDead: true };
    process.monSession.send(new MOSDMarkMeDown({ fsid, epoch, ...target, requestAck: true }));
    const { clock } = this.#options.cct;
    this.#stopTimer = clock.addEventAfter(SHUTDOWN_TIMEOUT_MS, () => this.shutdown());
  }

  /** Of the primary of the object's PG. False: it is not, or not yet. */
  put(object: ObjectId, epoch: number, what: PutObject, done: (isWritten: boolean) => void): void {
    const map = this.#maps.newest;
    const isReady = this.#state === 'active' && this.#process !== undefined;
    if (!isReady || map === undefined || map.epoch < epoch) {
      done(false);
      return;
    }
    const pg = map.rawPgToPg({ pool: object.pool, seed: object.hash });
    this.#objectOps.put(object, pg, what, done);
  }

  #settleStart(error?: Error): void {
    const started = this.#started;
    this.#started = undefined;
    started?.(error);
  }

  #makeProcess(): Process {
    const { cct, ip, monAddrs, keys } = this.#options;
    const { whoami } = this;
    const map = () => this.#maps.newest;
    const reports = new FailureReports(
      () => cct.clock.now(),
      (message) => this.#sendMon(message),
    );
    const heartbeats: Heartbeats = new Heartbeats({
      cct,
      whoami,
      map,
      messenger: () => messengers.hbClient,
      reports,
      onTick: () => this.#tick(),
      onDied: () => this.#process?.monSession.subscribe(),
    });
    const dispatchers = { osd: this, heartbeat: heartbeats };
    const auth = new OsdAuth(cct, whoami, keys);
    const messengers = new OsdMessengers({ cct, whoami, ip, auth, dispatchers });
    const monSession = new MonSession({
      cct,
      auth,
      monAddrs,
      messenger: messengers.client,
      nextEpoch: () => (this.epoch === 0 ? 0 : this.epoch + 1),
      onOpen: () => this.#onMonOpen(),
    });
    const sessions = new ClusterSessions(() => messengers.cluster, map);
    return { messengers, monSession, heartbeats, reports, sessions };
  }

  // ---- messages

  msDispatch(con: Connection, message: Message): boolean {
    const monSession = this.#process?.monSession;
    if (monSession?.msDispatch(con, message)) return true;
    if (message instanceof MOSDMap) {
      if (monSession?.isWith(con)) this.#handleOsdMap(message);
      return true;
    }
    if (message instanceof MOSDMarkMeDown) {
      if (monSession?.isWith(con) && this.#state === 'stopping') this.shutdown();
      return true;
    }
    if (message instanceof MOSDOp) {
      this.#ops.dispatch(con, message);
      return true;
    }
    // That a client has understood needs no answer.
    if (message instanceof MOSDBackoff) return true;
    return this.#repOps.dispatch(con, message);
  }

  msHandleConnect(con: Connection): void {
    this.#process?.monSession.msHandleConnect(con);
  }

  msHandleAccept(con: Connection): void {
    if (con.peerType === CEPH_ENTITY_TYPE_OSD) this.#process?.sessions.accepted(con);
  }

  msHandleReset(con: Connection): boolean {
    this.#ops.forget(con);
    return this.#process?.monSession.msHandleReset(con) ?? false;
  }

  #sendMon(message: Message): void {
    this.#log('MockOSD.sendMonMessage', { message: String(message) });
    this.#process?.monSession.send(message);
  }

  /** Ceph: OSD::ms_handle_connect. */
  #onMonOpen(): void {
    this.#hasSentBoot = false;
    const map = this.#maps.newest;
    if (map === undefined) return;
    this.#process?.reports.requeue(map);
    this.#maybeBoot(map);
  }

  // ---- maps

  /** Maps that do not follow ours are of no use; the monitor sends what we asked for. */
  #handleOsdMap(message: MOSDMap): void {
    const before = this.#maps.newest;
    for (const [epoch, bytes] of message.maps) {
      if (epoch > this.#maps.epoch) this.#maps.add(OSDMap.decode(bytes));
    }
    for (let epoch = this.#maps.epoch + 1; ; epoch++) {
      const incremental = message.incrementalMaps.get(epoch);
      const map = this.#maps.newest;
      if (incremental === undefined || map === undefined) break;
      const next = map.applyIncremental(OSDMapIncremental.decode(incremental));
      this.#maps.add(next, incremental);
    }
    const map = this.#maps.newest;
    if (map === undefined || map === before) return;
    this.#log('MockOSD.handleOsdMap', { epoch: map.epoch });
    this.#onNewMap(before, map);
  }

  /** Ceph: OSD::_committed_osd_maps. */
  #onNewMap(before: OSDMap | undefined, map: OSDMap): void {
    const process = this.#process;
    if (process === undefined) return;
    const isUs = this.#isUpAsUs(map, process.messengers);
    if (this.#state === 'booting' && isUs) {
      this.#state = 'active';
      this.#bootEpoch = map.data.osdInfo.at(this.whoami)?.upFrom ?? 0;
    } else if (this.#state === 'active' && !isUs) {
      this.#beginAnew(process);
      return;
    }
    process.reports.onMap(map);
    process.sessions.onMap(before, map);
    if (this.#state !== 'booting') process.heartbeats.updatePeers();
    this.#objectOps.onMap(map);
    this.#repOps.onMap(map);
    this.#ops.onMap();
    this.#maybeBoot(map);
  }

  #isUpAsUs(map: OSDMap, { client, cluster }: OsdMessengers): boolean {
    const isAt = (addrs: entity_addrvec_t, mine: entity_addrvec_t): boolean =>
      addrs.some((addr) => mine.some((other) => other.equals(addr)));
    return (
      map.isUp(this.whoami) &&
      isAt(map.getAddrs(this.whoami), client.myAddrs) &&
      isAt(map.getClusterAddrs(this.whoami), cluster.myAddrs)
    );
  }

  // ---- to be up

  /** Marked down, though it lives: it takes other addresses, and boots when it has seen that others answer. */
  #beginAnew(process: Process): void {
    this.#log('MockOSD.wronglyMarkedDown', { epoch: this.epoch });
    this.#state = 'waiting';
    this.#hasSentBoot = false;
    process.heartbeats.forgetPeers();
    process.sessions.clear();
    this.#repOps.clear();
    process.messengers.rebind((error) => {
      if (this.#process !== process) return;
      if (error !== undefined) this.shutdown();
      else process.heartbeats.updatePeers();
    });
    this.#ops.onMap();
  }

  #tick(): void {
    const map = this.#maps.newest;
    if (this.#state !== 'waiting' || map === undefined) return;
    if (this.#process?.heartbeats.isHealthy) this.#state = 'booting';
    this.#maybeBoot(map);
  }

  /** Ceph: OSD::_preboot, _send_boot. */
  #maybeBoot(map: OSDMap): void {
    const process = this.#process;
    if (this.#state !== 'booting' || this.#hasSentBoot || process === undefined) return;
    if (map.getState(this.whoami) & CEPH_OSD_NOUP) return;
    this.#hasSentBoot = true;
    const { cluster, hbBack, hbFront } = process.messengers;
    const { oldestEpoch } = this.#maps;
    const superblock = {
      ...SUPERBLOCK_NEW,
      clusterFsid: map.fsid,
      osdFsid: map.data.osdUuid.at(this.whoami) ?? map.fsid,
      whoami: this.whoami,
      currentEpoch: map.epoch,
      oldestMap: oldestEpoch,
      newestMap: map.epoch,
    };
    this.#sendMon(
      new MOSDBoot({
        superblock,
        epoch: map.epoch,
        hbBackAddrs: hbBack.myAddrs,
        hbFrontAddrs: hbFront.myAddrs,
        clusterAddrs: cluster.myAddrs,
        bootEpoch: this.#bootEpoch,
      }),
    );
    this.#log('MockOSD.sendBoot', { cluster: addrvecToString(cluster.myAddrs) });
  }

  #log(fn: string, facts: Record<string, string | number | boolean>): void {
    this.#options.cct.log?.({ who: `osd.${this.whoami}`, fn, facts });
  }
}
