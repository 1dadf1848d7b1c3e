import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IoCtx, ObjectNotFound, Rados } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const READS = 40;

interface TheirSnap {
  readonly id: number;
  readonly name: string;
  /** Seconds since 1970. */
  readonly stamp: number;
  /** Null: the object was not there. */
  readonly text: string | null;
  readonly xattrs?: Readonly<Record<string, string>>;
}

describe.skipIf(skipWithoutCeph())('snapshots and copies of a real Ceph', () => {
  let ceph: CephCluster;
  let rados: Rados;
  let ioctx: IoCtx;

  beforeAll(async () => {
    // Each message is a line of the logs.
    ceph = await CephCluster.start({ msgr: 'v2', auth: 'none', conf: ['debug ms = 1'] });
    for (const [pool, pgs] of [
      ['p', '8'],
      ['one', '1'],
    ] as const) {
      await ceph.ceph('osd', 'pool', 'create', pool, pgs);
      await ceph.ceph('osd', 'pool', 'set', pool, 'pg_autoscale_mode', 'off');
    }
    rados = await Rados.connect({ monHost: ceph.monHost });
    ioctx = await rados.openIoCtx('p');
  });

  afterAll(async () => {
    await rados?.shutdown();
    await ceph?.stop();
  });

  function put(pool: string, oid: string, text: string): Promise<Buffer> {
    return ceph.run('rados', ['-p', pool, 'put', oid, '-'], Buffer.from(text));
  }

  async function text(from: IoCtx, oid: string): Promise<string | null> {
    try {
      return Buffer.from(await from.read(oid)).toString();
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }

  async function askPython(): Promise<TheirSnap[]> {
    const file = fileURLToPath(new URL('./python/pool_snaps.py', import.meta.url));
    const said = await ceph.run('/usr/bin/python3', [file, ceph.confFile, 'p', 'o']);
    return JSON.parse(String(said));
  }

  describe('of a pool', () => {
    let theirs: TheirSnap[];

    beforeAll(async () => {
      const mksnap = (name: string): Promise<Buffer> => ceph.rados('-p', 'p', 'mksnap', name);
      await mksnap('before all');
      await put('p', 'o', 'first');
      await ceph.rados('-p', 'p', 'setxattr', 'o', 'colour', 'red');
      await mksnap('s1');
      await put('p', 'o', 'second');
      await ceph.rados('-p', 'p', 'setxattr', 'o', 'colour', 'blue');
      await mksnap('zwei ä');
      await ceph.rados('-p', 'p', 'rm', 'o');
      await mksnap('gone');
      await ceph.rados('-p', 'p', 'rmsnap', 'gone');
      await mksnap('last');
      await put('p', 'o', 'now');
      await rados.waitForLatestOsdMap();
      theirs = await askPython();
    });

    test('are listed with their ids, names and times', () => {
      const ours = ioctx.listPoolSnaps().map(({ id, name, timestamp }) => ({
        id,
        name,
        stamp: Math.floor(timestamp.getTime() / 1000),
      }));
      expect(ours).toEqual(theirs.map(({ id, name, stamp }) => ({ id, name, stamp })));
      expect(ours.map(({ name }) => name)).toEqual(['before all', 's1', 'zwei ä', 'last']);
    });

    test('are found by name and by id', () => {
      for (const { id, name, stamp } of theirs) {
        expect(ioctx.snapLookup(name)).toBe(id);
        expect(ioctx.snapGetName(BigInt(id))).toBe(name);
        expect(Math.floor(ioctx.snapGetStamp(id).getTime() / 1000)).toBe(stamp);
      }
    });

    test('that are not there are not found', () => {
      expect(() => ioctx.snapLookup('gone')).toThrow(ObjectNotFound);
      expect(() => ioctx.snapGetName(99)).toThrow(ObjectNotFound);
      expect(() => ioctx.snapGetStamp(99)).toThrow(ObjectNotFound);
      expect(() => ioctx.with({ snap: 'gone' })).toThrow(ObjectNotFound);
    });

    test('are read, by name and by id, as python-rados reads them', async () => {
      for (const snap of theirs) {
        const byName = ioctx.with({ snap: snap.name });
        expect(await text(byName, 'o')).toBe(snap.text);
        expect(await text(ioctx.with({ snap: snap.id }), 'o')).toBe(snap.text);
        if (snap.xattrs === undefined) continue;
        const xattrs = [...(await byName.getXattrs('o'))].map(([name, value]) => [
          name,
          Buffer.from(value).toString(),
        ]);
        expect(Object.fromEntries(xattrs)).toEqual(snap.xattrs);
      }
      expect(await text(ioctx, 'o')).toBe('now');
    });

    test('are opened by name', async () => {
      expect(await text(await rados.openIoCtx('p', { snap: 's1' }), 'o')).toBe('first');
    });
  });

  describe('copies', () => {
    beforeAll(async () => {
      // A copy is read when all have said that they have it: a write to its PG tells the others.
      for (const oid of ['balanced', 'local', 'later', 'latest']) await put('one', oid, oid);
    });

    /** How often each OSD says in its log that it has answered a read of `oid`. */
    async function served(oid: string): Promise<number[]> {
      const logs = [0, 1, 2].map((osd) => readFile(join(ceph.dir, `osd.${osd}.log`), 'latin1'));
      const answer = new RegExp(`--> .* osd_op_reply\\(\\d+ ${oid} \\[read .* = 0\\)`);
      return (await Promise.all(logs)).map(
        (log) => log.split('\n').filter((line) => answer.test(line)).length,
      );
    }

    test('all serve balanced reads', async () => {
      const balanced = (await rados.openIoCtx('one')).with({ flags: 'balance_reads' });
      for (let i = 0; i < READS; i++) expect(await text(balanced, 'balanced')).toBe('balanced');
      const counts = await served('balanced');
      expect(counts.reduce((a, b) => a + b)).toBe(READS);
      for (const count of counts) expect(count).toBeGreaterThan(0);
    });

    test('serve localized reads where they are nearest', async () => {
      for (const osd of [0, 1, 2]) {
        const conf = { crush_location: `root=default host=host${osd}` };
        await using near = await Rados.connect({ monHost: ceph.monHost, conf });
        const local = await near.openIoCtx('one', { flags: 'localize_reads' });
        const before = await served('local');
        for (let i = 0; i < 5; i++) expect(await text(local, 'local')).toBe('local');
        const after = await served('local');
        expect(after.map((count, i) => count - (before[i] ?? 0))).toEqual(
          [0, 1, 2].map((one) => (one === osd ? 5 : 0)),
        );
      }
    });
  });

  test('no daemon complains', async () => {
    expect(await ceph.complaints()).toEqual([]);
  });
});
