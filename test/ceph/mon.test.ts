import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/common/Log.ts';
import { type CallOptions, type ConnectOptions, Rados, TimedOut } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const POOL = 'p';
const OBJECT = 'o';
const DATA = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) ^ (i >> 8));
const MONS = ['a', 'b', 'c'];
/** A dead monitor is missed in seconds. */
const IMPATIENT = { mon_client_ping_interval: 1, mon_client_ping_timeout: 2 };
const OTHER_KEY = 'AQBvaXpnAAAAABAAb1Kv2Vv7pQ2hYw2xw3pF1A==';

const CLUSTERS = [
  { msgr: 'v1', auth: 'none' },
  { msgr: 'v2', auth: 'cephx' },
] as const;

/** By python-rados. */
const CLUSTER_STATS = `
import json, rados, sys
cluster = rados.Rados(conffile=sys.argv[1])
cluster.connect(timeout=20)
print(json.dumps(cluster.get_cluster_stats()))
`;

function json(bytes: Uint8Array | string): unknown {
  return JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString());
}

describe.skipIf(skipWithoutCeph()).each(CLUSTERS)(
  'our client and three monitors, msgr $msgr, auth $auth',
  ({ msgr, auth }) => {
    let ceph: CephCluster;

    beforeAll(async () => {
      ceph = await CephCluster.start({ msgr, auth, mons: MONS.length, osds: 1 });
      await ceph.ceph('osd', 'pool', 'create', POOL, '8');
      await ceph.run('rados', ['-p', POOL, 'put', OBJECT, '-'], DATA);
    });

    afterAll(async () => {
      await ceph?.stop();
    });

    function connect(options: ConnectOptions & CallOptions = {}): Promise<Rados> {
      return Rados.connect({ confFile: ceph.confFile, timeout: 20_000, ...options });
    }

    /** Runs `ceph`, for which the options of clients count, too. */
    function patiently(...args: string[]): Promise<string> {
      return ceph.ceph('--rados_mon_op_timeout', '0', ...args);
    }

    test.each(['osd dump', 'osd tree', 'osd lspools', 'mon dump', 'df', 'fsid', 'config dump'])(
      '%s says what it says to ceph',
      async (prefix) => {
        await using rados = await connect();
        const reply = await rados.monCommand({ prefix, format: 'json' });
        const theirs = await ceph.ceph('--format', 'json', ...prefix.split(' '));
        expect(reply.status).toBe(0);
        expect(json(reply.output)).toEqual(json(theirs));
      },
    );

    test('a command that there is not is EINVAL', async () => {
      await using rados = await connect();
      const { status, message } = await rados.monCommand({ prefix: 'no such command' });
      expect([status, message]).toEqual([-22, 'command not known']);
    });

    test('a command with input is told it', async () => {
      await using rados = await connect();
      const crush = await ceph.run('ceph', ['osd', 'getcrushmap']);
      const { status } = await rados.monCommand({ prefix: 'osd setcrushmap' }, crush);
      expect(status).toBe(0);
    });

    test('each monitor can be asked for itself', async () => {
      await using rados = await connect();
      const { output: dump } = await rados.monCommand({ prefix: 'mon dump', format: 'json' });
      for (const { rank, name } of monsOf(json(dump))) {
        const asked = { prefix: 'mon_status', format: 'json' };
        for (const target of [rank, name]) {
          const { output } = await rados.monCommand(asked, undefined, { target });
          expect(json(output)).toMatchObject({ name, rank });
        }
      }
      const { status } = await rados.monCommand({ prefix: 'mon_status' }, undefined, {
        target: 'z',
      });
      expect(status).toBe(-2);
    });

    test('how full the cluster is, is what python-rados says', async () => {
      await using rados = await connect();
      const { kb, kbUsed, kbAvail, numObjects } = await rados.clusterStat();
      const theirs = await ceph.run('/usr/bin/python3', ['-c', CLUSTER_STATS, ceph.confFile]);
      const ours = { kb, kb_used: kbUsed, kb_avail: kbAvail, num_objects: numObjects };
      expect(ours).toEqual(json(theirs));
    });

    test('a pool that was made a moment ago is known after waiting for the latest map', async () => {
      await using rados = await connect();
      await ceph.ceph('osd', 'pool', 'create', 'fresh', '1');
      await rados.waitForLatestOsdMap();
      expect(rados.poolReverseLookup(rados.poolLookup('fresh') ?? -1)).toBe('fresh');
    });

    test('options that the monitors have for clients count, unless we say otherwise', async () => {
      await ceph.ceph('config', 'set', 'client', 'rados_mon_op_timeout', '1');
      const hangs = { prefix: 'osd df' };
      await using told = await connect();
      await expect(told.monCommand(hangs)).rejects.toThrow('within 1000 ms');
      await using ours = await connect({ conf: { rados_mon_op_timeout: 0.5 } });
      await expect(ours.monCommand(hangs)).rejects.toThrow('within 500 ms');
      await using deaf = await connect({ conf: { no_mon_config: true } });
      await expect(deaf.monCommand(hangs, undefined, { timeout: 1100 })).rejects.toThrow('1100 ms');
    });

    test('a client that runs takes new options', async () => {
      const log: LogEntry[] = [];
      await patiently('config', 'rm', 'client', 'rados_mon_op_timeout');
      await using rados = await connect({ log: (entry) => log.push(entry) });
      await ceph.ceph('config', 'set', 'client', 'rados_mon_op_timeout', '1');
      while (!log.some(({ facts }) => facts?.['keys'] === 'rados_mon_op_timeout')) {
        await rados.monCommand({ prefix: 'fsid' }, undefined, { timeout: 5000 });
      }
      await expect(rados.monCommand({ prefix: 'osd df' })).rejects.toThrow('within 1000 ms');
      await patiently('config', 'rm', 'client', 'rados_mon_op_timeout');
    });

    test.each(['SIGSTOP', 'SIGTERM'] as const)(
      'reads go on, and questions are answered, when the monitor of the session gets %s',
      async (signal) => {
        const log: LogEntry[] = [];
        await using rados = await connect({ conf: IMPATIENT, log: (entry) => log.push(entry) });
        const ioctx = await rados.openIoCtx(POOL);
        const name = monAt(ceph, lastSession(log));
        ceph.signal(name, signal);
        const asked = rados.monCommand({ prefix: 'fsid' }, undefined, { timeout: 30_000 });
        const latest = rados.waitForLatestOsdMap({ timeout: 30_000 });
        const first = await ioctx.read(OBJECT, { timeout: 5000 });
        expect(Buffer.compare(first, DATA)).toBe(0);
        expect((await asked).status).toBe(0);
        await latest;
        // Whoever is told to end may have answered before it did.
        while (monAt(ceph, lastSession(log)) === name) await rados.clusterStat({ timeout: 30_000 });
        expect(Buffer.compare(await ioctx.read(OBJECT, { timeout: 5000 }), DATA)).toBe(0);
        if (signal === 'SIGSTOP') ceph.signal(name, 'SIGCONT');
      },
    );

    test('who connects while a monitor is dead, finds another', async () => {
      await using rados = await connect({ timeout: 10_000 });
      expect(rados.getFsid()).toMatch(/^[0-9a-f-]{36}$/);
    });

    test('a wrong address is told in the time that is asked, with the reason', async () => {
      const started = performance.now();
      const connecting = Rados.connect({ monHost: 'v2:127.0.0.1:1,v1:127.0.0.1:2', timeout: 1500 });
      const error: unknown = await connecting.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TimedOut);
      for (const addr of ['v2:127.0.0.1:1/0', 'v1:127.0.0.1:2/0']) {
        expect(String(error)).toContain(`${addr} (ECONNREFUSED`);
      }
      expect(performance.now() - started).toBeLessThan(4000);
    });

    test.runIf(auth === 'cephx')('a refused key is told at once, with the monitor', async () => {
      const started = performance.now();
      await expect(connect({ key: OTHER_KEY })).rejects.toMatchObject({
        code: 'EACCES',
        message: expect.stringMatching(/127\.0\.0\.1:\d+.*client\.admin.*Permission denied/),
      });
      expect(performance.now() - started).toBeLessThan(8000);
    });

    test.runIf(auth === 'none')('a keyring without us does not matter', async () => {
      await using rados = await connect({ name: 'client.nobody', keyring: ceph.keyring });
      expect(rados.state).toBe('connected');
    });

    test('no daemon complains', async () => {
      const complaints = await ceph.complaints();
      // One monitor was told to end.
      expect(complaints.filter((line) => !/^ceph-mon .* has exited$/.test(line))).toEqual([]);
    });
  },
);

/** Of what `mon dump` says. */
function monsOf(dump: unknown): { rank: number; name: string }[] {
  if (!(dump instanceof Object && 'mons' in dump && Array.isArray(dump.mons))) return [];
  expect(dump.mons).toHaveLength(MONS.length);
  return dump.mons;
}

/** The address of the monitor that the session was last opened with. */
function lastSession(log: readonly LogEntry[]): string {
  const found = log.findLast(({ fn }) => fn === 'MonClient.finishHunting');
  return String(found?.facts?.['addr']).replace(/\/0$/, '');
}

/** `mon.b` for its address. */
function monAt(ceph: CephCluster, addr: string): string {
  const hosts = ceph.monHost.match(/\[[^\]]*\]|[^,]+/g) ?? [];
  return `mon.${MONS[hosts.findIndex((host) => host.includes(addr))]}`;
}
