import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionError, DecodeError } from '../../../src/common/errors.ts';
import { CEPH_MSG_OSD_OP, MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { CEPH_NOSNAP, CEPH_OSD_OP_READ, CEPH_OSD_OP_STAT } from '../../../src/osd/rados.ts';
import { anyOSDOp } from '../../helpers/any_osd_op.ts';
import { decodeAs, frontOf, overTheWire, recordedAs } from '../../helpers/codec.ts';
import { goldenMessage, goldenMessages } from '../../helpers/golden.ts';

const NOTHING = new Uint8Array(0);
const STAT: OSDOp = { op: CEPH_OSD_OP_STAT, flags: 0, args: { kind: 'none' }, indata: NOTHING };
const OF_NOTHING = {
  pgid: { pgid: { pool: 1, seed: 0 }, shard: -1 },
  hash: 0,
  osdmapEpoch: 1,
  flags: 0,
  oloc: { pool: 1, key: '', nspace: '', hash: -1 },
  oid: '',
  ops: [],
};

describe('the MOSDOp of rados get', () => {
  const op = recordedAs(MOSDOp, 'v1-none-get', CEPH_MSG_OSD_OP);

  test('is for obj1 in pool 1', () => {
    expect(op.oid).toBe('obj1');
    expect(op.oloc).toEqual({ pool: 1, key: '', nspace: '', hash: -1 });
  });

  test('has the hash of obj1, and the PG that is its last three bits', () => {
    expect(op.hash).toBe(0x6cf8deff);
    expect(op.pgid).toEqual({ pgid: { pool: 1, seed: 7 }, shard: -1 });
  });

  test('reads 4 MiB of the head from the beginning', () => {
    const args = { kind: 'extent', offset: 0, length: 4 << 20, truncateSize: 0, truncateSeq: 0 };
    expect(op.ops).toEqual([{ op: CEPH_OSD_OP_READ, flags: 0, args, indata: NOTHING }]);
    expect(op.snapid).toBe(CEPH_NOSNAP);
  });

  test('is a first attempt with map 17 and the flags of a read', () => {
    expect([op.retryAttempt, op.osdmapEpoch, op.flags]).toEqual([0, 17, 0x400014]);
  });

  test('says what its client can', () => {
    expect(op.features).toBe(0x3f01cfbdfffdffffn);
  });

  test('is what the defaults make', () => {
    const { pgid, hash, osdmapEpoch, flags, oloc, oid, ops } = op;
    const made = new MOSDOp({ pgid, hash, osdmapEpoch, flags, oloc, oid, ops });
    expect(frontOf(made)).toEqual(
      new Uint8Array(goldenMessage('v1-none-get', CEPH_MSG_OSD_OP).front),
    );
    expect(made.priority).toBe(goldenMessage('v1-none-get', CEPH_MSG_OSD_OP).priority);
  });
});

describe('other recorded MOSDOps', () => {
  const ops = (recording: string): MOSDOp[] =>
    goldenMessages(recording, CEPH_MSG_OSD_OP).map((golden) =>
      decodeAs(MOSDOp, golden, golden.front, golden.data),
    );

  test('have key and namespace', () => {
    const keyed = ops('v1-none-ops').find(({ oloc }) => oloc.key !== '');
    expect(keyed?.oloc).toEqual({ pool: 1, key: 'lk', nspace: 'ns1', hash: -1 });
  });

  test('bring the data of a write', () => {
    const [write] = ops('v1-none-ops');
    expect(Buffer.from(write?.ops[0]?.indata ?? NOTHING).toString()).toBe('hello world 0123456789');
  });

  test('read a snapshot', () => {
    expect(ops('v1-none-maps').map(({ snapid }) => snapid)).toContain(1);
  });

  test('go again to the primary with the retry flag', () => {
    const again = ops('v1-none-ops').find(({ retryAttempt }) => retryAttempt === 1);
    expect(String(again)).toContain('RETRY=1 ondisk+retry+read');
  });
});

// Lines of `rados --debug-ms 1`, 16.2.15.
describe('the text is that of Ceph', () => {
  test('for a read', () => {
    const op = recordedAs(MOSDOp, 'v1-none-get', CEPH_MSG_OSD_OP);
    op.tid = 1;
    expect(String(op)).toBe(
      'osd_op(unknown.0.0:1 1.7 1:ff7b1f36:::obj1:head [read 0~4194304] snapc 0=[] ondisk+read+known_if_redirected e17)',
    );
  });

  test('for a name with characters that it escapes', () => {
    const op = new MOSDOp({
      ...OF_NOTHING,
      pgid: { pgid: { pool: 1, seed: 2 }, shard: -1 },
      hash: 0x843ddc62,
      osdmapEpoch: 17,
      flags: 0x400014,
      oloc: { pool: 1, key: '', nspace: 'ns1', hash: -1 },
      oid: 'a:b/c%é',
      ops: [STAT],
    });
    op.tid = 1;
    expect(String(op)).toBe(
      'osd_op(unknown.0.0:1 1.2 1:463bbc21:ns1::a%3ab%2fc%25%c3%a9:head [stat] snapc 0=[] ondisk+read+known_if_redirected e17)',
    );
  });

  test('for one that was received', () => {
    const op = new MOSDOp(OF_NOTHING);
    op.src = { type: 8, num: 4136 };
    expect(String(op)).toContain('osd_op(client.4136.0:0 1.0 1:00000000::::head [] ');
  });
});

describe('a hostile MOSDOp is a DecodeError', () => {
  const golden = goldenMessage('v1-none-ops', CEPH_MSG_OSD_OP);

  test('with data that no op speaks of', () => {
    const data = Buffer.concat([golden.data, Uint8Array.of(0)]);
    expect(() => decodeAs(MOSDOp, golden, golden.front, data)).toThrow(DecodeError);
  });

  test('without data that an op speaks of', () => {
    const data = golden.data.subarray(1);
    expect(() => decodeAs(MOSDOp, golden, golden.front, data)).toThrow(DecodeError);
  });

  test.each([7, 9])('of version %i, whose layout is another', (version) => {
    const envelope = { ...golden, version };
    expect(() => decodeAs(MOSDOp, envelope, golden.front, golden.data)).toThrow(DecodeError);
  });

  test('with more ops than there are bytes', () => {
    const front = frontOf(new MOSDOp(OF_NOTHING));
    const countAt = front.length - (8 + 8 + 4 + 4 + 8) - 2;
    new DataView(front.buffer, front.byteOffset).setUint16(countAt, 0xffff, true);
    expect(() => decodeAs(MOSDOp, golden, front)).toThrow('65535 ops in 32 bytes');
  });

  test('with more snapshots than there are bytes', () => {
    const front = frontOf(new MOSDOp(OF_NOTHING));
    const countAt = front.length - (4 + 8) - 4;
    new DataView(front.buffer, front.byteOffset).setUint32(countAt, 0xffffffff, true);
    expect(() => decodeAs(MOSDOp, golden, front)).toThrow('4294967295 elements in 12 bytes');
  });
});

test('more ops than their count can say are not made', () => {
  const ops = new Array<OSDOp>(65536).fill(STAT);
  expect(() => new MOSDOp({ ...OF_NOTHING, ops })).toThrow(AssertionError);
});

test('any MOSDOp survives the wire', () => {
  const u32 = fc.nat(0xffffffff);
  const snap = fc.integer({ min: -2, max: Number.MAX_SAFE_INTEGER });
  const init = fc.record({
    pgid: fc.record({
      pgid: fc.record({ pool: fc.maxSafeNat(), seed: u32 }),
      shard: fc.integer({ min: -128, max: 127 }),
    }),
    hash: u32,
    osdmapEpoch: u32,
    flags: u32,
    oloc: fc.record({
      pool: fc.maxSafeInteger(),
      key: fc.string({ unit: 'grapheme' }),
      nspace: fc.string(),
      hash: fc.integer({ min: -1, max: 2 ** 32 }),
    }),
    oid: fc.string({ unit: 'grapheme' }),
    ops: fc.array(anyOSDOp, { maxLength: 5 }),
    snapid: snap,
    retryAttempt: fc.integer({ min: -1, max: 1000 }),
    mtime: fc.record({ sec: u32, nsec: u32 }),
    snapSeq: fc.maxSafeNat(),
    snaps: fc.array(snap),
    clientInc: u32,
    features: fc.bigInt(0n, 2n ** 64n - 1n),
  });
  fc.assert(
    fc.property(init, (fields) => {
      const sent = new MOSDOp(fields);
      const got = overTheWire(MOSDOp, sent);
      expect({ ...got, data: [] }).toEqual({ ...sent, data: [] });
      expect(got.dataLength()).toBe(sent.dataLength());
    }),
  );
});
