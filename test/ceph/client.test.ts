import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IoCtx, Rados } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const POOL = 'p';
const MIB = 1024 * 1024;

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8) ^ length);
}

/** A mismatch of megabytes is not to be printed. */
function digest(data: Uint8Array): string {
  return `${data.length} bytes, ${createHash('sha256').update(data).digest('hex')}`;
}

const MESSENGERS = [
  { msType: 'simple', msgr: 'v1' },
  { msType: 'async', msgr: 'v1' },
  { msType: 'async', msgr: 'v2' },
] as const;

describe.skipIf(skipWithoutCeph()).each(MESSENGERS)(
  'our client ($msType) and a real Ceph, msgr $msgr, auth none',
  ({ msType, msgr }) => {
    let ceph: CephCluster;
    let rados: Rados;
    let ioctx: IoCtx;

    beforeAll(async () => {
      ceph = await CephCluster.start({ msgr, auth: 'none' });
      await ceph.ceph('osd', 'pool', 'create', POOL, '8');
      rados = await Rados.connect({ monHost: ceph.monHost, conf: { ms_type: msType } });
      ioctx = await rados.openIoCtx(POOL);
    });

    afterAll(async () => {
      await rados?.shutdown();
      await ceph?.stop();
    });

    async function put(oid: string, data: Uint8Array, namespace = ''): Promise<void> {
      await ceph.run('rados', ['-p', POOL, '-N', namespace, 'put', oid, '-'], data);
    }

    test.each([0, 1, 4096, 4 * MIB + 1, 16 * MIB])(
      '%i bytes are read as rados put them',
      async (n) => {
        const data = bytes(n);
        await put(`of ${n}`, data);

        expect(digest(await ioctx.read(`of ${n}`))).toBe(digest(data));
      },
    );

    test('a part is read, and less than asked for at the end of the object', async () => {
      await put('parts', bytes(10_000));

      expect(await ioctx.read('parts', { offset: 4000, length: 96 })).toEqual(
        bytes(10_000).subarray(4000, 4096),
      );
      expect(await ioctx.read('parts', { offset: 9990, length: 96 })).toHaveLength(10);
      expect(await ioctx.read('parts', { offset: 20_000, length: 96 })).toHaveLength(0);
    });

    test('stat tells the size and the time that rados tells', async () => {
      await put('timed', bytes(12));
      const [, mtime] =
        /mtime (\S+), size 12/.exec(String(await ceph.rados('-p', POOL, 'stat2', 'timed'))) ?? [];

      const stat = await ioctx.stat('timed');

      expect(stat.size).toBe(12);
      expect(stat.mtime.toISOString().slice(0, 19)).toBe(mtime?.slice(0, 19));
    });

    test('an object that is not there is ENOENT, told with its place', async () => {
      await expect(ioctx.read('nothing')).rejects.toMatchObject({
        code: 'ENOENT',
        errno: -2,
        oid: 'nothing',
      });
    });

    test('one name in two namespaces is two objects', async () => {
      await put('twin', bytes(1));
      await put('twin', bytes(2), 'other');

      expect(await ioctx.read('twin')).toHaveLength(1);
      expect(await ioctx.with({ namespace: 'other' }).read('twin')).toHaveLength(2);
    });

    test.each(['a', 'rbd_data.1.0000', 'äöü 漢字', 'x'.repeat(300)])(
      'locate says what ceph osd map says: %s',
      async (oid) => {
        const said = JSON.parse(await ceph.ceph('osd', 'map', POOL, oid, '-f', 'json'));

        expect(ioctx.locate(oid)).toMatchObject({
          poolId: said.pool_id,
          rawPgid: said.raw_pgid,
          pgid: said.pgid,
          up: said.up,
          acting: said.acting,
          actingPrimary: said.acting_primary,
        });
      },
    );

    test('a hundred objects are read at once', async () => {
      const names = Array.from({ length: 100 }, (_, i) => `many.${i}`);
      await Promise.all(names.slice(0, 10).map((oid, i) => put(oid, bytes(i * 1000))));

      const sizes = await Promise.all(
        names.map((oid) =>
          ioctx.read(oid).then(
            (data) => data.length,
            () => -1,
          ),
        ),
      );

      expect(sizes).toEqual(names.map((_, i) => (i < 10 ? i * 1000 : -1)));
    });

    test('no daemon complains of what it was sent', async () => {
      await ioctx.read('nothing').catch(() => undefined);
      expect(await ceph.complaints()).toEqual([]);
    });
  },
);
