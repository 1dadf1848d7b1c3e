import type { CephContext } from '../../src/common/CephContext.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../src/common/entity_name.ts';
import { OPTION_DEFAULTS, type Options } from '../../src/common/options.ts';
import { PerfCountersCollection } from '../../src/common/PerfCounters.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MMonGetVersion } from '../../src/messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../../src/messages/MMonGetVersionReply.ts';
import { MMonMap } from '../../src/messages/MMonMap.ts';
import { MMonSubscribe } from '../../src/messages/MMonSubscribe.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { MOSDOp } from '../../src/messages/MOSDOp.ts';
import { MOSDOpReply, type MOSDOpReplyInit } from '../../src/messages/MOSDOpReply.ts';
import { MonClient } from '../../src/mon/MonClient.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { Message } from '../../src/msg/Message.ts';
import { parseAddr } from '../../src/msg/msg_types.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import type { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import type { pg_t } from '../../src/osd/osd_types.ts';
import { Objecter } from '../../src/osdc/Objecter.ts';
import { FakeClock } from './FakeClock.ts';
import { type FakeConnection, FakeMessenger } from './FakeMessenger.ts';
import { changeMap, FSID, incrementalOf, upMap } from './osdmaps.ts';

export const GLOBAL_ID = 4123;
export const MON_ADDR = parseAddr('v1:10.0.1.1:6789/0');
export const MONMAP = new MonMap({
  fsid: FSID,
  epoch: 1,
  mons: [{ name: 'a', addrs: [MON_ADDR] }],
});

export interface FakeWorld {
  readonly cct: CephContext;
  readonly clock: FakeClock;
  readonly messenger: FakeMessenger;
}

/** A context whose completions run when the test says so, by `clock.advance`. */
export function fakeWorld(conf: Partial<Options> = {}): FakeWorld {
  const clock = new FakeClock();
  const cct: CephContext = {
    conf: { ...OPTION_DEFAULTS, ...conf },
    clock,
    random: { uint32: () => 0, float: () => 0 },
    stack: {
      connect: () => {
        throw new Error('no network');
      },
      listen: () => {
        throw new Error('no network');
      },
    },
    finisher: { queue: (complete) => clock.defer(complete) },
    crypto: new NodeCrypto(),
    alloc: (length) => new Uint8Array(length),
    perf: new PerfCountersCollection(),
  };
  return { cct, clock, messenger: new FakeMessenger(cct) };
}

/** An Objecter and its MonClient with a session, and the test in the place of the cluster. */
export class FakeCluster {
  readonly cct: CephContext;
  readonly clock: FakeClock;
  readonly messenger: FakeMessenger;
  readonly monc: MonClient;
  readonly objecter: Objecter;
  /** The newest map that there is. */
  map: OSDMap;

  constructor(conf: Partial<Options> = {}, map: OSDMap = upMap(6, 3, [{ name: 'p', pgNum: 8 }])) {
    const world = fakeWorld(conf);
    this.cct = world.cct;
    this.clock = world.clock;
    this.messenger = world.messenger;
    this.map = map;
    const initial = MonMap.buildInitial('v1:10.0.1.1:6789');
    const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
    this.monc = new MonClient(this.cct, this.messenger, { name }, initial);
    this.objecter = new Objecter(this.cct, this.messenger, this.monc);
    this.messenger.addDispatcherHead(this.objecter);
    this.messenger.addDispatcherHead(this.monc);
    this.monc.authenticate(() => this.objecter.start());
    const reply = new MAuthReply({ protocol: 1, result: 0, globalId: GLOBAL_ID });
    this.fromMon(reply);
    this.fromMon(new MMonMap(MONMAP.encode()));
    this.sendFullMap();
    this.mon.sent.length = 0;
  }

  /** The open connection to the monitor. */
  get mon(): FakeConnection {
    return this.#newest('a monitor', (con) => con.peerType === CEPH_ENTITY_TYPE_MON);
  }

  /** The newest connection to an OSD. */
  osd(osd: number): FakeConnection {
    const addr = this.map.getAddrs(osd)[0];
    return this.#newest(`osd.${osd}`, (con) => addr?.equals(con.peerAddr) === true);
  }

