import { expect, test } from 'vitest';
import { ECANCELED } from '../../../src/common/errno.ts';
import { FakeCluster } from '../../helpers/FakeCluster.ts';
import { submitRead } from '../../helpers/FakeListener.ts';
import { markDown } from '../../helpers/osdmaps.ts';

/** A read into a buffer of 100 bytes, and another one from the same OSD. */
function twoReads() {
  const cluster = new FakeCluster();
  const osd = cluster.primary('obj1');
  const [first = '', second = ''] = cluster.oidsOf(osd, 2);
  const buffer = new Uint8Array(200).subarray(100);
  const { op } = submitRead(cluster.objecter, first, { length: 100, rxBuffer: buffer });
  submitRead(cluster.objecter, second);
  return { cluster, osd, buffer, op, oid: first, con: cluster.osd(osd) };
}

test('the bytes of a reply go to where they are wanted', () => {
  const { cluster, buffer, op, con } = twoReads();
  expect(cluster.messenger.msRxBuffer(con, op.tid, 100)).toBe(buffer);
  const part = cluster.messenger.msRxBuffer(con, op.tid, 40);
  expect(part).toEqual(buffer.subarray(0, 40));
  expect(part?.buffer).toBe(buffer.buffer);
  expect(part?.byteOffset).toBe(100);
});

test('more bytes than were asked for, and those of other ops, go elsewhere', () => {
  const { cluster, op, con } = twoReads();
  expect(cluster.messenger.msRxBuffer(con, op.tid, 101)).toBeUndefined();
  expect(cluster.messenger.msRxBuffer(con, op.tid + 1, 40)).toBeUndefined();
  expect(cluster.messenger.msRxBuffer(con, op.tid + 2, 40)).toBeUndefined();
  expect(cluster.messenger.msRxBuffer(cluster.mon, op.tid, 40)).toBeUndefined();
});

test('an op that ends while its reply is coming takes the connection with it; the others are sent again', () => {
  const { cluster, osd, op, con } = twoReads();
  cluster.messenger.msRxBuffer(con, op.tid, 100);
  cluster.objecter.opCancel(op, ECANCELED, undefined);
  expect(con.down).toBe(true);
  expect(cluster.ops(cluster.osd(osd)).map(({ tid }) => tid)).toEqual([op.tid + 1]);
});

test('an op that ends before its reply comes, or with it, leaves the connection alone', () => {
  const { cluster, op, con } = twoReads();
  const [message] = cluster.ops(con);
  if (message === undefined) throw new Error('no op was sent');
  cluster.messenger.msRxBuffer(con, op.tid, 100);
  cluster.reply(con, message);
  expect([op.finished, con.down]).toEqual([true, false]);
  const late = submitRead(cluster.objecter, message.oid, { rxBuffer: new Uint8Array(9) });
  cluster.objecter.opCancel(late.op, ECANCELED, undefined);
  expect(con.down).toBe(false);
});

test('an op that goes to another OSD while its reply is coming is waited for there only', () => {
  const { cluster, osd, buffer, op, oid, con } = twoReads();
  cluster.messenger.msRxBuffer(con, op.tid, 100);
  cluster.publish(markDown(osd));
  const now = cluster.osd(cluster.primary(oid));
  expect(con.down).toBe(true);
  expect(cluster.messenger.msRxBuffer(con, op.tid, 100)).toBeUndefined();
  expect(cluster.messenger.msRxBuffer(now, op.tid, 100)).toBe(buffer);
});
