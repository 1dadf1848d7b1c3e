import { afterEach, describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import { Throttle } from '../../src/common/Throttle.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import {
  losslessClient,
  losslessPeer,
  losslessPeerReuse,
  lossyClient,
  type Policy,
  statefulServer,
  statelessServer,
} from '../../src/msg/Policy.ts';
import { MESSENGER_KINDS, type MessengerKind } from '../helpers/messenger_kinds.ts';
import {
  type MessengerWorld,
  newProcessWorld,
  newSimulatedWorld,
  newTcpWorld,
  newThreadsWorld,
  type SimulatedWorld,
} from '../helpers/messenger_worlds.ts';
import { TestMessage } from '../helpers/messengers.ts';
import { Party } from '../helpers/Party.ts';

const MINUTE_MS = 60_000;
/** A handshake in memory takes about 1.5 ms; this is more than the way of a byte. */
const STEP_MS = 0.05;
const STEPS = 50;

const names = (count: number, prefix = 'm'): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

const say = (con: Connection, texts: readonly string[]): void => {
  for (const text of texts) con.sendMessage(new TestMessage(text));
};

const parties: Party[] = [];

afterEach(() => {
  for (const { messenger } of parties.splice(0)) messenger.shutdown();
});

interface Peers {
  readonly world: MessengerWorld;
  readonly client: Party;
  readonly server: Party;
}

async function listener(
  world: MessengerWorld,
  kind: MessengerKind,
  num: number,
  policy: Policy,
  conf: Partial<Options> = {},
): Promise<Party> {
  const party = new Party(world, kind, { type: CEPH_ENTITY_TYPE_OSD, num, policy, conf });
  parties.push(party);
  await party.bind();
  return party;
}

async function clientAndServer(
  world: MessengerWorld,
  kind: MessengerKind,
  policies: { client: Policy; server: Policy } = {
    client: lossyClient(),
    server: statelessServer(),
  },
  conf: Partial<Options> = {},
): Promise<Peers> {
  const server = await listener(world, kind, 0, policies.server, conf);
  const options = { type: CEPH_ENTITY_TYPE_CLIENT, num: 9, policy: policies.client, conf };
  const client = new Party(world, kind, options);
  parties.push(client);
  return { world, client, server };
}

async function twoPeers(
  world: MessengerWorld,
  kind: MessengerKind,
  policy: () => Policy,
  conf: Partial<Options> = {},
): Promise<{ a: Party; b: Party }> {
  const a = await listener(world, kind, 0, policy(), conf);
  const b = await listener(world, kind, 1, policy(), conf);
  return { a, b };
}

