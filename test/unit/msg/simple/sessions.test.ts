import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import {
  losslessClient,
  losslessPeer,
  losslessPeerReuse,
  lossyClient,
  type Policy,
  statefulServer,
  statelessServer,
} from '../../../../src/msg/Policy.ts';
import { type Cut, type CutMode, CuttingNet } from '../../../helpers/CuttingNet.ts';
import { TestMessage } from '../../../helpers/messengers.ts';
import { Peer } from '../../../helpers/peers.ts';

const HANDSHAKE_MS = 10_000;

let net: CuttingNet;

beforeEach(() => {
  net = new CuttingNet();
});

function peer(num: number, policy: Policy): Peer {
  return new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num, policy, port: 6801 + num });
}

function client(policy: Policy): Peer {
  return new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num: 9, policy });
}

/** Resets every connection that there is. */
function cutAll(): void {
  for (const socket of net.sockets) socket.destroy();
  for (const socket of net.sockets) {
    if (!socket.over) continue;
    socket.over = false;
    socket.end(undefined);
  }
}

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`);
}

describe('a lossless connection that is cut', () => {
  it('is dialled again at once when it was of use', () => {
    const server = peer(0, statefulServer());
    const us = client(losslessClient());
    net.run();
    const con = us.dial(server);
    con.sendMessage(new TestMessage('0'));
    net.run();
    const before = net.sockets.length;
    cutAll();
    net.run();
    expect(net.sockets.length).toBe(before + 2);
    con.sendMessage(new TestMessage('1'));
    net.run();
    expect(server.got.texts).toEqual(texts(2));
    expect(us.got.events).toEqual(['connect', 'connect']);
  });

  it('waits in standby while there is nothing to say, and opens when there is', () => {
    const [a, b] = [peer(0, losslessPeer()), peer(1, losslessPeer())];
    net.run();
    const con = a.dial(b);
    con.sendMessage(new TestMessage('0'));
    net.run();
    cutAll();
    const before = net.sockets.length;
    net.run(60_000);
    expect(net.sockets.length).toBe(before);
    expect(con.isConnected()).toBe(false);
    con.sendMessage(new TestMessage('1'));
    net.run();
    expect(b.got.texts).toEqual(texts(2));
  });

  it('opens from the other side of standby too', () => {
    const [a, b] = [peer(0, losslessPeer()), peer(1, losslessPeer())];
    net.run();
    a.dial(b).sendMessage(new TestMessage('0'));
    net.run();
    cutAll();
    net.run();
    b.dial(a).sendMessage(new TestMessage('back'));
    net.run();
    expect(a.got.texts).toEqual(['back']);
    expect([a, b].map(({ messenger }) => messenger.pipes.size)).toEqual([1, 1]);
  });

  it('opens from standby for a keepalive', () => {
    const [a, b] = [peer(0, losslessPeer()), peer(1, losslessPeer())];
    net.run();
    const con = a.dial(b);
    con.sendMessage(new TestMessage('0'));
    net.run();
    cutAll();
    net.run(100);
    con.sendKeepalive();
    net.run();
    expect(con.lastKeepaliveAck).toBe(net.now());
  });

  it('never opens from a server, which waits for its client', () => {
    const server = peer(0, statefulServer());
    const us = client(losslessClient());
    net.run();
    us.dial(server).sendMessage(new TestMessage('0'));
    net.run();
    const [con] = server.got.cons;
    cutAll();
    con?.sendMessage(new TestMessage('answer'));
    net.run();
    expect(us.got.texts).toEqual(['answer']);
  });

  it('is given up when it is disposable', () => {
    const [a, b] = [peer(0, losslessPeer()), peer(1, losslessPeer())];
    net.run();
    const con = a.dial(b);
    con.sendMessage(new TestMessage('0'));
    net.run();
    con.markDisposable();
    cutAll();
    net.run(60_000);
    expect(a.got.events).toEqual(['connect', 'reset']);
    expect(a.messenger.pipes.size).toBe(0);
  });
});

describe('a peer that was replaced by another at its address', () => {
  it.each([
    [
      'that checks sessions',
      losslessPeerReuse,
      ['connect', 'test(answer)', 'remote reset', 'connect'],
    ],
    ['that does not', losslessPeer, ['connect', 'test(answer)', 'remote reset', 'connect']],
  ])('makes a peer %s begin anew', (_, policy, events) => {
    const [a, b] = [peer(0, policy()), peer(1, policy())];
    net.run();
    const con = a.dial(b);
    b.got.onMessage = (from) => from.sendMessage(new TestMessage('answer'));
    con.sendMessage(new TestMessage('0'));
    net.run();
    b.messenger.shutdown();
    net.run();
    const next = peer(1, policy());
    net.run();
    con.sendMessage(new TestMessage('lost'));
    net.run(1000);
    con.sendMessage(new TestMessage('1'));
    net.run(1000);
    expect(a.got.events).toEqual(events);
    expect(next.got.texts).toEqual(['1']);
  });
});

describe('two peers who dial each other', () => {
  it('have one connection between them, whatever comes first', () => {
    const policies = fc.constantFrom(losslessPeer, losslessPeerReuse);
    fc.assert(
      fc.property(fc.nat(), policies, fc.nat(6), fc.nat(5), (seed, policy, pieces, lateMs) => {
        net = new CuttingNet([], seed);
        net.pieceMax = [1, 5, 30, 100, 1000, 1e5, 1e6][pieces] ?? 1;
        const [a, b] = [peer(0, policy()), peer(1, policy())];
        net.run(10);
        const [toB, fromA] = [a.dial(b), texts(3)];
        for (const text of fromA) toB.sendMessage(new TestMessage(text));
        net.run(lateMs * 100);
        const toA = b.dial(a);
        for (const text of fromA) toA.sendMessage(new TestMessage(text));
        net.run(20_000);
        expect([a, b].map(({ got }) => got.texts)).toEqual([fromA, fromA]);
        expect([a, b].map(({ messenger }) => messenger.pipes.size)).toEqual([1, 1]);
        for (const { got } of [a, b]) {
          expect(got.events).not.toContain('reset');
          expect(got.events).not.toContain('remote reset');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('an attempt to connect, or a connection,', () => {
  it('whose peer stops in the middle of a message is cut after half a minute', () => {
    net.cuts = [{ side: 'dialler', after: 250, mode: 'silence' }];
    const server = peer(0, statelessServer());
    const us = client(lossyClient());
    net.run();
    us.dial(server).sendMessage(new TestMessage('0', new Uint8Array(1000)));
    net.run(29_999);
    expect(server.got.events).toEqual(['accept']);
    net.run(1000);
    expect(server.got.events).toEqual(['accept', 'reset']);
    expect(String(server.got.errors[0])).toMatch(/ETIMEDOUT: .*half a frame, and no end of it/);
  });

  it('whose peer sends a byte now and then ends all the same', () => {
    const server = peer(0, statelessServer());
    const us = client(lossyClient());
    net.run();
    us.dial(server);
    net.run();
    const raw = net.sockets[0];
    raw?.send([Uint8Array.of(7)]);
    for (let s = 0; s < 40; s++) {
      net.run(1000);
      raw?.send([Uint8Array.of(0)]);
    }
    expect(server.got.events).toEqual(['accept', 'reset']);
  });

  it('on which nothing moves is cut after ms_connection_idle_timeout', () => {
    const server = peer(0, statelessServer());
    const us = client(lossyClient());
    net.run();
    const con = us.dial(server);
    net.run(800_000);
    con.sendKeepalive();
    net.run(800_000);
    expect(con.isConnected()).toBe(true);
    net.run(1_000_000);
    expect(con.isConnected()).toBe(false);
    expect(String([...us.got.errors, ...server.got.errors])).toMatch(
      /nothing was sent or received/,
    );
  });

  it('is dropped, the oldest first, when too many are not through with their handshake', () => {
    const server = peer(0, statelessServer());
    net.run();
    const silent = {
      onConnect: () => undefined,
      readBuffer: () => new Uint8Array(1000),
      onRead: () => undefined,
      onWritable: () => undefined,
      onClose: () => undefined,
    };
    for (let i = 0; i < 1030; i++) net.connect(server.addr, silent);
    net.run();
    expect(server.messenger.pipes.size).toBe(1024);
    const us = client(lossyClient());
    us.dial(server).sendMessage(new TestMessage('0'));
    net.run();
    expect(server.got.texts).toEqual(['0']);
    net.run(HANDSHAKE_MS);
    expect(server.messenger.acceptingPipes.size).toBe(0);
  });

  it('is cut by ms_inject_socket_failures, one read in so many', () => {
    const conf = { ms_inject_socket_failures: 30 };
    const options = { type: CEPH_ENTITY_TYPE_OSD, policy: losslessPeer(), conf };
    const a = new Peer(net, { ...options, num: 0, port: 6801 });
    const b = new Peer(net, { ...options, num: 1, port: 6802 });
    net.run();
    const con = a.dial(b);
    for (const text of texts(300)) {
      con.sendMessage(new TestMessage(text));
      net.run(20);
    }
    net.run(60_000);
    expect(b.got.texts).toEqual(texts(300));
    expect(net.sockets.length).toBeGreaterThan(10);
  });
});

/** A client asks, the server answers. Says what became of it. */
function askOnce(cut: Cut | undefined): { net: CuttingNet; answers: string[]; leftOver: number } {
  net = new CuttingNet(cut === undefined ? [] : [cut]);
  const server = peer(0, statelessServer());
  const us = client(lossyClient());
  server.got.onMessage = (from) => from.sendMessage(new TestMessage('answer', new Uint8Array(100)));
  us.messenger.addDispatcherTail({
    msDispatch: () => false,
    // As the Objecter does: what was under way is asked again.
    msHandleReset: () => {
      us.dial(server).sendMessage(new TestMessage('ask'));
      return true;
    },
  });
  us.got.msHandleReset = () => false;
  net.run();
  us.dial(server).sendMessage(new TestMessage('ask'));
  net.run(2_000_000);
  return { net, answers: us.got.texts, leftOver: server.messenger.acceptingPipes.size };
}

describe('a question whose connection ends after any byte of it, its answer or the handshake', () => {
  const lengths = askOnce(undefined).net.sockets.map(({ sent }) => sent.length);

  it.each<[Cut['side'], CutMode]>([
    ['dialler', 'fin'],
    ['dialler', 'rst'],
    ['dialler', 'silence'],
    ['listener', 'fin'],
    ['listener', 'rst'],
    ['listener', 'silence'],
  ])('from the %s by %s is answered in the end', (side, mode) => {
    const length = lengths[side === 'dialler' ? 0 : 1] ?? 0;
    expect(length).toBeGreaterThan(200);
    for (let after = 0; after < length; after++) {
      const { answers, leftOver } = askOnce({ side, after, mode });
      expect([after, answers.length > 0, leftOver]).toEqual([after, true, 0]);
    }
  });
});
