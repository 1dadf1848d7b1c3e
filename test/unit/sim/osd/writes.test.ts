import { describe, expect, it } from 'vitest';
import {
  EAGAIN,
  ECANCELED,
  EDQUOT,
  EFBIG,
  EINVAL,
  EMSGSIZE,
  ENAMETOOLONG,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  EOVERFLOW,
  ERANGE,
} from '../../../../src/common/errno.ts';
import { utf8Decode } from '../../../../src/common/utf8.ts';
import type { MOSDOpReply } from '../../../../src/messages/MOSDOpReply.ts';
import type { OSDOp } from '../../../../src/osd/OSDOp.ts';
import {
  POOL_FLAG_EC_OVERWRITES,
  POOL_FLAG_FULL,
  POOL_FLAG_FULL_QUOTA,
  POOL_TYPE_ERASURE,
} from '../../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_CMPXATTR_MODE_STRING,
  CEPH_OSD_CMPXATTR_MODE_U64,
  CEPH_OSD_CMPXATTR_OP_EQ,
  CEPH_OSD_CMPXATTR_OP_GT,
  CEPH_OSD_FLAG_FULL_FORCE,
  CEPH_OSD_FLAG_FULL_TRY,
  CEPH_OSD_FLAG_RETURNVEC,
  CEPH_OSD_OP_APPEND,
  CEPH_OSD_OP_ASSERT_VER,
  CEPH_OSD_OP_CMPXATTR,
  CEPH_OSD_OP_CREATE,
  CEPH_OSD_OP_DELETE,
  CEPH_OSD_OP_FLAG_FAILOK,
  CEPH_OSD_OP_MAPEXT,
  CEPH_OSD_OP_OMAPCLEAR,
  CEPH_OSD_OP_SPARSE_READ,
  CEPH_OSD_OP_STAT,
  CEPH_OSD_OP_TRUNCATE,
  CEPH_OSD_OP_WRITE,
  CEPH_OSD_OP_ZERO,
} from '../../../../src/osd/rados.ts';
import { OpEngine } from '../../../helpers/OpEngine.ts';
import {
  extentStep,
  getXattr,
  omapGet,
  omapSet,
  opOf,
  read,
  setXattr,
  step,
  write,
  writeFull,
  xattrStep,
} from '../../../helpers/osd_steps.ts';

const text = (reply: MOSDOpReply | undefined, i = 0): string =>
  utf8Decode(reply?.outdata[i] ?? new Uint8Array());

const call = (name: string): OSDOp =>
  step(
    0x1401,
    { kind: 'cls', classLength: 5, methodLength: name.length, inputLength: 0 },
    new Uint8Array(Buffer.from(`hello${name}`)),
  );

