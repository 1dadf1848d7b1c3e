import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import type { Options } from '../../../../src/common/options.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2, entity_addr_t } from '../../../../src/msg/msg_types.ts';
import { losslessPeer, losslessPeerReuse, type Policy } from '../../../../src/msg/Policy.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../../helpers/messengers.ts';

const MINUTE_MS = 60_000;

/** Two OSDs, both of which listen. */
function startPeers(version: number, policy: Policy, conf: Partial<Options> = {}) {
  const net = new MemoryNet();
  const peers = [0, 1].map((osd) => {
    const nonce = 100 + osd;
    const messenger = new AsyncMessenger(net.context(conf), {
      name: { type: CEPH_ENTITY_TYPE_OSD, num: osd },
      lname: 'cluster',
      nonce,
      messageFactory: testFactory,
    });
    messenger.setDefaultPolicy(policy);
    const got = new Recorder();
    const addr = new entity_addr_t(version, '127.0.0.1', 6800 + osd, nonce);
    messenger.bind([addr], () => {});
    messenger.start();
    messenger.addDispatcherTail(got);
    return { messenger, got, addr };
  });
  net.run();
  const [a, b] = peers;
  if (a === undefined || b === undefined) throw new Error('two');
  return { net, a, b };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`);

describe.each([
  { name: 'v2', version: ADDR_TYPE_MSGR2 },
  { name: 'v1', version: ADDR_TYPE_LEGACY },
])('two lossless peers over msgr $name', ({ version }) => {
  it('lose and repeat nothing when the connection is cut after any byte, in either direction', () => {
    for (const side of [0, 1]) {
      let cut = 0;
      for (let cutAfter = 1; cutAfter < 1200; cutAfter += 7) {
        const { net, a, b } = startPeers(version, losslessPeer());
        const con = a.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, b.addr);
        b.got.onMessage = (peer, message) => peer.sendMessage(new TestMessage(`re ${message}`));
        const socket = net.sockets[side];
        if (socket === undefined) throw new Error('no socket');
        socket.cutAfter = cutAfter;
        for (const text of names(3)) con.sendMessage(new TestMessage(text));
        net.run(MINUTE_MS);
        if (net.sockets.length > 2) cut++;
        expect(b.got.texts).toEqual(names(3));
        expect(a.got.texts).toEqual(names(3).map((text) => `re test(${text})`));
      }
      expect(cut).toBeGreaterThan(50);
    }
  });

  it('who dial each other at once come to one connection', () => {
    fc.assert(
      fc.property(fc.nat(1200), fc.nat(1200), fc.boolean(), (cutA, cutB, reuse) => {
        const { net, a, b } = startPeers(version, reuse ? losslessPeerReuse() : losslessPeer());
        const ab = a.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, b.addr);
        const ba = b.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, a.addr);
        for (const text of names(5)) {
          ab.sendMessage(new TestMessage(text));
          ba.sendMessage(new TestMessage(text));
        }
        for (const [at, cut] of [cutA, cutB].entries()) {
          const socket = net.sockets[2 * at];
          if (socket !== undefined && cut > 0) socket.cutAfter = cut;
        }
        net.run(3 * MINUTE_MS);
        // A connection that was cut with nothing left to say stands by for this.
        for (const con of [ab, ba]) con.sendMessage(new TestMessage('m5'));
        net.run(MINUTE_MS);
        expect(a.got.texts).toEqual(names(6));
        expect(b.got.texts).toEqual(names(6));
        expect(ab.isConnected() && ba.isConnected()).toBe(true);
        expect(a.messenger.conns.size).toBe(1);
      }),
      { numRuns: 60, examples: [[600, 1, false]] },
    );
  });

  it('deliver everything in order though sockets keep failing', () => {
    const conf = { ms_inject_socket_failures: 30 };
    const { net, a, b } = startPeers(version, losslessPeer(), conf);
    const con = a.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, b.addr);
    const texts = names(500);
    for (const text of texts) {
      con.sendMessage(new TestMessage(text));
      net.run(10);
    }
    net.run(10 * MINUTE_MS);
    expect(b.got.texts).toEqual(texts);
    expect(net.sockets.length).toBeGreaterThan(4);
  });
});
