import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IoCtx, Rados } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const run = promisify(execFile);

/** What differs from one run to the next. */
const VARIABLE = ['tid', 'last_sent', 'age', 'attempts'];

describe.skipIf(skipWithoutCeph())('an admin socket, as ceph daemon reads it', () => {
  let ceph: CephCluster;
  let rados: Rados;
  let ioctx: IoCtx;
  let path: string;

  beforeAll(async () => {
    ceph = await CephCluster.start({ msgr: 'v2', auth: 'none' });
    await ceph.ceph('osd', 'pool', 'create', 'few', '8');
    await ceph.run('rados', ['-p', 'few', 'put', 'obj1', '-'], Buffer.from('abc'));
    const conf = { admin_socket: join(ceph.dir, '$cluster-$name.ours.asok') };
    path = join(ceph.dir, 'ceph-client.admin.ours.asok');
    rados = await Rados.connect({ monHost: ceph.monHost, conf });
    ioctx = await rados.openIoCtx('few');
    // More copies than there are OSDs: nothing is served, and clients are told to back off.
    await ceph.ceph('osd', 'pool', 'set', 'few', 'size', '5');
    await ceph.ceph('osd', 'pool', 'set', 'few', 'min_size', '5');
    await sleep(500);
  });

  afterAll(async () => {
    await rados?.shutdown();
    await ceph?.stop();
  });

  async function ask(asok: string, ...command: string[]): Promise<string> {
    return (await run('ceph', ['daemon', asok, ...command])).stdout;
  }

  test('objecter_requests says of a read that waits what librados says of it', async () => {
    const reading = ioctx.read('obj1', { length: 4 * 1024 * 1024 });
    const theirs = join(ceph.dir, 'theirs.asok');
    const args = ['-c', ceph.confFile, '--admin-socket', theirs, '-p', 'few', 'get', 'obj1', '-'];
    const child = spawn('rados', args, { stdio: 'ignore' });
    while (!existsSync(theirs)) await sleep(100);
    await sleep(1000);

    const [our, their] = await Promise.all(
      [path, theirs].map(async (asok) => JSON.parse(await ask(asok, 'objecter_requests'))),
    );

    expect(Object.keys(our)).toEqual(Object.keys(their));
    expect(our.ops).toHaveLength(1);
    expect(Object.keys(our.ops[0])).toEqual(Object.keys(their.ops[0]));
    expect(constantPart(our.ops[0])).toEqual(constantPart(their.ops[0]));
    expect(our.ops[0].last_sent).toMatch(/^\d+\.\d{6}s$/);
    expect(their.ops[0].last_sent).toMatch(/^\d+\.\d{6}s$/);

    await ceph.ceph('osd', 'pool', 'set', 'few', 'min_size', '1');
    expect(Buffer.from(await reading).toString()).toBe('abc');
    expect(JSON.parse(await ask(path, 'objecter_requests')).ops).toEqual([]);
    child.kill();
  });

  test('perf dump has the counters of the original, in its order', async () => {
    const dump = JSON.parse(await ask(path, 'perf', 'dump'));
    expect(dump.objecter).toMatchObject({ op: 1, op_r: 1, op_reply: 1, op_active: 0 });
    expect(JSON.parse(await ask(path, 'perf', 'dump', 'objecter', 'op'))).toEqual({
      objecter: { op: 1 },
    });
  });

  test('config get and config show tell the options as the original writes them', async () => {
    expect(JSON.parse(await ask(path, 'config', 'get', 'objecter_timeout'))).toEqual({
      objecter_timeout: '10.000000',
    });
    const shown = JSON.parse(await ask(path, 'config', 'show'));
    expect(shown).toMatchObject({ name: 'client.admin', objecter_inflight_ops: '1024' });
    expect(await ask(path, 'config', 'get', 'nonsense')).toBe(
      "ERROR: (2) No such file or directory\nerror getting 'nonsense': (2) No such file or directory\n",
    );
  });

  test('config show of a real client writes the same options in the same way', async () => {
    const theirs = JSON.parse(await ask(join(ceph.dir, await osdSocket()), 'config', 'show'));
    const ours = JSON.parse(await ask(path, 'config', 'show'));
    const same = ['objecter_timeout', 'objecter_inflight_op_bytes', 'ms_initial_backoff'];
    expect(same.map((key) => ours[key])).toEqual(same.map((key) => theirs[key]));
  });

  async function osdSocket(): Promise<string> {
    const { stdout } = await run('sh', ['-c', `cd ${ceph.dir} && ls | grep ^osd.0 | grep asok`]);
    return stdout.trim();
  }

  test('version and help', async () => {
    expect(JSON.parse(await ask(path, 'version'))).toHaveProperty('version');
    const help = JSON.parse(await ask(path, 'help'));
    expect(help).toMatchObject({ objecter_requests: 'show in-progress osd requests' });
  });

  test('ceph --admin-daemon reads it too, and a command that is none is refused', async () => {
    const { stdout } = await run('ceph', ['--admin-daemon', path, 'perf', 'dump', 'objecter']);
    expect(JSON.parse(stdout)).toHaveProperty('objecter.op_active', 0);
    await expect(ask(path, 'no', 'such', 'command')).rejects.toThrow('invalid command');
  });

  test('it is gone with its client', async () => {
    await rados.shutdown();
    expect(existsSync(path)).toBe(false);
  });
});

function constantPart(op: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(op).filter(([key]) => !VARIABLE.includes(key)));
}
