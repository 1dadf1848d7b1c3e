import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IoCtx, Rados, type RadosOptions } from '../../src/index.ts';
import { anyReadCase } from './any_read_case.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';
import { LibradosDriver, skipWithoutLibrados } from './librados_driver.ts';
import { OMAP_KEYS, READ_CASES, type ReadCase, writeObjects } from './read_cases.ts';
import { comparable, operated, showExtents, stepCount, wordsOf } from './read_steps.ts';

const REPLICATED = 'replicated';
const ERASURE = 'erasure';
const POOLS = [REPLICATED, ERASURE];
const RANDOM_OPS = 300;
const HUGE = 64 * 1024 * 1024;

const WAYS = {
  none: [
    { way: 'v1, simple', conf: { ms_type: 'simple' } },
    { way: 'v2, crc', conf: { ms_type: 'async' } },
  ],
  cephx: [
    { way: 'v1, simple', conf: { ms_type: 'simple' } },
    { way: 'v2, crc', conf: { ms_type: 'async', ms_client_mode: 'crc' } },
    { way: 'v2, secure', conf: { ms_type: 'async', ms_client_mode: 'secure' } },
  ],
} satisfies Record<string, { way: string; conf: RadosOptions['conf'] }[]>;

/** LIBRADOS_OPERATION_*. */
const OPERATION_FLAGS = {
  balance_reads: 1,
  localize_reads: 2,
  order_reads_writes: 4,
  ignore_cache: 8,
  skiprwlocks: 16,
  ignore_overlay: 32,
  full_try: 64,
  ignore_redirect: 256,
} as const;

/** To be read only with SNAPDIR. */
const SNAPDIR = -1;

/** A mismatch of megabytes is not to be printed. */
function isSame(data: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(data, expected) === 0;
}

