import { describe, expect, it } from 'vitest';
import { bindAddrs } from '../../sim/bind_addrs.ts';
import { type MsType, SimCluster } from '../../sim/index.ts';
import { MonAuthServer } from '../../sim/mon/MonAuthServer.ts';
import { CEPH_AUTH_NONE } from '../../src/auth/auth_methods.ts';
import { ConfigProxy } from '../../src/common/ConfigProxy.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_MON } from '../../src/common/entity_name.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import { RadosClient } from '../../src/librados/RadosClient.ts';
import { TimedOut } from '../../src/librados/RadosError.ts';
import { MAuth } from '../../src/messages/MAuth.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MMonMap } from '../../src/messages/MMonMap.ts';
import { MMonSubscribe } from '../../src/messages/MMonSubscribe.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { statelessServer } from '../../src/msg/Policy.ts';
import { contextIn } from '../helpers/sim_context.ts';

const NAMES = ['a', 'b', 'c'];
const TYPES: readonly MsType[] = ['simple', 'async'];
/** What a session, and its monitor's death, takes at most: see mon_client_ping_timeout, mon_client_hunt_interval. */
const FAILOVER_MS = 60_000;

function create(msType: MsType, mons = NAMES.length): Promise<SimCluster> {
  const objects = { data: { greeting: 'hello world' } };
  return SimCluster.create({ objects, msType, mons, trace: true });
}

async function readGreeting(cluster: SimCluster): Promise<string> {
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('data');
  return Buffer.from(await ioctx.read('greeting')).toString();
}

/** The monitor that client.1 has its session with. */
function sessionOf(cluster: SimCluster): string {
  const entry = cluster.trace().entries.findLast(({ fn }) => fn === 'MonClient.finishHunting');
  const ip = /10\.0\.0\.(\d)/.exec(String(entry?.facts?.['addr']))?.[1];
  return NAMES[Number(ip) - 1] ?? '';
}