describe('a write', () => {
  it('is there for who comes after it, with a version that grows', () => {
    const engine = new OpEngine();
    const [first] = engine.ask(opOf([writeFull('one')]));
    const [second] = engine.ask(opOf([write(3, 'two')]));
    const [found] = engine.ask(opOf([read()]));
    expect(text(found)).toBe('onetwo');
    expect([first?.userVersion, second?.userVersion, found?.userVersion]).toEqual([1, 2, 2]);
    expect(second?.replayVersion).toEqual({ version: 2, epoch: 9 });
    expect(found?.replayVersion).toEqual({ version: 0, epoch: 0 });
  });

  it('that is sent again is not done again, and answered as before', () => {
    const engine = new OpEngine();
    const op = opOf([extentStep(CEPH_OSD_OP_APPEND, 0, 1, new Uint8Array(1))]);
    const [first] = engine.ask(op);
    engine.ask(opOf([setXattr('a', 'b')]));
    const [again] = engine.ask(op);
    expect(again?.result).toBe(0);
    expect(again?.replayVersion).toEqual(first?.replayVersion);
    expect(again?.userVersion).toBe(first?.userVersion);
    expect(engine.ask(opOf([read()]))[0]?.outdata[0]?.length).toBe(1);
  });

  it('that failed and is sent again fails again, though it could now be done', () => {
    const engine = new OpEngine();
    const op = opOf([step(CEPH_OSD_OP_DELETE)]);
    expect(engine.ask(op)[0]?.result).toBe(-ENOENT);
    engine.ask(opOf([writeFull('x')]));
    expect(engine.ask(op)[0]?.result).toBe(-ENOENT);
  });

  it('of which a step fails leaves the object as it was', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('old'), omapSet({ k: 'old' })]));
    const guard = xattrStep(CEPH_OSD_OP_CMPXATTR, 'a', 'no', 1, CEPH_OSD_CMPXATTR_MODE_STRING);
    const steps = [writeFull('new'), setXattr('a', 'b'), omapSet({ k: 'new' }), guard];
    const [refused] = engine.ask(opOf(steps));
    expect(refused?.result).toBe(-ECANCELED);
    expect(refused?.rvals).toEqual([0, 0, 0, -ECANCELED]);
    const [found] = engine.ask(opOf([read(), omapGet()]));
    expect(text(found)).toBe('old');
    expect(text(found, 1)).toContain('old');
  });

  it('may have steps that fail', () => {
    const engine = new OpEngine();
    const mayFail = { ...step(CEPH_OSD_OP_OMAPCLEAR), flags: CEPH_OSD_OP_FLAG_FAILOK };
    const [reply] = engine.ask(opOf([mayFail, writeFull('x')]));
    expect(reply?.result).toBe(0);
    expect(reply?.rvals).toEqual([-ENOENT, 0]);
  });

  it('gives no bytes and no number back, unless the client can take them', () => {
    const engine = new OpEngine();
    const op = [call('write_return_data')];
    const [plain] = engine.ask(opOf(op));
    expect([plain?.result, text(plain)]).toEqual([0, '']);
    const [vec] = engine.ask(opOf(op, { flags: CEPH_OSD_FLAG_RETURNVEC }));
    expect([vec?.result, text(vec)]).toEqual([42, 'you might see this']);
    const tooMuch = [call('write_too_much_return_data')];
    const [long] = engine.ask(opOf(tooMuch, { flags: CEPH_OSD_FLAG_RETURNVEC }));
    expect([long?.result, long?.rvals, text(long)]).toEqual([-EOVERFLOW, [-EOVERFLOW], '']);
  });

  it.each([
    { what: 'beyond 128 MiB', ops: [write(2 ** 27, 'x')], errno: EFBIG },
    {
      what: 'of a truncation beyond 128 MiB',
      ops: [extentStep(CEPH_OSD_OP_TRUNCATE, 2 ** 27, 0)],
      errno: EFBIG,
    },
    {
      what: 'of another length than it says',
      ops: [extentStep(CEPH_OSD_OP_WRITE, 0, 3, new Uint8Array(2))],
      errno: EINVAL,
    },
    {
      what: 'of an xattr with a long name',
      ops: [setXattr('n'.repeat(101), '')],
      errno: ENAMETOOLONG,
    },
    { what: 'at a snapshot', ops: [writeFull('x')], init: { snapid: 3 }, errno: EINVAL },
    {
      what: 'of more than 90 MiB',
      ops: [extentStep(CEPH_OSD_OP_WRITE, 0, 90 * 2 ** 20 + 1, new Uint8Array(90 * 2 ** 20 + 1))],
      errno: EMSGSIZE,
    },
    {
      what: 'with snapshots out of order',
      ops: [writeFull('x')],
      init: { snapSeq: 4, snaps: [2, 4] },
      errno: EINVAL,
    },
    { what: 'of a code that nobody knows', ops: [step(0x22ff)], errno: EOPNOTSUPP },
  ])('$what is refused', ({ ops, init = {}, errno }) => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('there')]));
    expect(engine.ask(opOf(ops, init))[0]?.result).toBe(-errno);
    expect(text(engine.ask(opOf([read()]))[0])).toBe('there');
  });

  it('asserts a version', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('1')]));
    engine.ask(opOf([writeFull('2')]));
    const assert = (version: bigint): OSDOp =>
      step(CEPH_OSD_OP_ASSERT_VER, { kind: 'assert_ver', version });
    const results = [0n, 1n, 3n, 2n].map(
      (version) => engine.ask(opOf([assert(version), writeFull('3')]))[0]?.result,
    );
    expect(results).toEqual([-EINVAL, -ERANGE, -EOVERFLOW, 0]);
  });

  it('compares xattrs that are numbers in decimal', () => {
    const engine = new OpEngine();
    engine.ask(opOf([setXattr('n', '41'), setXattr('t', 'text')]));
    const cmp = (name: string, cmpOp: number, value: number): number | undefined => {
      const bytes = new Uint8Array(8);
      bytes[0] = value;
      const asked = xattrStep(CEPH_OSD_OP_CMPXATTR, name, '', cmpOp, CEPH_OSD_CMPXATTR_MODE_U64);
      const indata = new Uint8Array([...asked.indata, ...bytes]);
      return engine.ask(opOf([{ ...asked, indata }]))[0]?.result;
    };
    expect(cmp('n', CEPH_OSD_CMPXATTR_OP_EQ, 41)).toBe(1);
    expect(cmp('n', CEPH_OSD_CMPXATTR_OP_GT, 42)).toBe(1);
    expect(cmp('n', CEPH_OSD_CMPXATTR_OP_GT, 41)).toBe(-ECANCELED);
    expect(cmp('none', CEPH_OSD_CMPXATTR_OP_EQ, 0)).toBe(1);
    expect(cmp('t', CEPH_OSD_CMPXATTR_OP_EQ, 0)).toBe(-EINVAL);
  });

  it('leaves holes where nothing was written', () => {
    const engine = new OpEngine();
    engine.ask(opOf([write(0, 'ab'), write(10, 'cd')]));
    const map = extentStep(CEPH_OSD_OP_MAPEXT, 0, -1);
    const [reply] = engine.ask(opOf([map, extentStep(CEPH_OSD_OP_SPARSE_READ, 1, 10)]));
    const u64 = (n: number): number[] => [n, 0, 0, 0, 0, 0, 0, 0];
    expect([...(reply?.outdata[0] ?? [])]).toEqual([
      ...[2, 0, 0, 0],
      ...[...u64(0), ...u64(2), ...u64(10), ...u64(2)],
    ]);
    expect([...(reply?.outdata[1] ?? [])]).toEqual([
      ...[2, 0, 0, 0],
      ...[...u64(1), ...u64(1), ...u64(10), ...u64(1)],
      ...[2, 0, 0, 0, 0x62, 0x63],
    ]);
    expect(text(engine.ask(opOf([read()]))[0])).toBe('ab\0\0\0\0\0\0\0\0cd');
  });
});

