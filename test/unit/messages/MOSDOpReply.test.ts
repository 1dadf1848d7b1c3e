import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError, DecodeError } from '../../../src/common/errors.ts';
import { CEPH_MSG_OSD_OPREPLY, MOSDOpReply } from '../../../src/messages/MOSDOpReply.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { CEPH_OSD_OP_READ, CEPH_OSD_OP_STAT } from '../../../src/osd/rados.ts';
import { decodeAs, frontOf, overTheWire, recordedAs } from '../../helpers/codec.ts';
import { goldenMessage, goldenMessages } from '../../helpers/golden.ts';

const NOTHING = new Uint8Array(0);
const STAT: OSDOp = { op: CEPH_OSD_OP_STAT, flags: 0, args: { kind: 'none' }, indata: NOTHING };
const OF_NOTHING = {
  oid: 'o',
  pgid: { pool: 1, seed: 0 },
  flags: 0,
  result: 0,
  osdmapEpoch: 1,
  ops: [],
  retryAttempt: 0,
};

describe('the reply to rados get', () => {
  const reply = recordedAs(MOSDOpReply, 'v1-none-get', CEPH_MSG_OSD_OPREPLY);

  test('has the 3,000 bytes of obj1', () => {
    expect(reply.oid).toBe('obj1');
    expect(Buffer.from(reply.outdata[0] ?? NOTHING).toString()).toBe('R'.repeat(3000));
  });

  test('says that the read got 3,000', () => {
    const args = { kind: 'extent', offset: 0, length: 3000, truncateSize: 0, truncateSeq: 0 };
    expect(reply.ops).toEqual([{ op: CEPH_OSD_OP_READ, flags: 0, args, indata: NOTHING }]);
  });

  test('is of user version 1, and a read has no replay version', () => {
    expect(reply.userVersion).toBe(1);
    expect(reply.replayVersion).toEqual({ version: 0, epoch: 0 });
    expect(reply.badReplayVersion).toEqual({ version: 1, epoch: 0 });
  });

  test('is well, acked, of attempt 0 with map 17 and goes nowhere else', () => {
    expect([reply.result, reply.rvals, reply.flags]).toEqual([0, [0], 0x400015]);
    expect([reply.retryAttempt, reply.osdmapEpoch, reply.redirect]).toEqual([0, 17, undefined]);
  });

  test('shares its bytes with the data segment', () => {
    const golden = goldenMessage('v1-none-get', CEPH_MSG_OSD_OPREPLY);
    const { outdata } = decodeAs(MOSDOpReply, golden, golden.front, golden.data);
    expect(outdata[0]?.buffer).toBe(golden.data.buffer);
  });
});

describe('other recorded replies', () => {
  const replies = goldenMessages('v1-none-ops', CEPH_MSG_OSD_OPREPLY).map((golden) =>
    decodeAs(MOSDOpReply, golden, golden.front, golden.data),
  );

  test('to a compound read that failed keep what its first steps gave', () => {
    const failed = replies.find(({ result }) => result === -61);
    expect(failed?.rvals).toEqual([0, 0, -61]);
    expect(failed?.outdata.map((piece) => piece.length)).toEqual([16, 4, 0]);
    expect(Buffer.from(failed?.outdata[1] ?? NOTHING).toString()).toBe('hell');
  });

  test('may have a result that is data', () => {
    expect(replies.map(({ result }) => result)).toContain(1);
  });

  test('to a name that is not there are ENOENT', () => {
    expect(replies.find(({ oid }) => oid === 'missing')?.result).toBe(-2);
  });
});

// Lines of `rados --debug-ms 1`, 16.2.15.
describe('the text is that of Ceph', () => {
  test('for a read', () => {
    const reply = recordedAs(MOSDOpReply, 'v1-none-get', CEPH_MSG_OSD_OPREPLY);
    reply.tid = 1;
    expect(String(reply)).toBe("osd_op_reply(1 obj1 [read 0~3000 out=3000b] v0'0 uv1 ondisk = 0)");
  });

  test('for ENOENT', () => {
    const golden = goldenMessages('v1-none-ops', CEPH_MSG_OSD_OPREPLY).find(({ front }) =>
      Buffer.from(front).includes('missing'),
    );
    const reply = decodeAs(MOSDOpReply, golden ?? goldenMessage('', 0), golden?.front ?? NOTHING);
    reply.tid = 1;
    expect(String(reply)).toBe(
      "osd_op_reply(1 missing [stat] v0'0 uv0 ondisk = -2 ((2) No such file or directory))",
    );
  });
});

