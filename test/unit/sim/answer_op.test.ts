import { describe, expect, it } from 'vitest';
import { answerOp } from '../../../sim/osd/answer_op.ts';
import type { StoredObject } from '../../../sim/osd/ObjectStore.ts';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EAGAIN, EINVAL, ENAMETOOLONG, ENOENT, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { MOSDOp, type MOSDOpInit } from '../../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../../src/messages/MOSDOpReply.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_FLAG_ACK,
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_OP_FLAG_FAILOK,
  CEPH_OSD_OP_READ,
  CEPH_OSD_OP_STAT,
} from '../../../src/osd/rados.ts';
import { type GoldenMessage, goldenConversations } from '../../helpers/golden.ts';

const MSG_OSD_OP = 42;
const MSG_OSD_OPREPLY = 43;
const KNOWN = [CEPH_OSD_OP_READ, CEPH_OSD_OP_STAT];

/**
 * Every op of a recording that is made of READ and STAT alone, with what the real OSD answered; but
 * not that of a replica which sent the client to the primary.
 */
function exchanges(file: string): { name: string; asked: GoldenMessage; answer: GoldenMessage }[] {
  return goldenConversations(file).flatMap(({ client, server }) =>
    client.messages
      .filter(({ type }) => type === MSG_OSD_OP)
      .flatMap((asked) => {
        const { ops, oid } = decodeOp(asked);
        const answer = server.messages.find(
          ({ type, tid }) => type === MSG_OSD_OPREPLY && tid === asked.tid,
        );
        const isKnown = ops.length > 0 && ops.every(({ op }) => KNOWN.includes(op));
        return isKnown && answer !== undefined && resultOf(answer) !== -EAGAIN
          ? [
              {
                name: `${file} ${oid} ${ops.map(({ op }) => op.toString(16))} tid ${asked.tid}`,
                asked,
                answer,
              },
            ]
          : [];
      }),
  );
}

function resultOf({ front, data, ...envelope }: GoldenMessage): number {
  const dec = new Decoder(front, 'MOSDOpReply');
  return MOSDOpReply.decodePayload(envelope, dec, new Uint8Array(), data).result;
}

function decodeOp({ tid, front, data, ...envelope }: GoldenMessage): MOSDOp {
  const op = MOSDOp.decodePayload(envelope, new Decoder(front, 'MOSDOp'), new Uint8Array(), data);
  op.tid = tid;
  return op;
}

/** What the real OSD must have held to answer as it did. */
function objectBehind(reply: MOSDOpReply): StoredObject | undefined {
  if (reply.result === -ENOENT) return undefined;
  const data = new Uint8Array(3000).fill('R'.charCodeAt(0));
  data.set(Buffer.from('hello world 0123456789'));
  let object = {
    data: data.subarray(0, 22),
    mtime: { sec: 0, nsec: 0 },
    version: reply.userVersion,
  };
  reply.ops.forEach(({ op }, i) => {
    const out = new Decoder(reply.outdata[i] ?? new Uint8Array(), 'output');
    if (op !== CEPH_OSD_OP_STAT) return;
    const size = out.u64();
    object = {
      ...object,
      data: object.data.subarray(0, size),
      mtime: { sec: out.u32(), nsec: out.u32() },
    };
  });
  if (reply.oid === 'obj1') object.data = new Uint8Array(3000).fill('R'.charCodeAt(0));
  return object;
}

describe('the answers of a real OSD', () => {
  const all = ['v1-none-get', 'v1-none-ops'].flatMap(exchanges);

  it('were recorded', () => {
    expect(all.length).toBeGreaterThan(5);
  });

  it.each(all)('are ours: $name', ({ asked, answer }) => {
    const op = decodeOp(asked);
    const front = new Decoder(answer.front, 'MOSDOpReply');
    const real = MOSDOpReply.decodePayload(answer, front, new Uint8Array(), answer.data);
    const ours = answerOp(op, objectBehind(real), real.osdmapEpoch);
    const enc = new Encoder();
    ours.encodePayload(enc);
    expect(Buffer.from(enc.take()).toString('hex')).toBe(Buffer.from(answer.front).toString('hex'));
    expect(Buffer.concat(ours.data.map((piece) => Buffer.from(piece)))).toEqual(
      Buffer.from(answer.data),
    );
    expect(ours.dataOff).toBe(answer.dataOff);
    expect(ours.tid).toBe(answer.tid);
    expect(ours.priority).toBe(answer.priority);
  });
});

