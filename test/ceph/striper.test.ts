import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReadStream, type IoCtx, Rados, readableStream, Striper } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** How `unit`, `count`, `size` stripe it, and what was written from where; in bytes. */
interface Striped {
  readonly soid: string;
  readonly unit: number;
  readonly count: number;
  readonly size: number;
  readonly writes: readonly (readonly [offset: number, length: number])[];
  readonly trunc?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
}

interface Said {
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly sha256: string;
}

const OBJECTS: readonly Striped[] = [
  { soid: 'usual', unit: 4 * MIB, count: 1, size: 4 * MIB, writes: [[0, 9 * MIB + 5]] },
  { soid: 'thin', unit: 64 * KIB, count: 7, size: 192 * KIB, writes: [[0, 3 * MIB + 77]] },
  { soid: 'one of many', unit: 64 * KIB, count: 1, size: 128 * KIB, writes: [[0, 700_001]] },
  { soid: 'wide', unit: 128 * KIB, count: 33, size: 128 * KIB, writes: [[0, 5 * MIB]] },
  { soid: 'short', unit: 64 * KIB, count: 3, size: 64 * KIB, writes: [[0, 11]] },
  { soid: 'empty', unit: 64 * KIB, count: 3, size: 64 * KIB, writes: [[0, 1]], trunc: 0 },
  {
    soid: 'with holes: %s ä',
    unit: 64 * KIB,
    count: 4,
    size: 256 * KIB,
    writes: [
      [100_000, 10],
      [3_000_000, 100_000],
    ],
  },
  {
    soid: 'grown',
    unit: 64 * KIB,
    count: 2,
    size: 128 * KIB,
    writes: [[0, 300_000]],
    trunc: 2_000_000,
    xattrs: { colour: 'red', empty: '' },
  },
  {
    soid: 'cut',
    unit: 64 * KIB,
    count: 5,
    size: 128 * KIB,
    writes: [[0, 2 * MIB]],
    trunc: 555_555,
  },
];

