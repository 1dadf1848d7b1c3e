import type { CephContext } from '../../src/common/CephContext.ts';
import type { Timer } from '../../src/common/Clock.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { utimeFromMs, utimeToMs } from '../../src/common/utime_t.ts';
import { MOSDPing, type MOSDPingInit } from '../../src/messages/MOSDPing.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { Messenger } from '../../src/msg/Messenger.ts';
import type { entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSD_HEARTBEAT_GRACE } from '../heartbeat_options.ts';
import type { FailureReports } from './FailureReports.ts';
import { HeartbeatPeer } from './HeartbeatPeer.ts';
import { chooseHeartbeatPeers } from './heartbeat_peers.ts';

/** osd_heartbeat_interval, in seconds. */
const INTERVAL = 6;

/** osd_tick_interval. */
const TICK_MS = 1000;

/** osd_heartbeat_min_size. */
const MIN_SIZE = 2000;

/** osd_heartbeat_min_healthy_ratio. */
const MIN_HEALTHY_RATIO = 0.33;

const GRACE_MS = OSD_HEARTBEAT_GRACE * 1000;

export interface HeartbeatsOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  /** The newest map that the OSD has. */
  readonly map: () => OSDMap | undefined;
  /** From which peers are pinged. */
  readonly messenger: () => Messenger;
  readonly reports: FailureReports;
  /** Once a second, when peers have been checked. */
  readonly onTick: () => void;
  /** A peer has it that we are dead. */
  readonly onDied: () => void;
}

/**
 * An OSD pings others over both networks, answers their pings, and reports those that do not answer.
 * Its timers keep no simulation going.
 * Ceph: OSD::heartbeat, heartbeat_check, handle_osd_ping, HeartbeatDispatcher (src/osd/OSD.cc).
 */
