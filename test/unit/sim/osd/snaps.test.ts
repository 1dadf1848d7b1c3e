import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { EBUSY, ENOENT, EOLDSNAPC } from '../../../../src/common/errno.ts';
import { utf8Decode } from '../../../../src/common/utf8.ts';
import { OSDMap } from '../../../../src/osd/OSDMap.ts';
import type { OSDOp } from '../../../../src/osd/OSDOp.ts';
import { POOL_FLAG_POOL_SNAPS } from '../../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_FLAG_ORDERSNAP,
  CEPH_OSD_OP_DELETE,
  CEPH_OSD_OP_LIST_SNAPS,
  CEPH_OSD_OP_ROLLBACK,
  CEPH_OSD_OP_WATCH,
  CEPH_SNAPDIR,
} from '../../../../src/osd/rados.ts';
import { OpEngine } from '../../../helpers/OpEngine.ts';
import {
  getXattr,
  omapGet,
  omapSet,
  opOf,
  rawStep,
  read,
  setXattr,
  step,
  write,
  writeFull,
} from '../../../helpers/osd_steps.ts';

interface Listed {
  readonly id: number;
  readonly snaps: number[];
  readonly overlap: [number, number][];
  readonly size: number;
}

const rollback = (snap: number): OSDOp => rawStep(CEPH_OSD_OP_ROLLBACK, (enc) => enc.u64(snap));

function ask(engine: OpEngine, ops: OSDOp[], snaps: readonly number[] = [], flags = 4): number {
  return engine.ask(opOf(ops, { snapSeq: snaps[0] ?? 0, snaps, flags }))[0]?.result ?? Number.NaN;
}

function at(engine: OpEngine, snapid: number): string | number {
  const [reply] = engine.ask(opOf([read()], { snapid }));
  if (reply === undefined || reply.result < 0) return reply?.result ?? Number.NaN;
  return utf8Decode(reply.outdata[0] ?? new Uint8Array());
}

const HEAD = -2;

function list(engine: OpEngine): { seq: number; clones: Listed[] } {
  const ops = [step(CEPH_OSD_OP_LIST_SNAPS)];
  const [reply] = engine.ask(opOf(ops, { snapid: CEPH_SNAPDIR }));
  const dec = new Decoder(reply?.outdata[0] ?? new Uint8Array(), 'list_snaps');
  dec.decodeStart('obj_list_snap_response_t', 2);
  const clones = Array.from({ length: dec.u32() }, () => {
    dec.decodeStart('clone_info', 1);
    const id = dec.s64();
    const snaps = Array.from({ length: dec.u32() }, () => dec.u64());
    const overlap = Array.from(
      { length: dec.u32() },
      () => [dec.u64(), dec.u64()] as [number, number],
    );
    const clone = { id, snaps, overlap, size: dec.u64() };
    dec.decodeFinish();
    return clone;
  });
  return { seq: dec.u64(), clones };
}

/** `0123456789` before snapshot 2; its third byte changed before 5, its end before 6. */
function history(): OpEngine {
  const engine = new OpEngine();
  ask(engine, [writeFull('0123456789'), setXattr('a', '0'), omapSet({ k: '0' })]);
  ask(engine, [write(2, 'X'), setXattr('a', '2'), omapSet({ k: '2' })], [2]);
  ask(engine, [write(9, 'YZ')], [5, 4, 2]);
  ask(engine, [write(0, 'W')], [6, 5, 4, 2]);
  return engine;
}