/** What holds in any world. */
function behavesWell(kind: MessengerKind, newWorld: () => MessengerWorld): void {
  it('a client and a server exchange messages in order, both ways', async () => {
    const { world, client, server } = await clientAndServer(newWorld(), kind);
    server.got.onMessage = (con, message) =>
      con.sendMessage(new TestMessage(`re ${message}`, message.data[0]));
    const con = client.dial(server);
    const sizes = [0, 1, 4095, 4096, 70_000, 1_000_000];
    const texts = names(300);
    for (const [i, text] of texts.entries()) {
      const data = new Uint8Array(i < 6 ? (sizes[i] ?? 0) : i).fill(i);
      con.sendMessage(new TestMessage(text, data));
    }
    await world.until(() => client.got.texts.length === texts.length);
    expect(server.got.texts).toEqual(texts);
    expect(client.got.texts).toEqual(texts.map((text) => `re test(${text})`));
    for (const { got } of [server, client]) {
      got.messages.forEach((message, i) => {
        const size = i < 6 ? (sizes[i] ?? 0) : i;
        expect([i, Buffer.concat(message.data).equals(Buffer.alloc(size, i))]).toEqual([i, true]);
      });
    }
    expect(client.got.events[0]).toBe('connect');
    expect(server.got.events[0]).toBe('accept');
  });

  it('each of ten clients has its own order', async () => {
    const world = newWorld();
    const server = await listener(world, kind, 0, statelessServer());
    for (let num = 1; num <= 10; num++) {
      const policy = lossyClient();
      const client = new Party(world, kind, { type: CEPH_ENTITY_TYPE_CLIENT, num, policy });
      parties.push(client);
      say(client.dial(server), names(50, `${num}/`));
    }
    await world.until(() => server.got.texts.length === 500);
    for (let num = 1; num <= 10; num++) {
      const own = server.got.texts.filter((text) => text.startsWith(`${num}/`));
      expect(own).toEqual(names(50, `${num}/`));
    }
  });

  it('who dials the same peer again gets the same connection', async () => {
    const { client, server } = await clientAndServer(newWorld(), kind);
    expect(client.dial(server)).toBe(client.dial(server));
  });

  it('a message to oneself comes without a socket', async () => {
    const world = newWorld();
    const us = await listener(world, kind, 0, losslessPeer());
    us.dial(us).sendMessage(new TestMessage('self'));
    await world.until(() => us.got.texts.length === 1);
    expect(us.dial(us).isConnected()).toBe(true);
  });

  it('a keepalive is answered', async () => {
    const { world, client, server } = await clientAndServer(newWorld(), kind);
    const con = client.dial(server);
    con.sendKeepalive();
    await world.until(() => con.lastKeepaliveAck !== undefined);
    expect(con.isConnected()).toBe(true);
  });

  it('a client that marks its connection down hears nothing, its server of a reset', async () => {
    const { world, client, server } = await clientAndServer(newWorld(), kind);
    const con = client.dial(server);
    say(con, ['m']);
    await world.until(() => server.got.texts.length === 1);
    con.markDown();
    con.markDown();
    say(con, ['after']);
    await world.until(() => server.got.events.includes('reset'));
    expect(server.got.events).toEqual(['accept', 'test(m)', 'reset']);
    expect(client.got.events).toEqual(['connect']);
    expect(con.isConnected()).toBe(false);
    const next = client.dial(server);
    expect(next).not.toBe(con);
    say(next, ['next']);
    await world.until(() => server.got.texts.includes('next'));
  });

  it('a lossy client that loses its connection hears of a reset, once', async () => {
    const { world, client, server } = await clientAndServer(newWorld(), kind);
    const con = client.dial(server);
    server.got.onMessage = (from) => from.markDown();
    say(con, names(3));
    await world.until(() => client.got.events.includes('reset'));
    expect(client.got.events).toEqual(['connect', 'reset']);
    expect(client.got.errors[0]?.message).toMatch(/EOF|ECONNRESET/);
    expect(server.got.texts).toEqual(['m0']);
    say(con, ['lost']);
    server.got.onMessage = () => {};
    say(client.dial(server), ['anew']);
    await world.until(() => server.got.texts.includes('anew'));
    expect(server.got.texts).toEqual(['m0', 'anew']);
  });

  it('a lossless client whose server has forgotten it hears so, and goes on', async () => {
    const policies = { client: losslessClient(), server: statefulServer() };
    const { world, client, server } = await clientAndServer(newWorld(), kind, policies);
    const con = client.dial(server);
    server.got.onMessage = (from, message) => {
      if (String(message) === 'test(m0)') from.markDown();
    };
    say(con, ['m0']);
    await world.until(() => server.got.texts.length === 1);
    await world.until(() => !con.isConnected());
    con.sendKeepalive();
    await world.until(() => client.got.events.includes('remote reset') && con.isConnected());
    say(con, ['m1']);
    await world.until(() => server.got.texts.length === 2);
    expect(client.got.events.filter((event) => event === 'remote reset')).toHaveLength(1);
    expect(server.got.texts).toEqual(['m0', 'm1']);
    expect(client.dial(server)).toBe(con);
  });

  it.each([
    ['peers', losslessPeer, losslessPeer],
    ['peers that reuse', losslessPeerReuse, losslessPeerReuse],
    ['a client and its server', losslessClient, statefulServer],
  ])('lossless %s lose and repeat nothing while sockets fail', async (_, ours, theirs) => {
    const conf = { ms_inject_socket_failures: 30, ms_initial_backoff: 0.001 };
    const world = newWorld();
    const client = await listener(world, kind, 1, ours(), conf);
    const server = await listener(world, kind, 0, theirs(), conf);
    server.got.onMessage = (from, message) => from.sendMessage(new TestMessage(`re ${message}`));
    const con = client.dial(server);
    const texts = names(400);
    client.got.onMessage = () => say(con, texts.splice(0, 1));
    const expected = [...texts];
    say(con, texts.splice(0, 8));
    await world.until(() => client.got.texts.length === expected.length);
    expect(server.got.texts).toEqual(expected);
    expect(client.got.texts).toEqual(expected.map((text) => `re test(${text})`));
  });

  it('throttles hold nothing in the end, whatever was lost', async () => {
    const budget = { throttlerBytes: new Throttle(20_000), throttlerMessages: new Throttle(3) };
    const policies = {
      client: { ...losslessClient(), throttlerBytes: new Throttle(10_000) },
      server: { ...statefulServer(), ...budget },
    };
    const conf = { ms_inject_socket_failures: 30, ms_initial_backoff: 0.001 };
    const { world, client, server } = await clientAndServer(newWorld(), kind, policies, conf);
    server.got.onMessage = (from, { data }) => from.sendMessage(new TestMessage('re', data[0]));
    const con = client.dial(server);
    const expected = names(100);
    for (const text of expected) con.sendMessage(new TestMessage(text, new Uint8Array(5000)));
    await world.until(() => client.got.texts.length === expected.length);
    expect(server.got.texts).toEqual(expected);
    const throttles = [
      ...[budget.throttlerBytes, budget.throttlerMessages, policies.client.throttlerBytes],
      ...[client.dispatchThrottler, server.dispatchThrottler],
    ];
    await world.until(() => throttles.every(({ current }) => current === 0));
    expect(throttles.map(({ current }) => current)).toEqual([0, 0, 0, 0, 0]);
  });

  it('peers that dial each other at once have one connection', async () => {
    const world = newWorld();
    const { a, b } = await twoPeers(world, kind, losslessPeer);
    const [ab, ba] = [a.dial(b), b.dial(a)];
    say(ab, names(20));
    say(ba, names(20));
    await world.until(() => a.got.texts.length === 20 && b.got.texts.length === 20);
    expect([a.got.texts, b.got.texts]).toEqual([names(20), names(20)]);
    await world.until(() => ab.isConnected() && ba.isConnected());
    expect([a.dial(b), b.dial(a)]).toEqual([ab, ba]);
  });

  it('nothing comes after shutdown, and it is told when all is done', async () => {
    const { world, client, server } = await clientAndServer(newWorld(), kind);
    say(client.dial(server), ['m']);
    await world.until(() => server.got.texts.length === 1);
    let stopped = false;
    server.messenger.shutdown();
    server.messenger.wait(() => {
      stopped = true;
    });
    await world.until(() => stopped && client.got.events.includes('reset'));
    expect(server.got.events).toEqual(['accept', 'test(m)']);
  });
}

