import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MMonMap } from '../../src/messages/MMonMap.ts';
import { MMonSubscribe } from '../../src/messages/MMonSubscribe.ts';
import { MonClient } from '../../src/mon/MonClient.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { Message } from '../../src/msg/Message.ts';
import { parseAddr } from '../../src/msg/msg_types.ts';
import { fakeWorld } from './FakeCluster.ts';
import type { FakeConnection } from './FakeMessenger.ts';
import { FSID } from './osdmaps.ts';

export const ADDRS: readonly string[] = [1, 2, 3, 4, 5].map((host) => `v1:10.0.1.${host}:6789/0`);
export const GLOBAL_ID = 4123;

export function monmap(addrs: readonly string[], { epoch = 1, fsid = FSID } = {}): MonMap {
  const mons = addrs.map((addr, i) => ({ name: 'abcde'[i] ?? '', addrs: [parseAddr(addr)] }));
  return new MonMap({ fsid, epoch, mons });
}

/** A MonClient, and the test in the place of the monitors. */
export class Monitors {
  readonly world: ReturnType<typeof fakeWorld>;
  readonly monc: MonClient;
  /** What the monitors say of themselves. */
  map: MonMap;
  /** What `authenticate` answered. */
  readonly done: [result: number, why: string][] = [];

  constructor(count: number, conf: Partial<Options> = {}) {
    this.world = fakeWorld(conf);
    this.map = monmap(ADDRS.slice(0, count));
    const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
    const initial = MonMap.buildInitial(ADDRS.slice(0, count).join(','));
    this.monc = new MonClient(this.world.cct, this.world.messenger, { name }, initial);
    this.world.messenger.addDispatcherHead(this.monc);
    this.monc.authenticate((result, why) => this.done.push([result, why]));
  }

  get con(): FakeConnection {
    const con = this.world.messenger.cons.at(-1);
    if (con === undefined) throw new Error('no connection');
    return con;
  }

  send(message: Message, con: FakeConnection = this.con): void {
    this.world.messenger.msDeliverDispatch(con, message);
  }

  /** The connections that are open, to be tried or as the session's. */
  get openCons(): FakeConnection[] {
    return this.world.messenger.cons.filter((con) => !con.down);
  }

  /** Opens the session that is being tried. */
  open(con: FakeConnection = this.con): void {
    this.send(new MAuthReply({ protocol: 1, result: 0, globalId: GLOBAL_ID }), con);
    this.send(new MMonMap(this.map.encode()), con);
  }

  refuse(con: FakeConnection): void {
    this.world.messenger.msDeliverHandleRefused(con, new Error('connection refused'));
  }

  reset(con: FakeConnection = this.con): void {
    con.down = true;
    this.world.messenger.msDeliverHandleReset(con, new Error('reset'));
  }

  /** What the connection was asked to subscribe to, message by message. */
  subscribed(): string[] {
    const messages = this.con.sent.filter((message) => message instanceof MMonSubscribe);
    return messages.map(({ what }) =>
      [...what]
        .map(([name, { start, flags }]) => `${name}=${start}${flags ? '' : '+'}`)
        .sort()
        .join(' '),
    );
  }
}
