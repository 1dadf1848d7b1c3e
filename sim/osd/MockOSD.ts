import { AuthNoneClient } from '../../src/auth/AuthNoneClient.ts';
import { AuthNoneServer } from '../../src/auth/AuthNoneServer.ts';
import { verifyAuthNoneAuthorizer } from '../../src/auth/auth_none.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { MOSDOp } from '../../src/messages/MOSDOp.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import type { Message } from '../../src/msg/Message.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import type { entity_addrvec_t } from '../../src/msg/msg_types.ts';
import { lossyClient, statelessServer } from '../../src/msg/Policy.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import { pgToString } from '../../src/osd/osd_types.ts';
import { cephStableMod } from '../../src/osd/pg_pool.ts';
import { bindAddrs } from '../bind_addrs.ts';
import { answerOp } from './answer_op.ts';
import { MapHistory } from './MapHistory.ts';
import { MonSession } from './MonSession.ts';
import type { ObjectStore } from './ObjectStore.ts';

/** Changes of the map in one message, at most: osd_map_message_max. */
const MAPS_PER_MESSAGE = 40;

/** What a connection is to an OSD. Ceph: src/osd/Session.h. */
class Session {
  /** The newest map that the peer is known to have, or to have been sent. */
  lastSentEpoch = 0;
}

/** Called once: the process listens, or could not, or has died before it did. */
type Started = (error?: Error) => void;

interface Process {
  readonly messenger: Messenger;
  readonly monSession: MonSession;
}

interface WaitingOp {
  readonly con: Connection;
  readonly op: MOSDOp;
}

export interface MockOSDOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  /** Where to bind; any free port. */
  readonly ip: string;
  readonly monAddrs: () => entity_addrvec_t;
  readonly store: ObjectStore;
  /** Tells the monitor that the OSD is up. In Ceph a message (MOSDBoot), here a call. */
  readonly boot: (whoami: number, addrs: entity_addrvec_t) => void;
}

/**
 * An OSD as far as reads go: it holds the newest map, answers for the PGs of which it is the
 * primary, and drops what is not for it without a word, as Ceph does. Ceph: src/osd/OSD.cc and the
 * checks at the head of PrimaryLogPG::do_op.
 *
 * An OSD that was marked down stays so until it is started again, as with `noup` set.
 */
export class MockOSD implements Dispatcher {
  readonly whoami: number;
  readonly #options: MockOSDOptions;
  /** What it has on disk: a process that is started again goes on from there. */
  readonly #maps = new MapHistory();
  #process: Process | undefined;
  #started: Started | undefined;
  #waitingForMap: WaitingOp[] = [];
  #reads = 0;

  constructor(options: MockOSDOptions) {
    this.whoami = options.whoami;
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Of the process that is running: no two have had the same. */
  get addrs(): entity_addrvec_t {
    return this.#process?.messenger.myAddrs ?? [];
  }

  /** Starts a process that is not running: binds, then `done`. The OSD is up when a map says so. */
  start(started: Started): void {
    const { cct, ip } = this.#options;
    const messenger = Messenger.create(cct, cct.conf.ms_type, {
      name: { type: CEPH_ENTITY_TYPE_OSD, num: this.whoami },
      lname: 'client',
      nonce: cct.random.uint32() >>> 1,
      messageFactory: decodeMessage,
    });
    messenger.setDefaultPolicy(statelessServer());
    messenger.setPolicy(CEPH_ENTITY_TYPE_MON, lossyClient());
    messenger.authClient = new AuthNoneClient({
      type: CEPH_ENTITY_TYPE_OSD,
      id: String(this.whoami),
    });
    messenger.authServer = new AuthNoneServer(verifyAuthNoneAuthorizer);
    const monSession = this.#makeMonSession(messenger);
    this.#process = { messenger, monSession };
    this.#started = started;
    messenger.bind(bindAddrs(cct.conf.ms_type, ip, { v1: 0, v2: 0 }), (error) => {
      if (error === undefined) {
        messenger.start();
        messenger.addDispatcherTail(this);
        monSession.open();
        this.#settleStart();
      } else {
        this.#settleStart(error);
        this.shutdown();
      }
    });
  }

  /** Dies: every connection and the port are closed. */
  shutdown(): void {
    this.#process?.monSession.close();
    this.#process?.messenger.shutdown();
    this.#process = undefined;
    this.#waitingForMap = [];
    this.#settleStart();
  }

  #settleStart(error?: Error): void {
    const started = this.#started;
    this.#started = undefined;
    started?.(error);
  }

  /** Ops that have been answered. */
  get reads(): number {
    return this.#reads;
  }

  /** Of the newest map; 0: none yet. */
  get epoch(): number {
    return this.#maps.epoch;
  }

  msDispatch(con: Connection, message: Message): boolean {
    const monSession = this.#process?.monSession;
    if (monSession?.msDispatch(con, message)) return true;
    if (message instanceof MOSDMap) {
      if (monSession?.isWith(con)) this.#handleOsdMap(message);
      return true;
    }
    if (!(message instanceof MOSDOp)) return false;
    if (this.#isLogged) {
      this.#log('MockOSD.msDispatch', { message: String(message) }, message.tid);
    }
    this.#handleOp({ con, op: message });
    return true;
  }

  msHandleConnect(con: Connection): void {
    this.#process?.monSession.msHandleConnect(con);
  }