describe.skipIf(skipWithoutCeph())('striped objects of a real Ceph', () => {
  let ceph: CephCluster;
  let rados: Rados;
  let ioctx: IoCtx;
  let striper: Striper;
  const said = new Map<string, Said>();

  beforeAll(async () => {
    ceph = await CephCluster.start({ msgr: 'v2', auth: 'cephx' });
    await ceph.ceph('osd', 'pool', 'create', 'p', '8');
    const file = fileURLToPath(new URL('./python/striped.py', import.meta.url));
    const input = Buffer.from(JSON.stringify(OBJECTS));
    const answers = await ceph.run('/usr/bin/python3', [file, ceph.confFile, 'p'], input);
    const list: Said[] = JSON.parse(String(answers));
    OBJECTS.forEach(({ soid }, i) => {
      const one = list[i];
      if (one !== undefined) said.set(soid, one);
    });
    rados = await Rados.connect({ monHost: ceph.monHost, keyring: ceph.keyring });
    ioctx = await rados.openIoCtx('p');
    striper = new Striper(ioctx);
  });

  afterAll(async () => {
    await rados?.shutdown();
    await ceph?.stop();
  });

  function sha256(bytes: Uint8Array): string {
    return createHash('sha256').update(bytes).digest('hex');
  }

  test.each(OBJECTS)('$soid is read as libradosstriper reads it', async ({ soid }) => {
    const bytes = await striper.read(soid);
    expect({ size: bytes.length, sha256: sha256(bytes) }).toMatchObject({
      size: said.get(soid)?.size,
      sha256: said.get(soid)?.sha256,
    });
  });

  test.each(OBJECTS)('$soid has the size and time that libradosstriper tells', async ({ soid }) => {
    const stat = await striper.stat(soid);
    expect({ size: stat.size, mtime: Math.floor(stat.mtime.getTime() / 1000) }).toEqual({
      size: said.get(soid)?.size,
      mtime: said.get(soid)?.mtime,
    });
  });

  test('parts are parts of the whole, at every edge', async () => {
    for (const { soid, unit, count, size } of OBJECTS) {
      const whole = await striper.read(soid);
      for (const edge of [0, unit, size, unit * count, size * count, whole.length]) {
        for (const [offset, length] of [
          [Math.max(edge - 1, 0), 2],
          [Math.max(edge - 70_000, 0), 140_001],
          [edge, 0],
        ] as const) {
          const part = await striper.read(soid, { offset, length });
          expect(Buffer.compare(part, whole.subarray(offset, offset + length))).toBe(0);
        }
      }
    }
  });

  test('what rados --striper put is read', async () => {
    const data = Buffer.alloc(13 * MIB + 1, 'striped');
    await ceph.run('rados', ['-p', 'p', '--striper', 'put', 'by rados', '-'], data);
    expect(sha256(await striper.read('by rados'))).toBe(sha256(data));
    const [stat] = [await striper.stat('by rados')];
    expect(stat.size).toBe(data.length);
  });

  test('streams have the bytes, chunk by chunk', async () => {
    const options = { highWaterMark: 500_000, readAhead: 2 };
    const node = await createReadStream(striper, 'thin', options).toArray();
    const web: Uint8Array[] = [];
    for await (const chunk of readableStream(striper, 'thin', options)) web.push(chunk);
    expect(sha256(Buffer.concat(node))).toBe(said.get('thin')?.sha256);
    expect(sha256(Buffer.concat(web))).toBe(said.get('thin')?.sha256);
  });

  test('attributes are those of the striped object', async () => {
    const attributes = [...(await striper.getXattrs('grown'))].map(([name, value]) => [
      name,
      Buffer.from(value).toString(),
    ]);
    expect(Object.fromEntries(attributes)).toEqual({ colour: 'red', empty: '' });
    expect(Buffer.from(await striper.getXattr('grown', 'colour')).toString()).toBe('red');
    await expect(striper.getXattr('grown', 'none')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  test('a lock is held while one reads, shared, and given back', async () => {
    const first = 'thin.0000000000000000';
    const locks = async (): Promise<string> =>
      String(await ceph.rados('-p', 'p', 'lock', 'info', first, 'striper.lock'));
    const before = await ioctx.stat(first);
    await Promise.all([striper.read('thin'), striper.read('thin', { offset: 5, length: 70_000 })]);
    expect(await locks()).toContain('"lockers":[]');
    // Each of the two has taken and given it.
    expect((await ioctx.stat(first)).version).toBe(before.version + 4n);
    await ceph.rados('-p', 'p', 'lock', 'get', first, 'striper.lock');
    await expect(striper.read('thin')).rejects.toMatchObject({ code: 'EBUSY' });
    const bytes = await new Striper(ioctx, { lock: false }).read('thin');
    expect(sha256(bytes)).toBe(said.get('thin')?.sha256);
  });

  test('an object that is not there is ENOENT, and is not made by asking', async () => {
    await expect(striper.read('nothing')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(striper.stat('nothing')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await ioctx.exists('nothing.0000000000000000')).toBe(false);
  });

  test('an object that is not striped is told as libradosstriper tells it', async () => {
    await ceph.run('rados', ['-p', 'p', 'put', 'plain.0000000000000000', '-'], Buffer.from('x'));
    await expect(striper.read('plain')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(striper.stat('plain')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  test('who may only read reads without a lock', async () => {
    const caps = ['mon', 'allow r', 'osd', 'allow r'];
    const keyring = await ceph.ceph('auth', 'get-or-create-key', 'client.reader', ...caps);
    const key = keyring.trim();
    await using reader = await Rados.connect({ monHost: ceph.monHost, name: 'client.reader', key });
    const theirs = await reader.openIoCtx('p');
    await expect(new Striper(theirs).read('usual')).rejects.toMatchObject({ code: 'EPERM' });
    const bytes = await new Striper(theirs, { lock: false }).read('usual');
    expect(sha256(bytes)).toBe(said.get('usual')?.sha256);
  });

  test('no daemon complains', async () => {
    expect(await ceph.complaints()).toEqual([]);
  });
});
