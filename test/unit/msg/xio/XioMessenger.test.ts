import { describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import type { Options } from '../../../../src/common/options.ts';
import type { Socket, SocketError, Stack } from '../../../../src/common/Stack.ts';
import { Throttle } from '../../../../src/common/Throttle.ts';
import type { XioMsg } from '../../../../src/common/XioMsg.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { Messenger } from '../../../../src/msg/Messenger.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../../../src/msg/msg_types.ts';
import { lossyClient, type Policy, statelessServer } from '../../../../src/msg/Policy.ts';
import { XioFabric } from '../../../../src/msg/xio/XioFabric.ts';
import { XioMessenger } from '../../../../src/msg/xio/XioMessenger.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../../helpers/messengers.ts';

const ADDR = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 6800, 77);

function makeNet() {
  const net = new MemoryNet();
  return { net, fabric: new XioFabric((run) => void net.addEventAfter(0, run)) };
}

interface StartOptions {
  readonly net: MemoryNet;
  readonly stack: Stack;
  readonly policy: Policy;
  readonly conf?: Partial<Options>;
  readonly Type?: typeof AsyncMessenger;
}

function start(num: number, { net, stack, policy, conf, Type = XioMessenger }: StartOptions) {
  const isServer = num === 0;
  const type = isServer ? CEPH_ENTITY_TYPE_OSD : CEPH_ENTITY_TYPE_CLIENT;
  const nonce = isServer ? ADDR.nonce : num;
  const options = { name: { type, num }, lname: 'test', nonce, messageFactory: testFactory };
  const messenger = new Type({ ...net.context(conf), stack }, options);
  messenger.setDefaultPolicy(policy);
  if (isServer) messenger.bind([ADDR], () => undefined);
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  return { messenger, got };
}

function startPair(server: Policy = statelessServer()) {
  const { net, fabric: stack } = makeNet();
  const osd = start(0, { net, stack, policy: server });
  const client = start(9, { net, stack, policy: lossyClient() });
  net.run();
  const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, ADDR);
  return { net, stack, osd, client, con };
}

describe('a message that is handed over', () => {
  it('has the bytes that were sent, not a copy', () => {
    const { net, osd, con } = startPair();
    const message = new TestMessage('m', new Uint8Array(100_000));
    message.middle = new Uint8Array(10);
    con.sendMessage(message);
    net.run();
    expect(osd.got.messages[0]?.data[0]).toBe(message.data[0]);
    expect(osd.got.messages[0]?.middle).toBe(message.middle);
  });

  it('is another message than the one that was sent', () => {
    const { net, osd, con } = startPair();
    const message = new TestMessage('m');
    message.tid = 2 ** 40;
    message.priority = 200;
    message.dataOff = 77;
    con.sendMessage(message);
    net.run();
    const [received] = osd.got.messages;
    expect(received).not.toBe(message);
    const src = { type: CEPH_ENTITY_TYPE_CLIENT, num: 9 };
    expect(received).toMatchObject({ text: 'm', tid: 2 ** 40, priority: 200, dataOff: 77, src });
  });

  it('has its data in one piece, though it was sent in several', () => {
    const { net, osd, con } = startPair();
    const message = new TestMessage('m');
    message.data = [Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)];
    con.sendMessage(message);
    net.run();
    expect(osd.got.messages[0]?.data).toEqual([Uint8Array.of(1, 2, 3)]);
  });

  it('of a type that nobody knows is dropped, and holds nothing', () => {
    const { net, osd, con } = startPair();
    con.sendMessage(new TestMessage('m', new Uint8Array(10), 0x7777));
    con.sendMessage(new TestMessage('next'));
    net.run();
    expect(osd.got.texts).toEqual(['next']);
    expect(osd.messenger.dispatchQueue.dispatchThrottler.current).toBe(0);
  });

  it('whose front makes no sense is a fault of who sent it', () => {
    const { net, osd, con } = startPair();
    const message = new TestMessage('m');
    message.encodePayload = (enc) => enc.u32(1000);
    con.sendMessage(message);
    net.run();
    expect(osd.got.errors[0]).toMatchObject({ name: 'ProtocolError' });
    expect(osd.messenger.dispatchQueue.dispatchThrottler.current).toBe(0);
  });

  it('waits for its throttle, and those behind it with it', () => {
    const throttlerBytes = new Throttle(1000);
    const { net, osd, con } = startPair({ ...statelessServer(), throttlerBytes });
    throttlerBytes.getOrFail(1);
    for (const text of ['a', 'b', 'c']) con.sendMessage(new TestMessage(text, new Uint8Array(999)));
    net.run();
    expect(osd.got.texts).toEqual([]);
    throttlerBytes.put(1);
    net.run();
    expect(osd.got.texts).toEqual(['a', 'b', 'c']);
    expect(throttlerBytes.current).toBe(0);
  });

  it('waits at the sender when the receiver takes no more', () => {
    const throttlerMessages = new Throttle(1);
    const { net, client, osd, con } = startPair({ ...statelessServer(), throttlerMessages });
    con.sendMessage(new TestMessage('first'));
    net.run();
    throttlerMessages.getOrFail(1);
    const texts = Array.from({ length: 3000 }, (_, i) => `m${i}`);
    for (const text of texts) con.sendMessage(new TestMessage(text));
    net.run();
    const [sender] = client.messenger.conns.values();
    // One is being read, and so many were granted.
    expect(sender?.protocol?.session.out.length).toBe(texts.length - 1 - 1024);
    throttlerMessages.put(1);
    net.run();
    expect(osd.got.texts).toEqual(['first', ...texts]);
    expect(sender?.protocol?.session.out.length).toBe(0);
  });
});