describe('a hostile reply is a DecodeError', () => {
  const golden = goldenMessage('v1-none-get', CEPH_MSG_OSD_OPREPLY);

  test('with more data than its ops speak of', () => {
    const data = new Uint8Array(3001);
    expect(() => decodeAs(MOSDOpReply, golden, golden.front, data)).toThrow(
      '3000 bytes of output, not 3001',
    );
  });

  test('with less', () => {
    const data = new Uint8Array(2999);
    expect(() => decodeAs(MOSDOpReply, golden, golden.front, data)).toThrow(DecodeError);
  });

  test('where one step takes all and another some', () => {
    const reply = new MOSDOpReply({
      ...OF_NOTHING,
      ops: [STAT, STAT],
      outdata: [new Uint8Array(4), new Uint8Array(4)],
    });
    expect(() => decodeAs(MOSDOpReply, golden, frontOf(reply), new Uint8Array(4))).toThrow(
      '8 bytes of output, not 4',
    );
  });

  test('of a version from before 8', () => {
    const envelope = { ...golden, version: 7 };
    expect(() => decodeAs(MOSDOpReply, envelope, golden.front, golden.data)).toThrow(DecodeError);
  });

  test('with more ops than there are bytes', () => {
    const front = frontOf(new MOSDOpReply(OF_NOTHING));
    const countAt = 4 + 1 + 17 + 8 + 4 + 12 + 4;
    new DataView(front.buffer, front.byteOffset).setUint32(countAt, 100_000, true);
    expect(() => decodeAs(MOSDOpReply, golden, front)).toThrow(/100000 elements in \d+ bytes/);
  });
});

test('a newer reply with more behind is read', () => {
  const golden = goldenMessage('v1-none-get', CEPH_MSG_OSD_OPREPLY);
  const front = Buffer.concat([golden.front, Uint8Array.of(1, 2, 3)]);
  const reply = decodeAs(MOSDOpReply, { ...golden, version: 11 }, front, golden.data);
  expect(reply.oid).toBe('obj1');
});

test('a reply has an output and an rval for each op', () => {
  const init = { ...OF_NOTHING, ops: [STAT] };
  expect(() => new MOSDOpReply({ ...init, outdata: [] })).toThrow(AssertionError);
  expect(() => new MOSDOpReply({ ...init, rvals: [0, 0] })).toThrow(AssertionError);
  expect(new MOSDOpReply(init).outdata.length).toBe(1);
});

test('any reply survives the wire', () => {
  const u32 = fc.nat(0xffffffff);
  const s32 = fc.integer();
  const version = fc.record({ version: fc.maxSafeNat(), epoch: u32 });
  const step = fc.record({ outdata: fc.uint8Array({ maxLength: 50 }), rval: s32 });
  const locator = fc.record({
    pool: fc.nat(),
    key: fc.string(),
    nspace: fc.string(),
    hash: fc.constant(-1),
  });
  const init = fc
    .record({
      oid: fc.string({ unit: 'grapheme' }),
      pgid: fc.record({ pool: fc.nat(), seed: u32 }),
      flags: u32,
      result: s32,
      osdmapEpoch: u32,
      steps: fc.array(step, { maxLength: 5 }),
      retryAttempt: s32,
      badReplayVersion: version,
      replayVersion: version,
      userVersion: fc.maxSafeNat(),
      redirect: fc.option(fc.record({ locator, object: fc.string() }), { nil: undefined }),
    })
    .map(({ steps, ...rest }) => ({
      ...rest,
      ops: steps.map(() => STAT),
      outdata: steps.map(({ outdata }) => outdata),
      rvals: steps.map(({ rval }) => rval),
    }));
  fc.assert(
    fc.property(init, (fields) => {
      const sent = new MOSDOpReply(fields);
      const got = overTheWire(MOSDOpReply, sent);
      expect({ ...got, data: [] }).toEqual({ ...sent, data: [] });
    }),
  );
});