  /** All connections that were opened to an OSD. */
  osdCons(): FakeConnection[] {
    return this.messenger.cons.filter((con) => con.peerType === CEPH_ENTITY_TYPE_OSD);
  }

  #newest(what: string, wanted: (con: FakeConnection) => boolean): FakeConnection {
    const con = this.messenger.cons.findLast(wanted);
    if (con === undefined) throw new Error(`no connection to ${what}`);
    return con;
  }

  fromMon(message: Message): void {
    this.messenger.msDeliverDispatch(this.mon, message);
  }

  /** The acting set of an object in pool 1. */
  acting(oid: string): readonly number[] {
    return this.map.pgToUpActingOsds(this.pgOf(oid)).acting;
  }

  /** The PG of an object in pool 1. */
  pgOf(oid: string): pg_t {
    const raw = this.map.objectLocatorToPg(oid, { pool: 1, key: '', nspace: '', hash: -1 });
    return this.map.rawPgToPg(raw);
  }

  sendFullMap(): void {
    const { epoch } = this.map;
    const maps = new Map([[epoch, this.map.encode()]]);
    this.fromMon(new MOSDMap({ fsid: FSID, maps, oldestMap: 1, newestMap: epoch }));
  }

  /** The primary of an object. */
  primary(oid: string): number {
    return this.acting(oid)[0] ?? -1;
  }

  /** `count` objects that `osd` is the primary of. */
  oidsOf(osd: number, count: number): string[] {
    const names = Array.from({ length: 1000 }, (_, i) => `obj${i}`);
    return names.filter((oid) => this.primary(oid) === osd).slice(0, count);
  }

  /** Changes the map and sends the change, or several as one message. */
  publish(...changes: ((inc: OSDMapIncremental) => void)[]): void {
    const incrementalMaps = new Map<number, Uint8Array>();
    for (const change of changes) {
      const inc = incrementalOf(this.map, change);
      incrementalMaps.set(inc.epoch, inc.encode());
      this.map = this.map.applyIncremental(inc);
    }
    const newestMap = this.map.epoch;
    this.fromMon(new MOSDMap({ fsid: FSID, incrementalMaps, oldestMap: 1, newestMap }));
  }

  /** Changes the map and tells nobody. */
  change(change: (inc: OSDMapIncremental) => void): void {
    this.map = changeMap(this.map, change);
  }

  /** Answers what the monitor was asked for newest versions. */
  answerVersions(newest: number = this.map.epoch): number {
    const asked = this.mon.sent.filter((message) => message instanceof MMonGetVersion);
    this.mon.sent.length = 0;
    for (const { handle } of asked) this.fromMon(new MMonGetVersionReply(handle, newest, 1));
    return asked.length;
  }

  /** What the monitor was asked to send, as `osdmap=4`, since the last call. */
  subscriptions(): string[] {
    const asked = this.mon.sent.filter((message) => message instanceof MMonSubscribe);
    this.mon.sent.length = 0;
    return asked.flatMap(({ what }) => [...what].map(([name, { start }]) => `${name}=${start}`));
  }

  /** The ops on a connection. */
  ops(con: FakeConnection): MOSDOp[] {
    return con.sent.filter((message) => message instanceof MOSDOp);
  }

  /** Answers an op on the connection that it came by. */
  reply(con: FakeConnection, op: MOSDOp, change: Partial<MOSDOpReplyInit> = {}): void {
    const reply = new MOSDOpReply({
      oid: op.oid,
      pgid: op.pgid.pgid,
      flags: op.flags,
      result: 0,
      osdmapEpoch: op.osdmapEpoch,
      ops: op.ops,
      retryAttempt: op.retryAttempt,
      userVersion: 7,
      ...change,
    });
    reply.tid = op.tid;
    this.messenger.msDeliverDispatch(con, reply);
  }

  reset(con: FakeConnection): void {
    con.down = true;
    this.messenger.msDeliverHandleReset(con, new Error('connection reset'));
  }
}