describe('an object with snapshots', () => {
  it('is read as it was at each', () => {
    const engine = history();
    expect([1, 2, 3, 4, 5, 6, 7, HEAD].map((snap) => at(engine, snap))).toEqual([
      -ENOENT,
      '0123456789',
      -ENOENT,
      '01X3456789',
      '01X3456789',
      '01X345678YZ',
      'W1X345678YZ',
      'W1X345678YZ',
    ]);
  });

  it('has clones that say for which snapshots they are, and what they share with the next', () => {
    expect(list(history())).toEqual({
      seq: 6,
      clones: [
        {
          id: 2,
          snaps: [2],
          overlap: [
            [0, 2],
            [3, 7],
          ],
          size: 10,
        },
        { id: 5, snaps: [4, 5], overlap: [[0, 9]], size: 10 },
        { id: 6, snaps: [6], overlap: [[1, 10]], size: 11 },
        { id: HEAD, snaps: [], overlap: [], size: 11 },
      ],
    });
  });

  it('keeps xattrs and omaps of each', () => {
    const engine = history();
    const asked = opOf([getXattr('a'), omapGet()], { snapid: 2 });
    const [reply] = engine.ask(asked);
    expect(utf8Decode(reply?.outdata[0] ?? new Uint8Array())).toBe('0');
    expect(utf8Decode(reply?.outdata[1] ?? new Uint8Array())).toContain('k\x01\0\0\x000');
  });

  it('goes back to one, and forward again', () => {
    const engine = history();
    ask(engine, [rollback(2)], [6, 5, 4, 2]);
    expect(at(engine, HEAD)).toBe('0123456789');
    const [reply] = engine.ask(opOf([getXattr('a')]));
    expect(utf8Decode(reply?.outdata[0] ?? new Uint8Array())).toBe('0');
    expect(list(engine).clones.at(-2)?.overlap).toEqual([
      [1, 1],
      [3, 6],
    ]);
    ask(engine, [rollback(6)], [6, 5, 4, 2]);
    expect(at(engine, HEAD)).toBe('01X345678YZ');
    expect(at(engine, 2)).toBe('0123456789');
  });

  it('is deleted, and its snapshots are not', () => {
    const engine = history();
    expect(ask(engine, [step(CEPH_OSD_OP_DELETE)], [6, 5, 4, 2])).toBe(0);
    expect(at(engine, HEAD)).toBe(-ENOENT);
    expect(at(engine, 6)).toBe('01X345678YZ');
    expect(ask(engine, [step(CEPH_OSD_OP_DELETE)], [6, 5, 4, 2])).toBe(-ENOENT);
    expect(list(engine).clones.map(({ id }) => id)).toEqual([2, 5, 6]);
    ask(engine, [writeFull('new')], [6, 5, 4, 2]);
    expect([at(engine, HEAD), at(engine, 6)]).toEqual(['new', '01X345678YZ']);
  });

  it('is deleted by going back to when it was not there, unless it is watched', () => {
    const engine = new OpEngine();
    ask(engine, [writeFull('x')], [3]);
    const watch = rawStep(CEPH_OSD_OP_WATCH, (enc) => {
      enc.u64(1);
      enc.u64(0);
      enc.u8(3);
    });
    ask(engine, [watch], [3]);
    expect(ask(engine, [rollback(3)], [3])).toBe(-EBUSY);
    const other = new OpEngine();
    ask(other, [writeFull('x')], [3]);
    expect(ask(other, [rollback(3)], [3])).toBe(0);
    expect(at(other, HEAD)).toBe(-ENOENT);
  });

  it('refuses a writer who wants to be told that it knows too few', () => {
    expect(ask(history(), [writeFull('x')], [5], CEPH_OSD_FLAG_ORDERSNAP)).toBe(-EOLDSNAPC);
    expect(ask(history(), [writeFull('x')], [6, 5], CEPH_OSD_FLAG_ORDERSNAP)).toBe(0);
  });

  it('counts versions for its clones too', () => {
    const engine = new OpEngine();
    ask(engine, [writeFull('x')]);
    const [reply] = engine.ask(opOf([writeFull('y')], { snapSeq: 2, snaps: [2] }));
    expect(reply?.replayVersion.version).toBe(3);
    expect(reply?.userVersion).toBe(3);
  });
});

describe('a snapshot that is removed', () => {
  const remove = (engine: OpEngine, ...snaps: number[]): void => {
    const { data, crush } = engine.map;
    const removed = new Map([[1, snaps.map((start) => ({ start, length: 1 }))]]);
    engine.map = new OSDMap(
      { ...data, newRemovedSnaps: removed, removedSnapsQueue: removed },
      crush,
    );
    engine.ops.onMap(engine.map);
  };

  it('is read no more, and its clone goes with the last of them', () => {
    const engine = history();
    remove(engine, 5);
    expect([2, 4, 5, 6].map((snap) => at(engine, snap))).toEqual([
      '0123456789',
      '01X3456789',
      -ENOENT,
      '01X345678YZ',
    ]);
    remove(engine, 4, 5);
    expect(list(engine).clones.map(({ id }) => id)).toEqual([2, 6, HEAD]);
    expect(list(engine).clones[0]?.overlap).toEqual([
      [0, 2],
      [3, 6],
    ]);
  });

  it('takes a deleted object with it, when it was the last', () => {
    const engine = history();
    ask(engine, [step(CEPH_OSD_OP_DELETE)], [6, 5, 4, 2]);
    remove(engine, 2, 4, 5, 6);
    expect([...engine.store.pool(1).all()]).toEqual([]);
  });

  it('is not kept for by writers who still know of it', () => {
    const engine = new OpEngine();
    ask(engine, [writeFull('x')]);
    remove(engine, 2);
    ask(engine, [writeFull('y')], [2]);
    expect(list(engine).clones.map(({ id }) => id)).toEqual([HEAD]);
  });
});

describe('a pool with snapshots of its own', () => {
  it('has the same for all writers', () => {
    const stamp = { sec: 0, nsec: 0 };
    const snaps = new Map([[3, { snapid: 3, stamp, name: 'three' }]]);
    const engine = new OpEngine({ flags: POOL_FLAG_POOL_SNAPS, snapSeq: 3, snaps });
    engine.ask(opOf([writeFull('born behind it')]));
    ask(engine, [writeFull('changed')]);
    expect(at(engine, 3)).toBe(-ENOENT);
    expect(at(engine, HEAD)).toBe('changed');
  });
});
