import { expect, test } from 'vitest';
import type { Message } from '../../src/msg/Message.ts';
import { submitRead } from '../helpers/FakeListener.ts';
import type { FakeConnection } from '../helpers/FakeMessenger.ts';
import { goldenConversations } from '../helpers/golden.ts';
import {
  decodeGolden,
  onTheWire,
  type RecordedClient,
  recordedClient,
} from '../helpers/recorded_client.ts';

// `rados get` 16.2 opens two sessions with a monitor only to fetch its options, then the one that it
// works with, then one with the OSD.
const [monitor, osd] = goldenConversations('v1-none-get').slice(-2);
if (monitor === undefined || osd === undefined) throw new Error('no conversations');
const MAUTH = 17;
const MOSDOP = 42;

const connected = (): RecordedClient => recordedClient(monitor);

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
  const [reply] = osd.server.messages.map(decodeGolden);
  if (con === undefined || reply === undefined) throw new Error('no reply');
  messenger.msDeliverDispatch(con, reply);
  expect(listener.result).toBe(0);
  expect(Buffer.from(listener.outdata?.[0] ?? []).toString()).toBe('R'.repeat(3000));
});
