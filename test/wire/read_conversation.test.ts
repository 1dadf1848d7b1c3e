import { expect, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import { MonClient } from '../../src/mon/MonClient.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { Message } from '../../src/msg/Message.ts';
import { Objecter } from '../../src/osdc/Objecter.ts';
import { fakeWorld } from '../helpers/FakeCluster.ts';
import { submitRead } from '../helpers/FakeListener.ts';
import type { FakeConnection } from '../helpers/FakeMessenger.ts';
import { type GoldenMessage, goldenConversations } from '../helpers/golden.ts';

// `rados get` 16.2 opens two sessions with a monitor only to fetch its options, then the one that it
// works with, then one with the OSD.
const [monitor, osd] = goldenConversations('v1-none-get').slice(-2);
if (monitor === undefined || osd === undefined) throw new Error('no conversations');
const MAUTH = 17;
const MOSDOP = 42;

/** A client that has heard what the recorded monitor said. */
function connected() {
  const { cct, clock, messenger } = fakeWorld();
  const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
  const initial = MonMap.buildInitial('v1:127.0.0.1:24001');
  const monc = new MonClient(cct, messenger, { name }, initial);
  const objecter = new Objecter(cct, messenger, monc);
  messenger.addDispatcherHead(objecter);
  messenger.addDispatcherHead(monc);
  monc.authenticate(() => objecter.start());
  const [mon] = messenger.cons;
  if (mon === undefined) throw new Error('no connection');
  for (const message of monitor?.server.messages ?? []) {
    const decoded = decode(message);
    if (decoded !== undefined) messenger.msDeliverDispatch(mon, decoded);
  }
  return { clock, messenger, monc, objecter, mon };
}

function decode(golden: GoldenMessage): Message | undefined {
  const { front, middle, data } = golden;
  const message = decodeMessage(golden, new Decoder(front, 'front'), middle, data);
  if (message !== undefined) message.tid = golden.tid;
  return message;
}

/** What is in a header but for the sender, and the front. */
function onTheWire(message: Message | GoldenMessage | undefined): unknown {
  if (message === undefined) return undefined;
  const { type, tid, priority, version, compatVersion } = message;
  const front = 'front' in message ? message.front : encode(message);
  return { type, tid, priority, version, compatVersion, front: Buffer.from(front).toString('hex') };
}

function encode(message: Message): Uint8Array {
  const enc = new Encoder();
  message.encodePayload(enc);
  return enc.take();
}

function last(con: FakeConnection | undefined): Message | undefined {
  return con?.sent.at(-1);
}

test('our MAuth is that of stock librados', () => {
  const { mon } = connected();
  const recorded = monitor.client.messages.find(({ type }) => type === MAUTH);
  expect(onTheWire(mon.sent.find(({ type }) => type === MAUTH))).toEqual(onTheWire(recorded));
});

test('our authorizer for OSDs is that of stock librados', () => {
  const { monc } = connected();
  const { bytes } = monc.buildAuthorizer(4) ?? {};
  expect(Buffer.from(bytes ?? []).equals(osd.client.authorizer)).toBe(true);
});

test('our MOSDOp for the same read is that of stock librados', () => {
  const { messenger, objecter } = connected();
  submitRead(objecter, 'obj1', { length: 4 * 1024 * 1024 });
  const recorded = osd.client.messages.find(({ type }) => type === MOSDOP);
  expect(onTheWire(last(messenger.cons.at(-1)))).toEqual(onTheWire(recorded));
});

test('the answer to it gives the object', () => {
  const { messenger, objecter } = connected();
  const { listener } = submitRead(objecter, 'obj1', { length: 4 * 1024 * 1024 });
  const con = messenger.cons.at(-1);
  const [reply] = osd.server.messages.map(decode);
  if (con === undefined || reply === undefined) throw new Error('no reply');
  messenger.msDeliverDispatch(con, reply);
  expect(listener.result).toBe(0);
  expect(Buffer.from(listener.outdata?.[0] ?? []).toString()).toBe('R'.repeat(3000));
});