const FLAGS = CEPH_OSD_FLAG_ONDISK | CEPH_OSD_FLAG_READ;
const OBJECT = { data: Uint8Array.of(1, 2, 3, 4), mtime: { sec: 5, nsec: 6 }, version: 7 };

const step = (op: number, flags = 0): OSDOp => ({
  op,
  flags,
  args: { kind: 'none' },
  indata: new Uint8Array(),
});

const read = (offset: number, length: number): OSDOp => ({
  ...step(CEPH_OSD_OP_READ),
  args: { kind: 'extent', offset, length, truncateSize: 0, truncateSeq: 0 },
});

function ask(ops: OSDOp[], object?: StoredObject, init: Partial<MOSDOpInit> = {}): MOSDOpReply {
  const op = new MOSDOp({
    pgid: { pgid: { pool: 1, seed: 0 }, shard: -1 },
    hash: 0,
    osdmapEpoch: 1,
    flags: FLAGS,
    oloc: { pool: 1, key: '', nspace: '', hash: -1 },
    oid: 'x',
    ops,
    ...init,
  });
  return answerOp(op, object, 9);
}

describe('an op', () => {
  it.each([
    { offset: 0, length: 0, expected: [1, 2, 3, 4] },
    { offset: 1, length: 2, expected: [2, 3] },
    { offset: 3, length: 10, expected: [4] },
    { offset: 4, length: 1, expected: [] },
    { offset: 2 ** 40, length: 0, expected: [] },
  ])(
    'that reads $length bytes at $offset gets $expected, and its length says so',
    ({ offset, length, expected }) => {
      const reply = ask([read(offset, length)], OBJECT);
      expect([...(reply.outdata[0] ?? [])]).toEqual(expected);
      expect(reply.ops[0]?.args).toMatchObject({ offset, length: expected.length });
      expect(reply.result).toBe(0);
    },
  );

  it('stops at the first step that fails, and keeps what came before', () => {
    const reply = ask([step(CEPH_OSD_OP_STAT), step(0x1301), read(0, 0)], OBJECT);
    expect(reply.result).toBe(-EOPNOTSUPP);
    expect(reply.rvals).toEqual([0, -EOPNOTSUPP, 0]);
    expect(reply.outdata.map(({ length }) => length)).toEqual([16, 0, 0]);
    expect(reply.flags & CEPH_OSD_FLAG_ACK).toBe(CEPH_OSD_FLAG_ACK);
    expect(reply.userVersion).toBe(0);
  });

  it('goes on after a step that may fail', () => {
    const reply = ask([step(0x1301, CEPH_OSD_OP_FLAG_FAILOK), read(0, 0)], OBJECT);
    expect(reply.result).toBe(0);
    expect(reply.rvals).toEqual([-EOPNOTSUPP, 0]);
    expect(reply.outdata.map(({ length }) => length)).toEqual([0, 4]);
  });

  it('that writes is not supported, whether the object is there or not', () => {
    expect(ask([step(0x2202)], OBJECT).result).toBe(-EOPNOTSUPP);
    expect(ask([step(0x2202)]).result).toBe(-EOPNOTSUPP);
  });

  it.each([
    { what: 'has no steps', ops: [], init: {}, errno: EINVAL },
    { what: 'has a step of no mode', ops: [step(0x0201)], init: {}, errno: EINVAL },
    { what: 'lists a PG', ops: [step(0x1505)], init: { oid: '' }, errno: EINVAL },
    { what: 'has no name', ops: [read(0, 0)], init: { oid: '' }, errno: EINVAL },
    {
      what: 'has a long name',
      ops: [read(0, 0)],
      init: { oid: 'x'.repeat(2049) },
      errno: ENAMETOOLONG,
    },
    {
      what: 'has a long namespace',
      ops: [read(0, 0)],
      init: { oloc: { pool: 1, key: '', nspace: 'x'.repeat(257), hash: -1 } },
      errno: ENAMETOOLONG,
    },
    { what: 'is of no object', ops: [read(0, 0)], init: {}, errno: ENOENT },
  ])('that $what is refused, and not acked', ({ ops, init, errno }) => {
    const reply = ask(ops, errno === ENOENT ? undefined : OBJECT, init);
    expect(reply.result).toBe(-errno);
    expect(reply.flags).toBe(FLAGS);
    expect(reply.osdmapEpoch).toBe(9);
  });
});