const MSG: XioMsg = {
  type: 0x7001,
  version: 1,
  compatVersion: 1,
  priority: 127,
  tid: 1,
  seq: 1,
  dataOff: 0,
  src: { type: CEPH_ENTITY_TYPE_CLIENT, num: 9 },
  front: Uint8Array.of(1, 0, 0, 0, 0x61),
  middle: new Uint8Array(),
  data: [],
};

/** Somebody who speaks for himself to the server. */
function startStranger(say: (socket: Socket) => void) {
  const { net, fabric: stack } = makeNet();
  const osd = start(0, { net, stack, policy: statelessServer() });
  net.run();
  const ends: (SocketError | undefined)[] = [];
  const socket = stack.connect(ADDR, {
    onConnect: () => say(socket),
    readBuffer: () => new Uint8Array(4096),
    onRead: () => undefined,
    onMsg: () => undefined,
    onWritable: () => undefined,
    onClose: (error) => void ends.push(error),
  });
  net.run(60_000);
  return { osd, ends };
}

describe('who is not let in', () => {
  it('cannot hand a message over', () => {
    const { osd, ends } = startStranger((socket) => socket.sendMsg?.(MSG));
    expect(osd.got.events).toEqual([]);
    expect(ends.map((error) => error?.code)).toEqual(['ECONNRESET']);
  });

  it('is let go when it says nothing', () => {
    const { ends } = startStranger(() => undefined);
    expect(ends).toHaveLength(1);
  });
});

describe('a peer that takes bytes', () => {
  it('fails when a message is handed to it, and nobody hangs', () => {
    const { net, fabric: stack } = makeNet();
    const osd = start(0, { net, stack, policy: statelessServer() });
    const client = start(9, { net, stack, policy: lossyClient(), Type: AsyncMessenger });
    net.run();
    osd.got.onMessage = (con) => con.sendMessage(new TestMessage('re'));
    const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, ADDR);
    con.sendMessage(new TestMessage('in bytes'));
    net.run();
    expect(osd.got.texts).toEqual(['in bytes']);
    expect(client.got.events).toEqual(['connect', 'reset']);
    expect(client.got.errors[0]?.message).toContain('EPROTO');
  });
});

it('is refused where peers share no memory', () => {
  const cct = new MemoryNet().context();
  const name = { type: CEPH_ENTITY_TYPE_CLIENT, num: 1 };
  const options = { name, lname: 'test', nonce: 1, messageFactory: testFactory };
  expect(() => Messenger.create(cct, 'xio', options)).toThrow(
    "ms_type 'xio' is for peers that share memory",
  );
});
