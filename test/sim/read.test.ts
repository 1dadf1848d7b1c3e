import { describe, expect, it } from 'vitest';
import { type ObjectHash, SimCluster } from '../../sim/index.ts';
import { ReadOp } from '../../src/index.ts';

/** Bytes that differ from place to place, so that nothing misplaced goes unseen. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

const OBJECTS = {
  greeting: 'hello world',
  empty: '',
  'a name with spaces, ünïcode and /slashes/': pattern(300),
  block: pattern(4096),
};

describe.each(['rjenkins', 'linux', 'murmur3'] satisfies ObjectHash[])('a pool of %s', (hash) => {
  const create = () =>
    SimCluster.create({
      seed: hash,
      osds: 6,
      hosts: 3,
      pools: [{ name: 'data', hash }],
      objects: { data: OBJECTS },
    });

  it('gives every object back as it was put', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    for (const [oid, value] of Object.entries(OBJECTS)) {
      const expected = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      expect(Uint8Array.from(await ioctx.read(oid))).toEqual(expected);
    }
  });

  it('gives 10,000 objects back, asked for at once', async () => {
    await using cluster = await create();
    const objects = Array.from({ length: 1000 }, (_, i) => i);
    await Promise.all(objects.map((i) => cluster.put('data', `object ${i}`, `contents ${i}`)));
    const rados = await cluster.connect();
    const ioctx = await rados.openIoCtx('data');
    const names = Array.from({ length: 10_000 }, (_, i) => i % 1000);
    const all = await Promise.all(names.map((i) => ioctx.read(`object ${i}`)));
    all.forEach((bytes, at) => {
      expect(Buffer.from(bytes).toString()).toBe(`contents ${names[at]}`);
    });
    const reads = Array.from({ length: 6 }, (_, id) => cluster.osd(id).reads);
    expect(reads.reduce((sum, count) => sum + count)).toBe(10_000);
    // The linux hash ignores most of a digit, and so finds few of the PGs for names like these.
    expect(reads.filter((count) => count > 0).length).toBeGreaterThanOrEqual(2);
  });
});

it('what was put is a copy, of a Buffer too', async () => {
  await using cluster = await SimCluster.create({ pools: [{ name: 'data' }] });
  const value = Buffer.from('before');
  const written = cluster.put('data', 'object', value);
  value.write('after!');
  await written;
  const ioctx = await (await cluster.connect()).openIoCtx('data');
  expect(Buffer.from(await ioctx.read('object')).toString()).toBe('before');
});

describe('a read', () => {
  const create = (options = {}) => SimCluster.create({ objects: { data: OBJECTS }, ...options });

  it.each([
    { offset: 6, length: 5, expected: 'world' },
    { offset: 6, length: 100, expected: 'world' },
    { offset: 10, length: 1, expected: 'd' },
    { offset: 11, length: 1, expected: '' },
    { offset: 4096, length: 4096, expected: '' },
    { offset: 6, expected: 'world' },
  ])('of $length bytes at $offset gives "$expected"', async ({ expected, ...extent }) => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    expect(Buffer.from(await ioctx.read('greeting', extent)).toString()).toBe(expected);
  });

  it('of no such object is ENOENT, and says where it was looked for', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const { pgid, actingPrimary, epoch } = ioctx.locate('nothing');
    await expect(ioctx.read('nothing')).rejects.toMatchObject({
      name: 'ObjectNotFound',
      code: 'ENOENT',
      errno: -2,
      oid: 'nothing',
      pool: 'data',
      pgid,
      osd: actingPrimary,
      epoch,
    });
  });

  it('of 16 MiB gives every byte', async () => {
    const big = pattern(16 << 20);
    await using cluster = await create({ objects: { data: { big } } });
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    expect(Buffer.compare(await ioctx.read('big'), big)).toBe(0);
    const middle = await ioctx.read('big', { offset: 5 << 20, length: 1 << 20 });
    expect(Buffer.compare(middle, big.subarray(5 << 20, 6 << 20))).toBe(0);
  });

  it('sees only its namespace', async () => {
    await using cluster = await create();
    await cluster.put('data', 'greeting', 'from elsewhere', { namespace: 'other' });
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const other = ioctx.with({ namespace: 'other' });
    expect(Buffer.from(await other.read('greeting')).toString()).toBe('from elsewhere');
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
    await expect(other.read('block')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('goes where the locator key says', async () => {
    await using cluster = await create();
    await cluster.put('data', 'x', 'keyed', { locatorKey: 'greeting' });
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const keyed = ioctx.with({ locatorKey: 'greeting' });
    expect(Buffer.from(await keyed.read('x')).toString()).toBe('keyed');
    expect(keyed.locate('x').pgid).toBe(ioctx.locate('greeting').pgid);
    await expect(ioctx.read('x')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('sees what was put last', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const before = await ioctx.stat('greeting');
    await cluster.advance(5000);
    await cluster.put('data', 'greeting', 'changed');
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('changed');
    const after = await ioctx.stat('greeting');
    expect(after.size).toBe(7);
    expect(after.mtime.getTime() - before.mtime.getTime()).toBeGreaterThan(4999);
    expect(after.version).toBeGreaterThan(before.version);
  });

  it('of several steps gives a result for each', async () => {
    await using cluster = await create();
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    const op = new ReadOp().stat().read({ offset: 0, length: 5 }).read({ offset: 6 });
    const [stat, start, end] = await ioctx.operateRead('greeting', op);
    expect(stat.size).toBe(11);
    expect(Buffer.from(start).toString()).toBe('hello');
    expect(Buffer.from(end).toString()).toBe('world');
  });
});

describe('a cluster', () => {
  it('has the pools that were created while it ran', async () => {
    await using cluster = await SimCluster.create();
    const rados = await cluster.connect();
    const id = await cluster.createPool({ name: 'later', pgNum: 8 });
    await cluster.put('later', 'x', 'there');
    const ioctx = await rados.openIoCtx('later');
    expect(ioctx.poolId).toBe(id);
    expect(Buffer.from(await ioctx.read('x')).toString()).toBe('there');
  });

  it('has one OSD if it is to have one', async () => {
    await using cluster = await SimCluster.create({ osds: 1, objects: { data: OBJECTS } });
    const ioctx = await (await cluster.connect()).openIoCtx('data');
    expect(Buffer.from(await ioctx.read('greeting')).toString()).toBe('hello world');
  });

  it('serves several clients', async () => {
    await using cluster = await SimCluster.create({ objects: { data: OBJECTS } });
    const clients = await Promise.all([cluster.connect(), cluster.connect(), cluster.connect()]);
    expect(new Set(clients.map((client) => client.instanceId)).size).toBe(3);
    const contexts = await Promise.all(clients.map((client) => client.openIoCtx('data')));
    const all = await Promise.all(contexts.map((ioctx) => ioctx.read('greeting')));
    expect(all.map((bytes) => Buffer.from(bytes).toString())).toEqual(
      new Array(3).fill('hello world'),
    );
  });

  it('leaves nothing behind when it is stopped, twice if need be', async () => {
    const cluster = await SimCluster.create({ objects: { data: OBJECTS } });
    const rados = await cluster.connect();
    const ioctx = await rados.openIoCtx('data');
    await ioctx.read('greeting');
    expect(cluster.net.connections).toBeGreaterThan(0);
    await cluster.stop();
    await cluster.stop();
    await cluster.runUntilIdle();
    expect(cluster.net.connections).toBe(0);
    expect(cluster.state).toBe('stopped');
    await expect(ioctx.read('greeting')).rejects.toMatchObject({ name: 'ConnectionShutdown' });
  });

  it.each([{ osds: 0 }, { osds: 2, hosts: 3 }, { osds: 1.5 }, { hosts: 0 }])(
    'of %o is refused',
    async (options) => {
      await expect(SimCluster.create(options)).rejects.toThrow(RangeError);
    },
  );
});
