import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { EINVAL } from '../../../../src/common/errno.ts';
import type { MOSDOpReply } from '../../../../src/messages/MOSDOpReply.ts';
import { hobjectsOfPg } from '../../../../src/osd/hobject_range.ts';
import {
  encodeHobject,
  HOBJECT_MAX,
  HOBJECT_NONE,
  type hobject_t,
} from '../../../../src/osd/hobject_t.ts';
import { ALL_NSPACES, decodePgNlsResponse } from '../../../../src/osd/pg_nls.ts';
import { cephStableMod } from '../../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_OP_DELETE,
  CEPH_OSD_OP_PGNLS,
  CEPH_OSD_OP_PGNLS_FILTER,
} from '../../../../src/osd/rados.ts';
import { OpEngine } from '../../../helpers/OpEngine.ts';
import { opOf, setXattr, step, writeFull } from '../../../helpers/osd_steps.ts';

interface Named {
  readonly oid: string;
  readonly nspace: string;
  readonly hash: number;
}

function put(engine: OpEngine, { oid, nspace, hash }: Named, pgNum: number, snap = 0): void {
  const oloc = { pool: 1, key: '', nspace, hash: -1 };
  const pgid = { pgid: { pool: 1, seed: cephStableMod(hash, pgNum) }, shard: -1 };
  const snapc = snap === 0 ? {} : { snapSeq: snap, snaps: [snap] };
  engine.ask(opOf([writeFull(oid), setXattr('x', oid)], { oid, oloc, hash, pgid, ...snapc }));
}

function ask(
  engine: OpEngine,
  seed: number,
  cursor: hobject_t,
  count: number,
  nspace: string,
  filter?: string,
): MOSDOpReply | undefined {
  const enc = new Encoder();
  if (filter !== undefined) {
    for (const text of ['class', 'method', 'plain', '_x', filter]) enc.string(text);
  }
  encodeHobject(enc, cursor);
  const code = filter === undefined ? CEPH_OSD_OP_PGNLS : CEPH_OSD_OP_PGNLS_FILTER;
  const list = step(code, { kind: 'pgls', count, startEpoch: 9 }, enc.take());
  const oloc = { pool: 1, key: '', nspace, hash: seed };
  const pgid = { pgid: { pool: 1, seed }, shard: -1 };
  return engine.ask(opOf([list], { oid: '', oloc, pgid, hash: seed }))[0];
}

function listPg(
  engine: OpEngine,
  seed: number,
  count: number,
  nspace: string,
  filter?: string,
): { names: string[]; end: hobject_t } {
  const names: string[] = [];
  for (let cursor = HOBJECT_NONE; ; ) {
    const reply = ask(engine, seed, cursor, count, nspace, filter);
    const dec = new Decoder(reply?.outdata[0] ?? new Uint8Array(), 'page');
    const { handle, entries } = decodePgNlsResponse(dec);
    names.push(...entries.map(({ oid, namespace }) => `${namespace}/${oid}`));
    if (reply?.result === 1) return { names, end: handle };
    cursor = handle;
  }
}

describe('the objects of a pool', () => {
  const named = fc.record({
    oid: fc.string({ minLength: 1, maxLength: 4 }),
    nspace: fc.constantFrom('', 'n'),
    hash: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  });
  const objects = fc.uniqueArray(named, {
    selector: ({ oid, nspace }) => `${nspace}/${oid}`,
    maxLength: 30,
  });
  const sizes = [fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 })] as const;

  it('are all listed, each once and in its PG, whatever is asked for at a time', () => {
    fc.assert(
      fc.property(objects, ...sizes, (all, pgNum, count) => {
        const engine = new OpEngine({ pgNum, pgpNum: pgNum });
        // With a clone of each, which takes room in a page.
        for (const one of all) put(engine, one, pgNum);
        for (const one of all) put(engine, one, pgNum, 4);
        for (let seed = 0; seed < pgNum; seed++) {
          const { names, end } = listPg(engine, seed, count, ALL_NSPACES);
          const inPg = all.filter(({ hash }) => cephStableMod(hash, pgNum) === seed);
          expect(names.toSorted()).toEqual(
            inPg.map(({ oid, nspace }) => `${nspace}/${oid}`).sort(),
          );
          expect(end).toEqual(hobjectsOfPg({ pool: 1, seed }, pgNum).end);
        }
      }),
    );
  });
});

describe('a list', () => {
  const engine = new OpEngine();
  const names: Named[] = ['a', 'b', 'c'].map((oid, i) => ({ oid, nspace: '', hash: i * 8 }));
  for (const one of names) put(engine, one, 8);
  put(engine, { oid: 'other', nspace: 'n', hash: 0 }, 8);

  it('is of one namespace', () => {
    expect(listPg(engine, 0, 10, '').names.toSorted()).toEqual(['/a', '/b', '/c']);
    expect(listPg(engine, 0, 10, 'n').names).toEqual(['n/other']);
  });

  it('may be of those with an xattr', () => {
    expect(listPg(engine, 0, 10, '', 'b').names).toEqual(['/b']);
  });

  it('has what is deleted and kept for snapshots', () => {
    const own = new OpEngine();
    put(own, { oid: 'gone', nspace: '', hash: 0 }, 8);
    const snapc = { oid: 'gone', snapSeq: 4, snaps: [4] };
    expect(own.ask(opOf([step(CEPH_OSD_OP_DELETE)], snapc))[0]?.result).toBe(0);
    expect(listPg(own, 0, 10, '').names).toEqual(['/gone']);
  });

  it.each([
    { what: 'before the PG', seed: 1, cursor: { ...HOBJECT_NONE, pool: 1, hash: 0 } },
    { what: 'behind the PG', seed: 0, cursor: { ...HOBJECT_NONE, pool: 1, hash: 1 } },
  ])('does not begin $what', ({ seed, cursor }) => {
    expect(ask(engine, seed, cursor, 10, '')?.result).toBe(-EINVAL);
  });

  it('ends where all ends', () => {
    expect(ask(engine, 0, HOBJECT_MAX, 10, '')?.result).toBe(1);
  });

  it('with a filter that nobody knows is refused', () => {
    const enc = new Encoder();
    for (const text of ['', '', 'no.filter', '', '']) enc.string(text);
    const list = step(
      CEPH_OSD_OP_PGNLS_FILTER,
      { kind: 'pgls', count: 1, startEpoch: 9 },
      enc.take(),
    );
    expect(engine.ask(opOf([list], { oid: '' }))[0]?.result).toBe(-EINVAL);
  });
});
