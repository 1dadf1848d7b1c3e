import type { AuthPeer } from '../../src/auth/AuthServer.ts';
import { entityNameToString } from '../../src/auth/Keyring.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { MAuth } from '../../src/messages/MAuth.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MConfig } from '../../src/messages/MConfig.ts';
import { MMonGetMap } from '../../src/messages/MMonGetMap.ts';
import { MMonGetVersion } from '../../src/messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../../src/messages/MMonGetVersionReply.ts';
import { MMonMap } from '../../src/messages/MMonMap.ts';
import {
  CEPH_SUBSCRIBE_ONETIME,
  MMonSubscribe,
  type SubscribeItem,
} from '../../src/messages/MMonSubscribe.ts';
import { MOSDBoot } from '../../src/messages/MOSDBoot.ts';
import { MOSDFailure } from '../../src/messages/MOSDFailure.ts';
import type { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { MOSDMarkMeDown } from '../../src/messages/MOSDMarkMeDown.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import { CEPH_MSG_PRIO_HIGH, type Message } from '../../src/msg/Message.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { addrvecToString, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import { statelessServer } from '../../src/msg/Policy.ts';
import type { MapFaults } from '../MapFaults.ts';
import type { MonLogin } from './MonLogin.ts';
import { MonRequests } from './MonRequests.ts';
import type { Quorum, QuorumMember } from './Quorum.ts';

/** Ceph: src/mon/Session.h, MonSession. */
class Session {
  /** Over msgr v1: who has been let in. */
  peer: AuthPeer | undefined;
  /** What → the next version that is wanted. */
  readonly subs = new Map<string, SubscribeItem>();
}

/** Called once: the process listens, or could not, or has died before it did. */
type Started = (error?: Error) => void;

export interface MockMonitorOptions {
  readonly cct: CephContext;
  /** `a`, of mon.a. */
  readonly name: string;
  /** Where it listens. */
  readonly addrs: entity_addrvec_t;
  readonly quorum: Quorum;
  /** What goes wrong, on purpose, with maps for clients. */
  readonly mapFaults: MapFaults;
}

/**
 * A monitor: authenticates by taking everybody's word, hands out maps to those who subscribe, and takes part
 * in making new OSD maps. Ceph: src/mon/Monitor.cc, AuthMonitor.cc, OSDMonitor.cc.
 */
export class MockMonitor implements Dispatcher, QuorumMember {
  readonly name: string;
  readonly #rank: number;
  readonly #quorum: Quorum;
  readonly #options: MockMonitorOptions;
  readonly #requests: MonRequests;
  readonly #cons = new Set<Connection>();
  #messenger: Messenger | undefined;
  #login: MonLogin | undefined;
  #started: Started | undefined;
  #addrs: entity_addrvec_t;

  constructor(options: MockMonitorOptions) {
    const { name, addrs, quorum } = options;
    this.#options = options;
    this.name = name;
    this.#addrs = addrs;
    this.#quorum = quorum;
    this.#rank = quorum.join(this);
    this.#requests = new MonRequests(quorum, options.cct.clock);
  }

  /**
   * Starts a process that is not running. The steps, and their order, of main() in Ceph's
   * src/ceph_mon.cc: create the messenger, bind, start, init; `wait` tells of its end.
   */
  start(started: Started): void {
    const { cct } = this.#options;
    const messenger = Messenger.create(cct, cct.conf.ms_type, {
      name: { type: CEPH_ENTITY_TYPE_MON, num: this.#rank },
      lname: 'mon',
      nonce: 0,
      messageFactory: decodeMessage,
    });
    messenger.setDefaultPolicy(statelessServer());
    this.#login = this.#quorum.makeLogin();
    messenger.authServer = this.#login.authServer;
    this.#messenger = messenger;
    this.#started = started;
    messenger.bind(this.#addrs, (error) => {
      if (error === undefined) {
        messenger.start();
        this.#init(messenger);
        messenger.wait(() => this.#log('MockMonitor.wait', { at: addrvecToString(this.addrs) }));
        this.#settleStart();
      } else {
        this.#settleStart(error);
        this.shutdown();
      }
    });
  }

  /** Dies: every connection and the port are closed. */
  shutdown(): void {
    this.#messenger?.shutdown();
    this.#messenger = undefined;
    this.#cons.clear();
    this.#settleStart();
  }

  #settleStart(error?: Error): void {
    const started = this.#started;
    this.#started = undefined;
    started?.(error);
  }

  get isRunning(): boolean {
    return this.#messenger !== undefined;
  }

  /** Their ports are 0 until they have been given. */
  get addrs(): entity_addrvec_t {
    return this.#addrs;
  }

  msDispatch(con: Connection, message: Message): boolean {
    const session = con.priv instanceof Session ? con.priv : new Session();
    con.priv = session;
    this.#cons.add(con);
    if (message instanceof MAuth) this.#handleAuth(con, session, message);
    else if (this.#peerOf(con, session) === undefined) return true;
    else if (message instanceof MMonGetMap) this.handleMonGetMap(con);
    else if (message instanceof MMonSubscribe) this.#handleSubscribe(con, session, message);
    else if (message instanceof MMonGetVersion) this.#handleGetVersion(con, message);
    else if (message.src?.type === CEPH_ENTITY_TYPE_OSD) return this.#dispatchOfOsd(con, message);
    else return this.#handleRequest(con, session, message);
    return true;
  }

  #handleRequest(con: Connection, session: Session, message: Message): boolean {
    const { caps } = this.#peerOf(con, session) ?? {};
    return this.#requests.handle(message, caps, (reply) => this.#send(con, reply));
  }

  /** Undefined: it has not been let in. Over msgr v2 the connection has seen to that. */
  #peerOf(con: Connection, session: Session): AuthPeer | undefined {
    const { peerAuth } = con;
    return peerAuth !== undefined && peerAuth.globalId >= 0 ? peerAuth : session.peer;
  }

  msHandleReset(con: Connection): boolean {
    return this.#cons.delete(con);
  }

  handleMonGetMap(con: Connection): void {
    this.sendLatestMonmap(con);
  }

  sendLatestMonmap(con: Connection): void {
    this.#send(con, new MMonMap(this.#quorum.monmap.encode()));
  }

  #init(messenger: Messenger): void {
    this.#addrs = messenger.myAddrs;
    this.#log('MockMonitor.init', { at: addrvecToString(this.addrs) });
    messenger.addDispatcherTail(this);
  }

  /** Ceph: AuthMonitor::prep_auth, then what Monitor sends to whoever has just been let in. */
  #handleAuth(con: Connection, session: Session, message: MAuth): void {
    if (this.#login === undefined) return;
    const { protocol, result, globalId, payload, peer } = this.#login.handleAuth(con, message);
    this.#log('MockMonitor.handleAuth', { from: String(con.peerAddr), result, globalId });
    this.#send(con, new MAuthReply({ protocol, result, globalId, resultBl: payload }));
    if (peer === undefined) return;
    session.peer = peer;
    this.sendLatestMonmap(con);
  }

  /** Ceph: Monitor::handle_subscribe. */
  #handleSubscribe(con: Connection, session: Session, message: MMonSubscribe): void {
    for (const [what, item] of message.what) {
      session.subs.set(what, item);
      if (what === 'osdmap') this.#checkOsdmapSub(con, session);
      if (what === 'config') this.#sendConfig(con, session);
      if (what === 'monmap') this.sendLatestMonmap(con);
    }
  }

  /** Ceph: ConfigMonitor::check_sub. */
  #sendConfig(con: Connection, session: Session): void {
    const { entityName } = this.#peerOf(con, session) ?? {};
    const who = entityName === undefined ? 'client' : entityNameToString(entityName);
    const settings = this.#quorum.config.of(who).values();
    this.#send(con, new MConfig(new Map([...settings].map(({ name, value }) => [name, value]))));
  }

  onNewConfig(): void {
    for (const con of this.#cons) {
      if (con.priv instanceof Session && con.priv.subs.has('config'))
        this.#sendConfig(con, con.priv);
    }
  }

  /** Ceph: Monitor::handle_get_version. A map that it does not know it does not answer for. */
  #handleGetVersion(con: Connection, message: MMonGetVersion): void {
    const { handle, what } = message;
    if (what !== 'osdmap' && what !== 'monmap') return;
    const { osdMonitor, monmap } = this.#quorum;
    const newest = what === 'osdmap' ? osdMonitor.map.epoch : monmap.epoch;
    const reply = new MMonGetVersionReply(handle, newest, 1);
    reply.tid = message.tid;
    this.#send(con, reply);
  }

  /** Ceph: OSDMonitor::preprocess_query. */
  #dispatchOfOsd(con: Connection, message: Message): boolean {
    if (message instanceof MOSDBoot) this.#handleBoot(con, message);
    else if (message instanceof MOSDFailure) this.#quorum.failures.handle(con, message);
    else if (message instanceof MOSDMarkMeDown) this.#handleMarkMeDown(con, message);
    else return false;
    return true;
  }

  #handleBoot(con: Connection, message: MOSDBoot): void {
    const { superblock, clusterAddrs, hbBackAddrs, hbFrontAddrs } = message;
    this.#log('MockMonitor.handleBoot', { message: String(message) });
    this.#quorum.osdMonitor.boot(superblock.whoami, {
      client: con.peerAddrs,
      cluster: clusterAddrs,
      hbBack: hbBackAddrs,
      hbFront: hbFrontAddrs,
    });
  }

  /** Ceph: OSDMonitor::prepare_mark_me_down. */
  #handleMarkMeDown(con: Connection, message: MOSDMarkMeDown): void {
    const { targetOsd, targetAddrs, requestAck } = message;
    const isSameLife =
      addrvecToString(this.#quorum.osdMonitor.map.getAddrs(targetOsd)) ===
      addrvecToString(targetAddrs);
    this.#log('MockMonitor.handleMarkMeDown', { message: String(message), isSameLife });
    if (!isSameLife) return;
    this.#quorum.osdMonitor.markDown(targetOsd, (epoch) => {
      if (!requestAck) return;
      const { fsid } = message;
      const ack = { fsid, targetOsd, targetAddrs, epoch, requestAck: false };
      this.#send(con, new MOSDMarkMeDown(ack));
    });
  }

  onNewMap(): void {
    for (const con of this.#cons) {
      if (con.priv instanceof Session) this.#checkOsdmapSub(con, con.priv);
    }
  }

  /** Ceph: OSDMonitor::check_osdmap_sub. */
  #checkOsdmapSub(con: Connection, session: Session): void {
    const sub = session.subs.get('osdmap');
    const { osdMonitor } = this.#quorum;
    const { epoch } = osdMonitor.map;
    if (sub === undefined || sub.start > epoch) return;
    const messages =
      sub.start === 0 ? [osdMonitor.buildLatestFull()] : osdMonitor.buildFrom(sub.start);
    const isOnetime = (sub.flags & CEPH_SUBSCRIBE_ONETIME) !== 0;
    const sent = isOnetime ? messages.slice(0, 1) : messages;
    const send = (message: MOSDMap): void => this.#send(con, message);
    if (con.peerType === CEPH_ENTITY_TYPE_OSD) for (const message of sent) send(message);
    else this.#options.mapFaults.send(sent, send);
    if (isOnetime) session.subs.delete('osdmap');
    else session.subs.set('osdmap', { start: epoch + 1, flags: sub.flags });
  }

  #send(con: Connection, message: Message): void {
    message.priority = CEPH_MSG_PRIO_HIGH;
    con.sendMessage(message);
  }

  #log(fn: string, facts: Record<string, string | number | boolean>): void {
    this.#options.cct.log?.({ who: `mon.${this.name}`, fn, facts });
  }
}