describe.each(TYPES)('three simulated monitors, %s', (msType) => {
  it('are hunted at once, and one of them has the session', async () => {
    await using cluster = await create(msType);
    await cluster.advance(60_000);
    const before = cluster.net.connections;
    await cluster.connect();
    await cluster.advance(100);
    expect(cluster.net.connections - before).toBe(1);
    expect(NAMES).toContain(sessionOf(cluster));
  });

  it.each(NAMES)('are two without mon.%s, and that is enough', async (name) => {
    await using cluster = await create(msType);
    cluster.mon(name).kill();
    const { clock } = cluster;
    const since = clock.now();
    expect(await readGreeting(cluster)).toBe('hello world');
    expect(clock.now() - since).toBeLessThan(1000);
  });

  it.each(NAMES)('are enough to connect to when mon.%s says nothing', async (name) => {
    await using cluster = await create(msType);
    using _ = cluster.net.hold({ to: `mon.${name}` });
    const since = cluster.clock.now();
    expect(await readGreeting(cluster)).toBe('hello world');
    expect(cluster.clock.now() - since).toBeLessThan(1000);
  });

  it('are enough when but one of them is left', async () => {
    await using cluster = await create(msType);
    cluster.mon('a').kill();
    cluster.mon('b').kill();
    expect(await readGreeting(cluster)).toBe('hello world');
  });

  it('answer what was asked of the one that has died', async () => {
    await using cluster = await create(msType);
    const rados = await cluster.connect();
    const name = sessionOf(cluster);
    const latest = rados.waitForLatestOsdMap();
    cluster.mon(name).kill();
    await latest;
    expect(sessionOf(cluster)).not.toBe(name);
  });

  it('answer what was asked of the one that has fallen silent, and reads go on meanwhile', async () => {
    await using cluster = await create(msType);
    const rados = await cluster.connect();
    const ioctx = await rados.openIoCtx('data');
    const name = sessionOf(cluster);
    const { clock } = cluster;
    const since = clock.now();
    using _ = cluster.net.hold({ to: `mon.${name}` });
    const latest = rados.waitForLatestOsdMap();
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
    expect(clock.now() - since).toBeLessThan(100);
    await latest;
    expect(clock.now() - since).toBeLessThan(FAILOVER_MS);
    expect(sessionOf(cluster)).not.toBe(name);
  });

  it('tell of a new map when the session has moved', async () => {
    await using cluster = await create(msType);
    const rados = await cluster.connect();
    cluster.mon(sessionOf(cluster)).kill();
    await cluster.createPool('later');
    expect((await rados.openIoCtx('later')).poolName).toBe('later');
  });

  it.each([
    ['dead', (cluster: SimCluster) => cluster.mon('b').kill()],
    ['silent', (cluster: SimCluster) => void cluster.net.hold({ to: 'mon.b' })],
  ])('are told apart: a command to one that is %s is ENXIO in seconds', async (_, harm) => {
    await using cluster = await create(msType);
    const rados = await cluster.connect();
    harm(cluster);
    const since = cluster.clock.now();
    const command = { prefix: 'mon_status' };
    const { status, message } = await rados.monCommand(command, undefined, { target: 'b' });
    expect([status, message]).toEqual([
      -6,
      expect.stringMatching(/^mon unavailable: .*10\.0\.0\.2:/),
    ]);
    expect(cluster.clock.now() - since).toBeLessThan(10_000);
  });

  it('may leave questions without an answer: these end by timeout or signal', async () => {
    await using cluster = await create(msType);
    const rados = await cluster.connect({ conf: { rados_mon_op_timeout: 2 } });
    using _ = cluster.net.hold({ from: 'client.1' });
    const since = cluster.clock.now();
    const aborter = new AbortController();
    const { signal } = aborter;
    const aborted = expect(rados.poolStats(['data'], { signal })).rejects.toThrow('enough');
    aborter.abort(new Error('enough'));
    await aborted;
    await expect(rados.clusterStat({ timeout: 500 })).rejects.toBeInstanceOf(TimedOut);
    expect(cluster.clock.now() - since).toBe(500);
    await expect(rados.waitForLatestOsdMap()).rejects.toThrow(
      'no answer from the monitors within 2000 ms',
    );
  });

  it('may all be dead: that is told by their addresses, in the time that is asked', async () => {
    await using cluster = await create(msType);
    for (const name of NAMES) cluster.mon(name).kill();
    const since = cluster.clock.now();
    const connecting = cluster.connect({ conf: { client_mount_timeout: 4 } });
    const error = String(await connecting.catch((reason: unknown) => reason));
    for (const host of [1, 2, 3])
      expect(error).toMatch(new RegExp(`10.0.0.${host}:\\d+/0 \\(ECONNREFUSED`));
    expect(cluster.clock.now() - since).toBe(4000);
  });
});

/** What somebody in the place of mon.b says to whoever connects; then the connection ends, or it says no more. */
const IMPOSTORS: { what: string; says: string; ends: boolean }[] = [
  { what: 'says nothing', says: '', ends: false },
  { what: 'hangs up', says: '', ends: true },
  { what: 'speaks another protocol', says: 'HTTP/1.1 400 Bad Request\r\n\r\n', ends: false },
  { what: 'begins like a monitor and hangs up', says: 'ceph v2\n', ends: true },
];

function impersonate(cluster: SimCluster, name: string, says: string, ends: boolean): void {
  const rank = NAMES.indexOf(name);
  const ip = `10.0.0.${rank + 1}`;
  cluster.mon(name).kill();
  const { stack } = contextIn(cluster, `mon.${name}`, ip);
  for (const port of [3300, 6789]) {
    stack.listen(
      { ip, port },
      { onListening() {}, onError() {}, onAccept: (socket) => say(socket) },
    );
  }

  function say(socket: Socket): SocketEvents {
    if (says !== '') socket.send([Buffer.from(says)]);
    if (ends) socket.close();
    const readBuffer = (): Uint8Array => new Uint8Array(4096);
    return { onConnect() {}, readBuffer, onRead() {}, onWritable() {}, onClose() {} };
  }
}