describe('while replicas are asked', () => {
  it('a write is not seen, and who reads waits for it', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('old')]));
    engine.waiting = [];
    const wrote = engine.ask(opOf([writeFull('new')]));
    const seen = engine.ask(opOf([read()]));
    const other = engine.ask(opOf([call('say_hello')], { oid: 'y' }));
    expect([wrote.length, seen.length, other.length]).toEqual([0, 0, 1]);
    engine.waiting[0]?.done(true);
    expect([wrote.length, text(seen[0])]).toEqual([1, 'new']);
  });

  it('writes of one object come one after the other, in the order of coming', () => {
    const engine = new OpEngine();
    engine.waiting = [];
    const append = (byte: number): OSDOp =>
      extentStep(CEPH_OSD_OP_APPEND, 0, 1, Uint8Array.of(byte));
    const replies = [65, 66, 67].map((byte) => engine.ask(opOf([append(byte)])));
    for (let i = 0; i < 3; i++) {
      expect(engine.waiting.length).toBe(i + 1);
      engine.waiting[i]?.done(true);
    }
    expect(replies.map((each) => each[0]?.replayVersion.version)).toEqual([1, 2, 3]);
    expect(text(engine.ask(opOf([read()]))[0])).toBe('ABC');
  });

  it('a write that is sent again waits, and is not done twice', () => {
    const engine = new OpEngine();
    engine.waiting = [];
    const op = opOf([extentStep(CEPH_OSD_OP_APPEND, 0, 1, Uint8Array.of(65))]);
    const first = engine.ask(op);
    const again = engine.ask(op);
    engine.waiting[0]?.done(true);
    expect([first.length, again.length, engine.waiting.length]).toEqual([1, 1, 1]);
    expect(again[0]?.replayVersion).toEqual(first[0]?.replayVersion);
    expect(text(engine.ask(opOf([read()]))[0])).toBe('A');
  });

  it('a write for which the PG has moved begins anew', () => {
    const engine = new OpEngine();
    engine.waiting = [];
    const replies = engine.ask(opOf([writeFull('x')]));
    engine.waiting[0]?.done(false);
    expect([replies.length, engine.waiting.length]).toEqual([0, 2]);
    engine.waiting[1]?.done(true);
    expect(replies[0]?.result).toBe(0);
  });

  it('a write whose object another OSD has written in the meantime begins anew with what is there', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('1')]));
    engine.waiting = [];
    const append = extentStep(CEPH_OSD_OP_APPEND, 0, 1, Uint8Array.of(65));
    const replies = engine.ask(opOf([append]));
    const id = { pool: 1, nspace: '', key: '', oid: 'x', hash: 0 };
    engine.store.put(
      id,
      { pool: 1, seed: 0 },
      {
        data: new Uint8Array(Buffer.from('other')),
        mtime: { sec: 0, nsec: 0 },
        xattrs: new Map(),
        omap: new Map(),
        omapHeader: new Uint8Array(),
      },
    );
    engine.waiting[0]?.done(true);
    expect(replies.length).toBe(0);
    engine.waiting[1]?.done(true);
    expect(replies[0]?.result).toBe(0);
    expect(text(engine.ask(opOf([read()]))[0])).toBe('otherA');
  });

  it('a replica leaves what it does not know to be done to the primary', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('x')]));
    engine.unstable = true;
    expect(engine.ask(opOf([read()]), undefined, false)[0]?.result).toBe(-EAGAIN);
    engine.unstable = false;
    expect(engine.ask(opOf([read()]), undefined, false)[0]?.result).toBe(0);
    expect(engine.ask(opOf([writeFull('y')]), undefined, false)).toEqual([]);
  });
});