  msHandleReset(con: Connection): boolean {
    this.#waitingForMap = this.#waitingForMap.filter((waiting) => waiting.con !== con);
    return this.#process?.monSession.msHandleReset(con) ?? false;
  }

  #makeMonSession(messenger: Messenger): MonSession {
    const { cct, monAddrs, boot } = this.#options;
    return new MonSession({
      cct,
      messenger,
      whoami: this.whoami,
      monAddrs,
      nextEpoch: () => (this.#maps.epoch === 0 ? 0 : this.#maps.epoch + 1),
      onFirstOpen: () => boot(this.whoami, messenger.myAddrs),
    });
  }

  // ---- maps

  /** Ceph: OSD::handle_osd_map. */
  #handleOsdMap(message: MOSDMap): void {
    const before = this.#maps.epoch;
    const newestFull = Math.max(0, ...message.maps.keys());
    const full = message.maps.get(newestFull);
    if (full !== undefined && newestFull > before) this.#maps.add(OSDMap.decode(full));
    for (let epoch = this.#maps.epoch + 1; ; epoch++) {
      const incremental = message.incrementalMaps.get(epoch);
      const map = this.#maps.newest;
      if (incremental === undefined || map === undefined) break;
      const next = map.applyIncremental(OSDMapIncremental.decode(incremental));
      this.#maps.add(next, incremental);
    }
    if (this.#maps.epoch === before) return;
    this.#log('MockOSD.handleOsdMap', { epoch: this.#maps.epoch });
    const waiting = this.#waitingForMap;
    this.#waitingForMap = [];
    for (const op of waiting) this.#handleOp(op);
  }

  /** Sends the peer what it lacks, as far as is known. Ceph: OSDService::maybe_share_map. */
  #maybeShareMap(con: Connection, peerEpoch: number, map: OSDMap): void {
    const session = con.priv instanceof Session ? con.priv : new Session();
    con.priv = session;
    session.lastSentEpoch = Math.max(session.lastSentEpoch, peerEpoch);
    if (map.epoch <= session.lastSentEpoch) return;
    this.#sendIncrementalMap(con, session.lastSentEpoch, map);
    session.lastSentEpoch = map.epoch;
  }

  /** Ceph: OSDService::send_incremental_map. */
  #sendIncrementalMap(con: Connection, since: number, map: OSDMap): void {
    const range = { fsid: map.fsid, oldestMap: this.#maps.oldestEpoch, newestMap: map.epoch };
    for (let first = since + 1; first <= map.epoch; first += MAPS_PER_MESSAGE) {
      const last = Math.min(first + MAPS_PER_MESSAGE - 1, map.epoch);
      const incrementalMaps = this.#maps.incrementals(first, last);
      if (incrementalMaps === undefined) {
        const maps = new Map([[map.epoch, map.encode({ simulated: true })]]);
        con.sendMessage(new MOSDMap({ ...range, maps }));
        return;
      }
      con.sendMessage(new MOSDMap({ ...range, incrementalMaps }));
    }
  }

  // ---- ops

  /** Ceph: PrimaryLogPG::do_request. */
  #handleOp(waiting: WaitingOp): void {
    const { con, op } = waiting;
    const map = this.#maps.newest;
    const mustWait = map === undefined || op.osdmapEpoch > map.epoch;
    if (mustWait || this.#waitingForMap.some((other) => other.con === con)) {
      this.#waitingForMap.push(waiting);
      return;
    }
    this.#maybeShareMap(con, op.osdmapEpoch, map);
    const why = this.#whyDropped(con, op, map);
    if (why === undefined) this.#doOp(con, op, map);
    else if (this.#isLogged) {
      this.#log('MockOSD.drop', { pg: pgToString(op.pgid.pgid), oid: op.oid, why }, op.tid);
    }
  }

  /** Undefined: the op is for us, and for us now. */
  #whyDropped(con: Connection, op: MOSDOp, map: OSDMap): string | undefined {
    const { pgid } = op.pgid;
    const pool = map.pools.get(pgid.pool);
    if (!con.isConnected()) return 'the client is gone';
    const { acting, actingPrimary } = map.pgToUpActingOsds(pgid);
    if (pool === undefined || !acting.includes(this.whoami)) return 'no such pg here';
    if (!this.#maps.isSamePrimarySince(pgid, op.osdmapEpoch)) return 'sent before the pg changed';
    if (cephStableMod(op.hash, pool.pgNum) !== pgid.seed) return 'the pg does not contain it';
    return actingPrimary === this.whoami ? undefined : 'misdirected';
  }

  /** Ceph: PrimaryLogPG::do_op. */
  #doOp(con: Connection, op: MOSDOp, map: OSDMap): void {
    const { pool, key, nspace } = op.oloc;
    const object = this.#options.store.get({ pool, nspace, key, oid: op.oid });
    const reply = answerOp(op, object, map.epoch);
    this.#reads += 1;
    if (this.#isLogged) {
      const pg = pgToString(op.pgid.pgid);
      const facts = { pg, oid: op.oid, result: reply.result, bytes: reply.dataLength() };
      this.#log('MockOSD.doOp', facts, op.tid);
    }
    con.sendMessage(reply);
  }

  /** Facts of every op are not put together for nobody. */
  get #isLogged(): boolean {
    return this.#options.cct.log !== undefined;
  }

  #log(fn: string, facts: Record<string, string | number | boolean>, tid?: number): void {
    const who = `osd.${this.whoami}`;
    this.#options.cct.log?.(tid === undefined ? { who, fn, facts } : { who, fn, tid, facts });
  }
}