describe.each(TYPES)('of three simulated monitors, %s, one that', (msType) => {
  it.each(IMPOSTORS)('$what does not keep a client from the others', async ({ says, ends }) => {
    await using cluster = await create(msType);
    impersonate(cluster, 'b', says, ends);
    const since = cluster.clock.now();
    expect(await readGreeting(cluster)).toBe('hello world');
    expect(cluster.clock.now() - since).toBeLessThan(1000);
  });

  it('lets everybody in and tells nothing is left for another', async () => {
    await using cluster = await create(msType);
    for (const name of ['a', 'c']) cluster.mon(name).kill();
    const addrs = ['a', 'c'].map((name) => becomeMute(cluster, name, msType));
    const since = cluster.clock.now();
    expect(await readGreeting(cluster)).toBe('hello world');
    expect(cluster.clock.now() - since).toBeLessThan(FAILOVER_MS);
    expect(addrs).not.toContain(sessionOf(cluster));
  });
});

describe.each(TYPES)('a client that asks for its options first, %s', (msType) => {
  async function connect(cluster: SimCluster): Promise<RadosClient> {
    const plain = contextIn(cluster, 'client.t', '10.2.9.9');
    const configProxy = new ConfigProxy({ ms_type: msType });
    const cct = { ...plain, conf: configProxy.options, configProxy };
    const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
    return new RadosClient(cct, { name, monHost: cluster.getMonHost() }).connect();
  }

  it('has one session at a time', async () => {
    await using cluster = await create(msType);
    await cluster.advance(60_000);
    const before = cluster.net.connections;
    await using rados = await connect(cluster);
    expect(Buffer.from(await (await rados.openIoCtx('data')).read('greeting')).toString()).toBe(
      'hello world',
    );
    await cluster.advance(100);
    expect(cluster.net.connections - before).toBe(2);
  });

  it('gives up in half a minute where nobody tells them', async () => {
    await using cluster = await create(msType, 1);
    cluster.mon().kill();
    becomeMute(cluster, 'a', msType, cluster.fsid);
    const since = cluster.clock.now();
    await expect(connect(cluster)).rejects.toThrow(/no monitor has sent options: .*10\.0\.0\.1/);
    expect(cluster.clock.now() - since).toBeLessThan(FAILOVER_MS);
  });
});

/** A monitor that authenticates and does no more, unless it tells who it is: the map of `fsid`. */
function becomeMute(cluster: SimCluster, name: string, msType: MsType, fsid?: string): string {
  const ip = `10.0.0.${NAMES.indexOf(name) + 1}`;
  const cct = contextIn(cluster, `mon.${name}`, ip);
  const messenger = Messenger.create(cct, msType, {
    name: { type: CEPH_ENTITY_TYPE_MON, num: NAMES.indexOf(name) },
    lname: 'mon',
    nonce: 0,
    messageFactory: decodeMessage,
  });
  messenger.setDefaultPolicy(statelessServer());
  messenger.authServer = new MonAuthServer(() => 7);
  const ports = { v1: 6789, v2: 3300 };
  messenger.bind(bindAddrs(msType, ip, ports), () => {
    messenger.start();
    messenger.addDispatcherTail({
      msDispatch(con, message) {
        const reply = { protocol: CEPH_AUTH_NONE, result: 0, globalId: 7 };
        if (message instanceof MAuth) con.sendMessage(new MAuthReply(reply));
        if (fsid !== undefined && message instanceof MMonSubscribe) {
          const mons = [{ name, addrs: messenger.myAddrs }];
          con.sendMessage(new MMonMap(new MonMap({ fsid, epoch: 1, mons }).encode()));
        }
        return true;
      },
      msHandleReset: () => true,
    });
  });
  return name;
}