/** What needs virtual time: the same at every step of a handshake. */
function standsEveryStep(kind: MessengerKind): void {
  let seed = 0;
  const newWorld = (): SimulatedWorld => newSimulatedWorld(seed++);

  it.each([
    ['peers', losslessPeer],
    ['peers that reuse', losslessPeerReuse],
  ])(
    '%s that dial each other at any step of a handshake have one connection',
    async (_, policy) => {
      for (const order of [0, 1]) {
        for (let step = 0; step < STEPS; step++) {
          const world = newWorld();
          const { a, b } = await twoPeers(world, kind, policy);
          const [first, second] = order === 0 ? [a, b] : [b, a];
          const there = first.dial(second);
          say(there, names(3));
          await world.advance(step * STEP_MS);
          const back = second.dial(first);
          say(back, names(3));
          await world.advance(MINUTE_MS);
          expect([order, step, a.got.texts, b.got.texts]).toEqual([
            order,
            step,
            names(3),
            names(3),
          ]);
          expect([there.isConnected(), back.isConnected()]).toEqual([true, true]);
          expect(world.net.connections).toBe(1);
          expect([a.got.events, b.got.events].flat()).not.toContain('remote reset');
        }
      }
    },
  );

  it.each(['dialling', 'listening'] as const)(
    'marked down by the %s side at any step, both forget it',
    async (side) => {
      for (let step = 0; step < STEPS; step++) {
        const world = newWorld();
        const { client, server } = await clientAndServer(world, kind);
        const con = client.dial(server);
        say(con, ['m']);
        await world.advance(step * STEP_MS);
        const marked = side === 'dialling' ? [con] : [...server.got.cons];
        for (const each of marked) each.markDown();
        if (marked.length === 0) continue;
        await world.advance(MINUTE_MS);
        expect([step, con.isConnected(), world.net.connections]).toEqual([step, false, 0]);
        expect(side === 'dialling' ? client.got.events : server.got.events).not.toContain('reset');
      }
    },
  );

  it.each([
    ['fin', losslessPeer, losslessPeer],
    ['rst', losslessPeer, losslessPeer],
    ['fin', losslessClient, statefulServer],
    ['rst', losslessClient, statefulServer],
  ] as const)('reset by %s at any step, a lossless session goes on', async (how, ours, theirs) => {
    for (let step = 0; step < STEPS; step++) {
      const world = newWorld();
      const client = await listener(world, kind, 1, ours());
      const server = await listener(world, kind, 0, theirs());
      server.got.onMessage = (from, message) => from.sendMessage(new TestMessage(`re ${message}`));
      const con = client.dial(server);
      say(con, names(3));
      await world.advance(step * STEP_MS);
      if (how === 'rst') world.net.reset('osd.1', 'osd.0');
      else world.net.cut({}, 0, 'fin');
      await world.advance(1);
      say(con, ['m3']);
      await world.advance(MINUTE_MS);
      expect([step, server.got.texts]).toEqual([step, names(4)]);
      expect(client.got.texts).toEqual(names(4).map((text) => `re test(${text})`));
    }
  });
}

describe.each(MESSENGER_KINDS)('$name in memory', (kind) => {
  let seed = 1000;
  behavesWell(kind, () => newSimulatedWorld(seed++));
  standsEveryStep(kind);
});

describe.each(MESSENGER_KINDS.filter(({ ms_type }) => ms_type !== 'xio'))(
  '$name over TCP',
  (kind) => {
    behavesWell(kind, newTcpWorld);
  },
);

describe.each(MESSENGER_KINDS)('$name within a process', (kind) => {
  behavesWell(kind, newProcessWorld);
});

describe.each(MESSENGER_KINDS)('$name between threads', (kind) => {
  behavesWell(kind, newThreadsWorld);
});