describe('a full pool', () => {
  it.each([
    {
      what: 'drops a write without a word',
      flags: 0,
      poolFlags: POOL_FLAG_FULL,
      result: undefined,
    },
    {
      what: 'refuses one that is a try',
      flags: CEPH_OSD_FLAG_FULL_TRY,
      poolFlags: POOL_FLAG_FULL,
      result: -ENOSPC,
    },
    {
      what: 'with a quota says that',
      flags: CEPH_OSD_FLAG_FULL_TRY,
      poolFlags: POOL_FLAG_FULL | POOL_FLAG_FULL_QUOTA,
      result: -EDQUOT,
    },
    {
      what: 'takes one that is forced',
      flags: CEPH_OSD_FLAG_FULL_FORCE,
      poolFlags: POOL_FLAG_FULL,
      result: 0,
    },
  ])('$what', ({ flags, poolFlags, result }) => {
    const engine = new OpEngine({ flags: poolFlags });
    expect(engine.ask(opOf([writeFull('x')], { flags }))[0]?.result).toBe(result);
  });

  it('takes what makes room', () => {
    const engine = new OpEngine({ flags: POOL_FLAG_FULL });
    engine.ask(opOf([writeFull('x')], { flags: CEPH_OSD_FLAG_FULL_FORCE }));
    expect(engine.ask(opOf([step(CEPH_OSD_OP_DELETE)]))[0]?.result).toBe(0);
  });
});

