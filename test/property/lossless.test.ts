import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { losslessClient, losslessPeer, type Policy, statefulServer } from '../../src/msg/Policy.ts';
import { type Cut, CuttingNet } from '../helpers/CuttingNet.ts';
import { TestMessage } from '../helpers/messengers.ts';
import { Peer } from '../helpers/peers.ts';

/** Twelve silences are found out in this time, each after half an hour at most. */
const LONG_MS = 8 * 3_600_000 + 60_000;
const HANDSHAKE_MS = 10_000;

const cut: fc.Arbitrary<Cut> = fc.record({
  side: fc.constantFrom('dialler' as const, 'listener' as const),
  // Most of a handshake is within the first 300 bytes.
  after: fc.oneof(fc.nat(400), fc.nat(3000)),
  mode: fc.constantFrom('fin' as const, 'rst' as const, 'silence' as const),
});

/** A step of a conversation: some messages from one side, then some time. */
const step = fc.record({
  from: fc.constantFrom('a' as const, 'b' as const),
  count: fc.nat(4),
  size: fc.oneof(fc.nat(100), fc.nat(6000)),
  waitMs: fc.oneof(fc.constant(0), fc.nat(10), fc.nat(2000), fc.nat(30_000)),
});

const plan = fc.record({
  seed: fc.nat(),
  pieceMax: fc.constantFrom(1, 7, 100, 100_000),
  cuts: fc.array(fc.option(cut, { nil: undefined }), { maxLength: 12 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
});

type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

interface Side {
  readonly peer: Peer;
  readonly sent: string[];
  /** The connection to send on; undefined: there is none yet. */
  con(): Connection | undefined;
}

function say(side: Side, count: number, size: number): void {
  const con = side.con();
  if (con === undefined) return;
  for (let i = 0; i < count; i++) {
    const text = `${side.peer.addr.port}/${side.sent.length}`;
    side.sent.push(text);
    con.sendMessage(new TestMessage(text, new Uint8Array(size)));
  }
}

function converse(net: CuttingNet, a: Side, b: Side, { steps }: Plan): void {
  for (const { from, count, size, waitMs } of steps) {
    say(from === 'a' ? a : b, count, size);
    net.run(waitMs);
  }
  net.run(LONG_MS);
  // An idle connection is cut now and then: it may just be opened anew.
  if (a.peer.messenger.acceptingPipes.size + b.peer.messenger.acceptingPipes.size > 0) {
    net.run(HANDSHAKE_MS);
  }
  expect(b.peer.got.texts).toEqual(a.sent);
  expect(a.peer.got.texts).toEqual(b.sent);
  for (const { peer } of [a, b]) {
    expect(peer.got.events).not.toContain('reset');
    expect(peer.got.events).not.toContain('remote reset');
    expect(peer.held).toBe(0);
    expect(peer.messenger.acceptingPipes.size).toBe(0);
    expect(peer.messenger.pipes.size).toBeLessThan(2);
  }
}

function newNet({ cuts, seed, pieceMax }: Plan): CuttingNet {
  const net = new CuttingNet(cuts, seed);
  net.pieceMax = pieceMax;
  return net;
}

/** Both listen, and dial when they first have something to say. */
function betweenPeers(policy: () => Policy): (plan: Plan) => void {
  return (plan) => {
    const net = newNet(plan);
    const [a, b] = [6801, 6802].map((port, num) => {
      return new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num, policy: policy(), port });
    });
    if (a === undefined || b === undefined) return;
    net.run(10);
    converse(
      net,
      { peer: a, sent: [], con: () => a.dial(b) },
      { peer: b, sent: [], con: () => b.dial(a) },
      plan,
    );
  };
}

function fromClientToServer(plan: Plan): void {
  const net = newNet(plan);
  const server = new Peer(net, {
    type: CEPH_ENTITY_TYPE_OSD,
    num: 0,
    policy: statefulServer(),
    port: 6801,
  });
  const client = new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num: 1, policy: losslessClient() });
  net.run(10);
  const con = client.dial(server);
  converse(
    net,
    { peer: client, sent: [], con: () => con },
    { peer: server, sent: [], con: () => [...server.got.cons][0] },
    plan,
  );
}

const RUNS = { numRuns: 400 };

describe('whatever is cut, nothing is lost, nothing comes twice, and the order stays', () => {
  it('between lossless peers who dial each other', () => {
    fc.assert(fc.property(plan, betweenPeers(losslessPeer)), RUNS);
  });

  it('between a lossless client and a stateful server', () => {
    fc.assert(fc.property(plan, fromClientToServer), RUNS);
  });
});
