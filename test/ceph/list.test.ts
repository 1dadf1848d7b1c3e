import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8Encode } from '../../src/common/utf8.ts';
import {
  ALL_NAMESPACES,
  type IoCtx,
  type ListedObject,
  type ListOptions,
  Rados,
} from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const PYTHON = '/usr/bin/python3';
const COUNT = 10_000;
const NAMESPACES = ['', 'ns1', 'a/b', 'λ:%'];

type Entry = [nspace: string, oid: string, locator: string];

interface Listed {
  readonly all: Entry[];
  readonly parts: Entry[][];
  readonly seeks: Entry[];
  readonly filtered: Entry[];
}

const POSITIONS = [0, 1, 4, 5, 7, 8, 0x12345678, 0x80000000, 0xfffffff0];

function entry({ namespace, oid, locator }: ListedObject): Entry {
  return [hex(namespace), hex(oid), hex(locator)];
}

/** Names are bytes, which need not be UTF-8. */
function hex(name: string): string {
  return Buffer.from(utf8Encode(name)).toString('hex');
}

describe.skipIf(skipWithoutCeph())('objects of a real Ceph are listed', () => {
  let ceph: CephCluster;
  let rados: Rados;
  let ioctx: IoCtx;
  let theirs: Listed;

  beforeAll(async () => {
    ceph = await CephCluster.start({
      msgr: 'v2',
      auth: 'none',
      conf: ['mon max pg per osd = 1000'],
    });
    for (const [pool, ...type] of [['p'], ['ec', 'erasure'], ['grows']] as const) {
      await ceph.ceph('osd', 'pool', 'create', pool ?? '', '8', ...type);
      await ceph.ceph('osd', 'pool', 'set', pool ?? '', 'pg_autoscale_mode', 'off');
    }
    rados = await Rados.connect({ monHost: ceph.monHost });
    await setPgNum('p', 12);
    await rados.waitForLatestOsdMap();
    ioctx = await rados.openIoCtx('p');
    await python('put_many', 'p', `${COUNT}`, ...NAMESPACES);
    for (const oid of ['apple', 'cherry', 'fire']) {
      await ceph.rados('-p', 'p', 'put', oid, '/dev/null');
      await ceph.rados('-p', 'p', 'setxattr', oid, 'colour', 'red');
    }
    theirs = JSON.parse(await python('list_objects', 'p', JSON.stringify(POSITIONS)));
  });

  afterAll(async () => {
    await rados?.shutdown();
    await ceph?.stop();
  });

  /** What a manager does after `pg_num` was set; there is none here. */
  async function setPgNum(pool: string, pgNum: number): Promise<void> {
    const command = { prefix: 'osd pool set', pool, var: 'pg_num_actual', val: `${pgNum}` };
    const { status, message } = await rados.monCommand(command);
    expect(message).toContain(`set pool`);
    expect(status).toBe(0);
  }

  async function python(program: string, ...args: string[]): Promise<string> {
    const file = fileURLToPath(new URL(`./python/${program}.py`, import.meta.url));
    return String(await ceph.run(PYTHON, [file, ceph.confFile, ...args]));
  }

  async function list(options: ListOptions = {}, from = ioctx): Promise<Entry[]> {
    const objects: Entry[] = [];
    const everywhere: ListOptions = { namespace: ALL_NAMESPACES, timeout: 20_000, ...options };
    for await (const object of from.listObjects(everywhere)) objects.push(entry(object));
    return objects;
  }

  test('all of them, in the order of librados, with any bytes in their names', async () => {
    const ours = await list();
    expect(ours).toHaveLength(COUNT + 3);
    expect(ours).toEqual(theirs.all);
  });

  test.each([1, 7, 5000])('the same in pages of %i', async (pageSize) => {
    const some = pageSize === 1 ? { pg: 3 } : {};
    const [paged, whole] = [await list({ pageSize, ...some }), await list(some)];
    expect(paged).toEqual(whole);
  });

  test.each(NAMESPACES)("those of namespace '%s', and no others", async (namespace) => {
    const ours = await list({ namespace });
    expect(ours).toEqual(theirs.all.filter(([nspace]) => nspace === hex(namespace)));
    expect(await list({ namespace: undefined }, ioctx.with({ namespace }))).toEqual(ours);
  });

  test('as rados ls --all prints them, byte for byte', async () => {
    const said = await ceph.rados('-p', 'p', 'ls', '--all');
    const lines: Uint8Array[] = [];
    for await (const { namespace, oid, locator } of ioctx.listObjects({
      namespace: ALL_NAMESPACES,
    })) {
      lines.push(utf8Encode(`${namespace}\t${oid}${locator === '' ? '' : `\t${locator}`}\n`));
    }
    expect(Buffer.compare(Buffer.concat(lines), said)).toBe(0);
  });

  test('from where a list stood, after any number of objects', async () => {
    for (const taken of [0, 1, 99, 100, 101, 5000, COUNT + 3]) {
      const begun = ioctx.listObjects({ namespace: ALL_NAMESPACES, pageSize: 100 });
      for (let i = 0; i < taken; i++) await begun.next();
      const { cursor } = begun;
      await begun.return();
      const rest = await list({ start: cursor });
      expect(rest).toEqual(theirs.all.slice(taken));
    }
  });

  test("in librados' slices, side by side", async () => {
    const slices = theirs.parts.map((_, n) => list(ioctx.objectListSlice(n, 5)));
    expect(await Promise.all(slices)).toEqual(theirs.parts);
  });

  test('from a hash position, as librados seeks', async () => {
    const firsts = POSITIONS.map(async (hashPosition) => (await list({ hashPosition }))[0]);
    expect(await Promise.all(firsts)).toEqual(theirs.seeks);
  });

  test('PG by PG: each has those whose hash position is its number', async () => {
    const pgs = await Promise.all(
      Array.from({ length: 12 }, (_, pg) => list({ pg, namespace: '' })),
    );
    expect(pgs.flat().sort()).toEqual(theirs.all.filter(([nspace]) => nspace === '').sort());
    for await (const { oid, locator } of ioctx.listObjects({ pg: 9 })) {
      if (locator === '') expect(ioctx.getObjectPgHashPosition(oid)).toBe(9);
    }
  });

  test('that a filter lets through', async () => {
    const strings = ['plain', '_colour', 'red'];
    const filter = Buffer.concat(strings.flatMap((text) => [u32(text.length), Buffer.from(text)]));
    expect(await list({ filter })).toEqual(theirs.filtered);
    expect(theirs.filtered).toHaveLength(3);
  });

  test('with a filter that there is not: an error of the OSD', async () => {
    const filter = Buffer.concat([u32(3), Buffer.from('nay')]);
    await expect(list({ filter })).rejects.toMatchObject({
      code: 'EINVAL',
      syscall: 'listObjects',
    });
  });

  test('and read, whatever their names are', async () => {
    for await (const { oid, namespace, locator } of ioctx.listObjects({
      namespace: ALL_NAMESPACES,
      pg: 2,
    })) {
      const there = ioctx.with({ namespace, locatorKey: locator });
      expect(await there.stat(oid)).toMatchObject({
        size: oid.length < 7 ? expect.any(Number) : 1,
      });
    }
  });

  test('of an erasure-coded pool', async () => {
    await python('put_many', 'ec', '300', '', 'n');
    const said = JSON.parse(await python('list_objects', 'ec', '[]'));
    expect(await list({}, await rados.openIoCtx('ec'))).toEqual(said.all);
  });

  test('each once while PGs are split under the list', async () => {
    await python('put_many', 'grows', '2000', '', 'n');
    const grows = await rados.openIoCtx('grows');
    const before = await list({}, grows);
    const listing = grows.listObjects({ namespace: ALL_NAMESPACES, pageSize: 20, timeout: 30_000 });
    const seen: Entry[] = [];
    for await (const object of listing) {
      seen.push(entry(object));
      if (seen.length === 300) {
        await setPgNum('grows', 16);
        await rados.waitForLatestOsdMap();
        expect(rados.osdMap.pools.get(grows.poolId)?.pgNum).toBe(16);
      }
    }
    expect(seen).toEqual(before);
  });

  test('each once while PGs are merged under the list', async () => {
    const shrinks = await rados.openIoCtx('grows');
    const before = await list({}, shrinks);
    const { pgNum = 0 } = rados.osdMap.pools.get(shrinks.poolId) ?? {};
    const listing = shrinks.listObjects({
      namespace: ALL_NAMESPACES,
      pageSize: 20,
      timeout: 30_000,
    });
    const seen: Entry[] = [];
    for await (const object of listing) {
      seen.push(entry(object));
      if (seen.length === 300) {
        await setPgNum('grows', pgNum - 1);
        while (rados.osdMap.pools.get(shrinks.poolId)?.pgNum === pgNum) {
          await sleep(200);
          await rados.waitForLatestOsdMap();
        }
      }
    }
    expect(seen).toEqual(before);
  });

  test('when an OSD is down', async () => {
    await ceph.ceph('osd', 'set', 'noup');
    await ceph.ceph('osd', 'down', '0');
    await rados.waitForLatestOsdMap();
    const ours = await list();
    await ceph.ceph('osd', 'unset', 'noup');
    expect(ours).toEqual(theirs.all);
  });

  test('and no daemon complains', async () => {
    expect(await ceph.complaints()).toEqual([]);
  });
});

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