export class Heartbeats implements Dispatcher {
  readonly #options: HeartbeatsOptions;
  readonly #peers = new Map<number, HeartbeatPeer>();
  #pingTimer: Timer | undefined;
  #tickTimer: Timer | undefined;
  #chosenAt = 0;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#startPingTimer();
    this.#startTickTimer();
  }

  stop(): void {
    this.#pingTimer?.cancel();
    this.#tickTimer?.cancel();
    this.forgetPeers();
  }

  /** Ceph: OSD::reset_heartbeat_peers. */
  forgetPeers(): void {
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
  }

  /** Enough of the peers answer; so do they if there are none. Ceph: OSD::_is_healthy. */
  get isHealthy(): boolean {
    const now = this.#options.cct.clock.now();
    let healthy = 0;
    for (const peer of this.#peers.values()) if (peer.isHealthy(now)) healthy += 1;
    return healthy >= this.#peers.size * MIN_HEALTHY_RATIO;
  }

  /** Chooses the peers anew. Ceph: OSD::maybe_update_heartbeat_peers. */
  updatePeers(): void {
    const { whoami, cct } = this.#options;
    const map = this.#options.map();
    if (map === undefined) return;
    this.#chosenAt = cct.clock.now();
    const chosen = new Set(chooseHeartbeatPeers(map, whoami, cct.random));
    for (const [osd, peer] of this.#peers) {
      if (chosen.has(osd) && peer.isAt(map)) continue;
      peer.close();
      this.#peers.delete(osd);
    }
    for (const osd of chosen) if (!this.#peers.has(osd)) this.#connect(osd, map);
  }

  msDispatch(con: Connection, message: Message): boolean {
    if (!(message instanceof MOSDPing)) return false;
    const map = this.#options.map();
    const from = message.src?.num ?? -1;
    if (map === undefined || message.fsid !== map.fsid) return true;
    if (message.op === 'ping') this.#handlePing(con, message, map, from);
    else if (message.op === 'ping_reply') this.#handleReply(con, message, map, from);
    else this.#options.onDied();
    return true;
  }

  /** Ceph: OSD::heartbeat_reset. */
  msHandleReset(con: Connection): boolean {
    const peer = con.priv;
    const map = this.#options.map();
    if (!(peer instanceof HeartbeatPeer) || this.#peers.get(peer.osd) !== peer) return false;
    if (map !== undefined && peer.isAt(map)) this.#reopen(peer, map);
    return true;
  }

  /** osd_fast_fail_on_connection_refused. Ceph: OSD::ms_handle_refused. */
  msHandleRefused(con: Connection): boolean {
    const peer = con.priv;
    const map = this.#options.map();
    if (!(peer instanceof HeartbeatPeer) || this.#peers.get(peer.osd) !== peer) return false;
    if (map?.isUp(peer.osd) && peer.isAt(map)) this.#options.reports.immediate(map, peer.osd);
    return true;
  }

  #connect(osd: number, map: OSDMap): void {
    const back = this.#open(map.getHbBackAddrs(osd));
    const front = this.#open(map.getHbFrontAddrs(osd));
    if (back === undefined || front === undefined) return;
    this.#peers.set(osd, new HeartbeatPeer(osd, map, back, front));
  }

  #reopen(peer: HeartbeatPeer, map: OSDMap): void {
    peer.close();
    const back = this.#open(map.getHbBackAddrs(peer.osd));
    const front = this.#open(map.getHbFrontAddrs(peer.osd));
    if (back !== undefined && front !== undefined) peer.reconnected(back, front);
  }

  #open(addrs: entity_addrvec_t): Connection | undefined {
    const messenger = this.#options.messenger();
    const addr = messenger.pickAddr(addrs);
    return addr === undefined ? undefined : messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
  }

  /** Ceph: OSD::heartbeat_entry. */
  #startPingTimer(): void {
    const { clock, random } = this.#options.cct;
    const seconds = 0.5 + ((random.uint32() % 10) / 10) * INTERVAL;
    this.#pingTimer = clock.addEventAfter(seconds * 1000, () => {
      this.#ping();
      this.#startPingTimer();
    });
    this.#pingTimer.unref();
  }

  #startTickTimer(): void {
    this.#tickTimer = this.#options.cct.clock.addEventAfter(TICK_MS, () => {
      this.#startTickTimer();
      this.#tick();
    });
    this.#tickTimer.unref();
  }

  #ping(): void {
    const map = this.#options.map();
    if (map === undefined) return;
    const { clock } = this.#options.cct;
    const pingStamp = utimeFromMs(clock.realNow());
    const now = clock.now();
    for (const peer of this.#peers.values()) {
      peer.sent(utimeToMs(pingStamp), now, now + GRACE_MS);
      const fields = { op: 'ping', pingStamp, monoPingStamp: nanoseconds(now) } as const;
      peer.back.sendMessage(this.#makePing(map, fields));
      peer.front.sendMessage(this.#makePing(map, fields));
    }
  }

  #makePing(
    map: OSDMap,
    fields: Pick<MOSDPingInit, 'op' | 'pingStamp' | 'monoPingStamp'>,
  ): MOSDPing {
    const { whoami, cct } = this.#options;
    return new MOSDPing({
      ...fields,
      fsid: map.fsid,
      mapEpoch: map.epoch,
      monoSendStamp: nanoseconds(cct.clock.now()),
      upFrom: map.data.osdInfo.at(whoami)?.upFrom ?? 0,
      minMessageSize: MIN_SIZE,
    });
  }

  #tick(): void {
    const { cct, reports, onTick } = this.#options;
    const map = this.#options.map();
    const now = cct.clock.now();
    if (map !== undefined) {
      for (const peer of this.#peers.values()) {
        if (peer.isMissed(now)) reports.failed(map, peer.osd, peer.lastHeard);
      }
      if (now - this.#chosenAt > GRACE_MS) this.updatePeers();
    }
    onTick();
  }

  #handlePing(con: Connection, ping: MOSDPing, map: OSDMap, from: number): void {
    const { pingStamp, monoPingStamp } = ping;
    con.sendMessage(this.#makePing(map, { op: 'ping_reply', pingStamp, monoPingStamp }));
    if (map.isUp(from)) return;
    const downAt = map.data.osdInfo.at(from)?.downAt ?? 0;
    if (map.exists(from) && downAt <= ping.mapEpoch) return;
    con.sendMessage(this.#makePing(map, { op: 'you_died', pingStamp, monoPingStamp }));
  }

  #handleReply(con: Connection, reply: MOSDPing, map: OSDMap, from: number): void {
    const peer = this.#peers.get(from);
    if (peer === undefined || con.priv !== peer) return;
    const now = this.#options.cct.clock.now();
    peer.answered(con, utimeToMs(reply.pingStamp), now);
    if (peer.isHealthy(now)) this.#options.reports.alive(map, from);
  }
}

/** By a steady clock. `ms` is in milliseconds. */
function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n;
}