describe('an erasure coded pool', () => {
  const pool = { type: POOL_TYPE_ERASURE, size: 3, stripeWidth: 4 };

  it.each([
    { what: 'no omap', ops: [omapSet({ a: 'b' })], result: -EOPNOTSUPP },
    { what: 'no write in the middle', ops: [write(0, 'x')], result: -EOPNOTSUPP },
    { what: 'no hole', ops: [extentStep(CEPH_OSD_OP_ZERO, 0, 1)], result: -EOPNOTSUPP },
    { what: 'no truncation', ops: [extentStep(CEPH_OSD_OP_TRUNCATE, 1, 0)], result: -EOPNOTSUPP },
    { what: 'no map of extents', ops: [extentStep(CEPH_OSD_OP_MAPEXT, 0, 1)], result: -EOPNOTSUPP },
    { what: 'writes at the end, where a stripe begins', ops: [write(8, 'x')], result: 0 },
    { what: 'whole objects', ops: [writeFull('x')], result: 0 },
    { what: 'xattrs', ops: [setXattr('a', 'b'), step(CEPH_OSD_OP_CREATE)], result: 0 },
  ])('takes $what', ({ ops, result }) => {
    const engine = new OpEngine(pool);
    engine.ask(opOf([writeFull('12345678')]));
    expect(engine.ask(opOf(ops))[0]?.result).toBe(result);
  });

  it('takes all but omap, when it allows overwrites', () => {
    const engine = new OpEngine({ ...pool, flags: POOL_FLAG_EC_OVERWRITES });
    engine.ask(opOf([writeFull('12345678')]));
    expect(engine.ask(opOf([write(1, 'x')]))[0]?.result).toBe(0);
    expect(engine.ask(opOf([omapSet({ a: 'b' })]))[0]?.result).toBe(-EOPNOTSUPP);
  });

  it('has sparse reads that are whole', () => {
    const engine = new OpEngine({ ...pool, flags: POOL_FLAG_EC_OVERWRITES });
    engine.ask(opOf([write(0, 'ab'), write(10, 'cd')]));
    const [reply] = engine.ask(opOf([extentStep(CEPH_OSD_OP_SPARSE_READ, 0, 100)]));
    expect(reply?.outdata[0]?.length).toBe(4 + 16 + 4 + 12);
  });
});

describe('a read', () => {
  it.each([
    { offset: 0, length: 0, expected: '0123' },
    { offset: 1, length: 2, expected: '12' },
    { offset: 3, length: 10, expected: '3' },
    { offset: 4, length: 1, expected: '' },
    { offset: 2 ** 40, length: 0, expected: '' },
  ])('of $length bytes at $offset gets "$expected", and its length says so', (asked) => {
    const { offset, length, expected } = asked;
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('0123')]));
    const [reply] = engine.ask(opOf([read(offset, length)]));
    expect(text(reply)).toBe(expected);
    expect(reply?.ops[0]?.args).toMatchObject({ offset, length: expected.length });
  });

  it('stops at the first step that fails, and keeps what came before', () => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('0123')]));
    const [reply] = engine.ask(opOf([step(CEPH_OSD_OP_STAT), getXattr('none'), read()]));
    expect(reply?.rvals).toEqual([0, -61, 0]);
    expect(reply?.outdata.map(({ length }) => length)).toEqual([16, 0, 0]);
    expect(reply?.userVersion).toBe(0);
  });

  it.each([
    { what: 'of no steps', ops: [], init: {}, errno: EINVAL },
    { what: 'of a step of no mode', ops: [step(0x0201)], init: {}, errno: EINVAL },
    { what: 'of no name', ops: [read()], init: { oid: '' }, errno: EINVAL },
    { what: 'of a long name', ops: [read()], init: { oid: 'x'.repeat(2049) }, errno: ENAMETOOLONG },
    { what: 'of nothing', ops: [read()], init: { oid: 'nothing' }, errno: ENOENT },
    {
      what: 'at a snapshot of nothing',
      ops: [read()],
      init: { oid: 'n', snapid: 3 },
      errno: ENOENT,
    },
    { what: 'at no snapshot in particular', ops: [read()], init: { snapid: -1 }, errno: EINVAL },
    { what: 'of snapshots at the head', ops: [step(0x120a)], init: {}, errno: EINVAL },
  ])('$what is refused, and not acked', ({ ops, init, errno }) => {
    const engine = new OpEngine();
    engine.ask(opOf([writeFull('there')]));
    const [reply] = engine.ask(opOf(ops, init));
    expect(reply?.result).toBe(-errno);
    expect(reply?.flags).toBe(4);
    expect(reply?.osdmapEpoch).toBe(9);
  });
});
