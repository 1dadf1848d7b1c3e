import { SimCluster } from 'radosim/sim';
import { expect, test } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../../src/common/entity_name.ts';
import { RadosClient } from '../../../src/librados/RadosClient.ts';
import {
  ConnectionShutdown,
  InvalidArgumentError,
  NotConnected,
  ObjectNotFound,
  TimedOut,
} from '../../../src/librados/RadosError.ts';
import { nodeContext } from '../../../src/node/context.ts';
import { Rados } from '../../../src/node/Rados.ts';

const NAME = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
const NOBODY = 'v1:127.0.0.1:1';

function makeCluster(): Promise<SimCluster> {
  return SimCluster.create({
    seed: 1,
    pools: ['p', 'q'],
    objects: { p: { greeting: 'hello' } },
  });
}

test('a connected client knows the cluster', async () => {
  await using cluster = await makeCluster();
  await using rados = await cluster.connect();
  expect(rados.state).toBe('connected');
  expect(rados.getFsid()).toBe(rados.osdMap.fsid);
  expect(rados.instanceId).toBeGreaterThan(0n);
  expect(rados.listPools()).toEqual(['p', 'q']);
  expect(rados.poolLookup('q')).toBe(2);
  expect(rados.poolLookup('nothing')).toBeUndefined();
  expect(Object.keys(rados.perfDump())).toContain('objecter');
});

test('a pool is opened by its name or its id', async () => {
  await using cluster = await makeCluster();
  await using rados = await cluster.connect();
  for (const pool of ['p', 1]) {
    const ioctx = await rados.openIoCtx(pool);
    expect([ioctx.poolId, ioctx.poolName]).toEqual([1, 'p']);
  }
});

test('a pool that the newest map does not have is not found', async () => {
  await using cluster = await makeCluster();
  await using rados = await cluster.connect();
  for (const pool of ['nothing', 99]) {
    await expect(rados.openIoCtx(pool)).rejects.toBeInstanceOf(ObjectNotFound);
  }
});

test('shutdown ends every call with ConnectionShutdown, once, and can be repeated', async () => {
  await using cluster = await makeCluster();
  const rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('p');
  const calls = [ioctx.read('greeting'), ioctx.stat('greeting'), rados.openIoCtx('nothing')];
  const ends = Promise.allSettled(calls);
  await Promise.all([rados.shutdown(), rados.close()]);
  for (const end of await ends) {
    expect(end.status === 'rejected' && end.reason).toBeInstanceOf(ConnectionShutdown);
  }
  await expect(ioctx.read('greeting')).rejects.toBeInstanceOf(ConnectionShutdown);
  await expect(rados.openIoCtx('p')).rejects.toBeInstanceOf(ConnectionShutdown);
  expect(() => ioctx.locate('greeting')).toThrow(ConnectionShutdown);
  expect(rados.state).toBe('shutdown');
});

test('a call that could not begin is over: shutdown has nothing to end', async () => {
  await using cluster = await makeCluster();
  const rados = await cluster.connect();
  await expect(rados.monCommand({ prefix: 'fsid', number: 1n })).rejects.toThrow(TypeError);
  await expect(rados.poolStats(JSON.parse('"p"'))).rejects.toBeInstanceOf(InvalidArgumentError);
  await expect(rados.poolStats(JSON.parse('[1]'))).rejects.toBeInstanceOf(InvalidArgumentError);
  await rados.shutdown();
});

test('before it is connected a client can do nothing else', async () => {
  const rados = new RadosClient(nodeContext(), { name: NAME, monHost: NOBODY });
  expect(() => rados.osdMap).toThrow(NotConnected);
  expect(() => rados.getFsid()).toThrow(NotConnected);
  await expect(rados.openIoCtx('p')).rejects.toBeInstanceOf(NotConnected);
});

test('a client connects once', async () => {
  await using cluster = await makeCluster();
  await using rados = await cluster.connect();
  await expect(rados.connect()).rejects.toBeInstanceOf(InvalidArgumentError);
});

test('who finds no monitor is told which were tried, and how it went', async () => {
  const connecting = Rados.connect({ monHost: NOBODY, timeout: 200 });
  const error = await connecting.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimedOut);
  expect(String(error)).toMatch(/v1:127\.0\.0\.1:1\/0 \(.*ECONNREFUSED/);
});

test('connecting can be aborted; the client is then shut down', async () => {
  const rados = new Rados({ monHost: NOBODY });
  const aborter = new AbortController();
  const connecting = rados.connect({ signal: aborter.signal });
  const reason = new Error('enough');
  aborter.abort(reason);
  await expect(connecting).rejects.toBe(reason);
  expect(rados.state).toBe('shutdown');
});

test('shutdown ends a connect that is under way', async () => {
  const rados = new Rados({ monHost: NOBODY });
  const connecting = rados.connect();
  const ended = expect(connecting).rejects.toBeInstanceOf(ConnectionShutdown);
  await rados.shutdown();
  await ended;
});

test('a client that was never connected can be shut down', async () => {
  const rados = new Rados({ monHost: NOBODY });
  await rados.shutdown();
  expect(rados.state).toBe('shutdown');
});

test.each([
  ['a mon host that cannot be read', { monHost: 'not an address!' }],
  ['a name that is no client', { monHost: NOBODY, name: 'osd.1' }],
  ['a name without an id', { monHost: NOBODY, name: 'client.' }],
])('%s is refused', (_what, options) => {
  expect(() => new Rados(options)).toThrow(InvalidArgumentError);
});