describe.skipIf(skipWithoutCeph() || skipWithoutLibrados()).each(['none', 'cephx'] as const)(
  'our client and stock librados on one cluster, auth %s',
  (auth) => {
    let ceph: CephCluster;
    let librados: LibradosDriver;
    const clients = new Map<string, Rados>();
    let isOsdDown = false;
    const huge = Buffer.alloc(HUGE, 'radosim ');

    beforeAll(async () => {
      ceph = await CephCluster.start({ msgr: 'v2', auth });
      const profile = ['k=2', 'm=1', 'crush-failure-domain=host'];
      await ceph.ceph('osd', 'erasure-code-profile', 'set', 'k2m1', ...profile);
      await ceph.ceph('osd', 'pool', 'create', REPLICATED, '8');
      await ceph.ceph('osd', 'pool', 'create', ERASURE, '8', 'erasure', 'k2m1');
      librados = await LibradosDriver.start(ceph);
      for (const pool of POOLS) {
        await writeObjects(librados, pool, pool === REPLICATED);
        await ceph.run('rados', ['-p', pool, 'put', 'huge', '-'], huge);
      }
      for (const { way, conf } of WAYS[auth]) {
        const keys = auth === 'cephx' ? { keyring: ceph.keyring } : {};
        clients.set(way, await Rados.connect({ monHost: ceph.monHost, conf, ...keys }));
      }
    });

    afterAll(async () => {
      for (const client of clients.values()) await client.shutdown();
      await librados?.stop();
      await ceph?.stop();
    });

    async function takeOsdDown(): Promise<void> {
      await ceph.killOsd(0);
      await ceph.ceph('osd', 'down', '0');
      isOsdDown = true;
    }

    async function open(way: string, pool: string): Promise<IoCtx> {
      const client = clients.get(way);
      if (client === undefined) throw new Error(`no client ${way}`);
      return client.openIoCtx(pool);
    }

    /** What ours and librados make of a case, in one form. */
    async function both(ioctx: IoCtx, one: ReadCase): Promise<{ ours: string; theirs: string }> {
      const { oid, steps, namespace, locatorKey, snap, flags = [] } = one;
      const ours = await operated(ioctx.with({ namespace, locatorKey, snap }), oid, steps, {
        flags,
      });
      const bits = flags.reduce((sum, flag) => sum | OPERATION_FLAGS[flag], 0);
      const listsSnaps = steps.some(({ kind }) => kind === 'list_snaps');
      const place = { ...one, pool: ioctx.poolName, ...(listsSnaps ? { snap: SNAPDIR } : {}) };
      const words = steps.flatMap(wordsOf);
      const theirs = await librados.say('operate', place, oid, bits, ...words);
      return { ours, theirs: comparable(theirs, stepCount(ours)) };
    }

    const rows = WAYS[auth].flatMap(({ way }) => POOLS.map((pool) => ({ way, pool })));

    describe.each(rows)('$way, pool $pool', ({ way, pool }) => {
      test.each(Object.entries(READ_CASES))(
        '%s are read as librados reads them',
        async (_, cases) => {
          const ioctx = await open(way, pool);
          for (const one of cases) {
            const { ours, theirs } = await both(ioctx, one);
            expect({ one, said: ours }).toEqual({ one, said: theirs });
          }
        },
      );

      test('random ops on random objects are answered as librados is answered', async () => {
        const ioctx = await open(way, pool);
        const sameForBoth = async (one: ReadCase): Promise<void> => {
          const { ours, theirs } = await both(ioctx, one);
          expect(ours).toBe(theirs);
        };
        const cases = anyReadCase(pool === REPLICATED);
        await fc.assert(fc.asyncProperty(cases, sameForBoth), { numRuns: RANDOM_OPS });
      });

      test('64 MiB are read at once, in parts, and into a buffer', async () => {
        const ioctx = await open(way, pool);
        expect(isSame(await ioctx.read('huge'), huge)).toBe(true);
        const part = { offset: HUGE - 5_000_001, length: 5_000_000 };
        expect(isSame(await ioctx.read('huge', part), huge.subarray(-5_000_001, -1))).toBe(true);
        const buffer = new Uint8Array(1_000_003);
        expect(await ioctx.readInto('huge', buffer, { offset: 12_345 })).toBe(buffer.length);
        expect(isSame(buffer, huge.subarray(12_345, 12_345 + buffer.length))).toBe(true);
        expect(await ioctx.readInto('huge', buffer, { offset: HUGE - 3 })).toBe(3);
      });

      test('mapext is what librados makes of it', async () => {
        const ioctx = await open(way, pool);
        for (const oid of ['plain', 'empty', 'sparse', 'missing']) {
          const theirs = await librados.say('mapext', { pool }, oid, 0, 300_000);
          const ours = await ioctx.mapext(oid, { length: 300_000 }).then(
            (extents) => `${extents.length} ${showExtents(extents)}`,
            (error) => `${error.errno} []`,
          );
          expect(ours).toBe(theirs);
        }
      });
    });

    test('the methods of an IoCtx give what the steps give', async () => {
      const ioctx = await open('v2, crc', REPLICATED);
      const text = async (reading: Promise<Uint8Array>): Promise<string> =>
        Buffer.from(await reading).toString('latin1');
      const version = (await ioctx.stat('plain')).version;

      expect(await ioctx.exists('plain')).toBe(true);
      expect(await ioctx.exists('missing')).toBe(false);
      expect(await text(ioctx.getXattr('plain', 'k1'))).toBe('v1');
      expect((await ioctx.getXattrs('plain')).size).toBe(5);
      expect(await text(ioctx.getOmapHeader('plain'))).toBe('header');
      expect((await ioctx.getOmapKeys('plain', { maxReturn: 2 })).more).toBe(true);
      expect((await ioctx.getOmapVals('plain', { filterPrefix: 'key' })).vals.size).toBe(OMAP_KEYS);
      expect([...(await ioctx.getOmapValsByKeys('plain', ['key1', 'no'])).keys()]).toEqual([
        'key1',
      ]);
      expect(await ioctx.cmpext('plain', Buffer.from('hello'))).toEqual({ equal: true });
      expect(await ioctx.cmpext('plain', Buffer.from('heLlo'))).toEqual({
        equal: false,
        mismatchAt: 2,
      });
      expect(await ioctx.checksum('plain', 'xxhash64')).toEqual([expect.any(BigInt)]);
      expect(await ioctx.checksum('empty', 'crc32c')).toEqual([]);
      expect(await text(ioctx.execute('plain', 'hello', 'say_hello'))).toBe('Hello, world!');
      expect(await ioctx.listWatchers('watched')).toHaveLength(1);
      expect((await ioctx.listSnaps('kept')).clones.map(({ id }) => id)).toEqual([1, 2, 'head']);
      expect(await text(ioctx.with({ snap: 1 }).read('removed'))).toBe('gone');
      expect((await ioctx.sparseRead('sparse', { length: 100 })).data.length).toBeGreaterThan(3);
      const none = await (await open('v2, crc', ERASURE)).sparseRead('empty', { length: 10 });
      expect(none).toEqual({ extents: [], data: new Uint8Array(0) });
      await expect(ioctx.getXattr('plain', 'no')).rejects.toMatchObject({ code: 'ENODATA' });
      expect(version).toBeGreaterThan(0n);
    });

    test('all of an omap comes page by page', async () => {
      const ioctx = await open('v2, crc', REPLICATED);
      const keys: string[] = [];
      for await (const [key] of ioctx.omapEntries('plain', { maxReturn: 7 })) keys.push(key);
      const { keys: atOnce, more } = await ioctx.getOmapKeys('plain');
      expect(more).toBe(false);
      expect(keys).toEqual(atOnce);
    });

    // The last: the OSD does not come back.
    test.each(WAYS[auth])(
      'with an OSD down all is read from those that are left ($way)',
      async ({ way }) => {
        if (!isOsdDown) await takeOsdDown();
        for (const pool of POOLS) {
          const ioctx = await open(way, pool);
          for (const one of [...READ_CASES.bytes, ...READ_CASES['several steps']]) {
            const { ours, theirs } = await both(ioctx, one);
            expect({ one, said: ours }).toEqual({ one, said: theirs });
          }
          expect(isSame(await ioctx.read('huge'), huge)).toBe(true);
        }
      },
    );

    test('no daemon complains of what it was sent', async () => {
      expect(await ceph.complaints()).toEqual([]);
    });
  },
);
