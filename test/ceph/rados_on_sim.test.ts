import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimCluster } from '../../sim/index.ts';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 20_000;

function skipWithoutRados(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v rados'], { stdio: 'ignore' });
    return false;
  } catch {
    console.log('skipped: rados is not installed (Debian: ceph-common)');
    return true;
  }
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31) ^ (i >> 8) ^ length);
}

const OBJECTS = {
  greeting: 'hello world',
  empty: '',
  'of 9 MiB': bytes(9 * MIB),
  'of 64 MiB': bytes(64 * MIB),
};

const MESSENGERS = [
  { msType: 'simple', msgr: 'v1' },
  { msType: 'async', msgr: 'v2' },
] as const;

describe.skipIf(skipWithoutRados()).each(MESSENGERS)(
  'the stock rados and our cluster ($msType), msgr $msgr, auth none',
  ({ msType }) => {
    let cluster: SimCluster;
    let dir: string;

    beforeAll(async () => {
      const options = { osds: 6, hosts: 3, objects: { data: OBJECTS }, msType };
      cluster = await SimCluster.create({ net: 'tcp', ...options });
      await cluster.put('data', 'greeting', 'from elsewhere', { namespace: 'ns' });
      dir = await mkdtemp(join(tmpdir(), 'radosim-rados-'));
      const auth = ['cluster', 'service', 'client'].map((who) => `auth_${who}_required = none`);
      const conf = ['[global]', `mon_host = ${cluster.getMonHost()}`, ...auth, ''];
      await writeFile(join(dir, 'ceph.conf'), conf.join('\n'));
    });

    afterAll(async () => {
      await cluster?.stop();
      await rm(dir, { recursive: true, force: true });
    });

    const args = (...rest: string[]): string[] => ['-c', join(dir, 'ceph.conf'), ...rest];

    async function rados(...rest: string[]): Promise<Buffer> {
      const options = { encoding: 'buffer', maxBuffer: 80 * MIB, timeout: TIMEOUT_MS } as const;
      const { stdout } = await promisify(execFile)('rados', args(...rest), options);
      return stdout;
    }

    function where(oid: string) {
      const { osdMap } = cluster;
      const oloc = { pool: 1, key: '', nspace: '', hash: -1 };
      return osdMap.pgToUpActingOsds(osdMap.rawPgToPg(osdMap.objectLocatorToPg(oid, oloc)));
    }

    test.each(Object.entries(OBJECTS))('%s is read as it was put', async (oid, value) => {
      const read = await rados('-p', 'data', 'get', oid, '-');
      expect(Buffer.compare(read, Buffer.from(value))).toBe(0);
    });

    test('an object of a namespace is another one', async () => {
      expect(String(await rados('-p', 'data', '-N', 'ns', 'get', 'greeting', '-'))).toBe(
        'from elsewhere',
      );
    });

    test('stat tells size and time', async () => {
      const text = String(await rados('-p', 'data', 'stat', 'greeting'));
      expect(text).toMatch(/^data\/greeting mtime \d{4}-\d\d-\d\dT[\d:.]+\+0000, size 11\n$/);
    });

    test('an object that is not there is not there', async () => {
      const failed = await rados('-p', 'data', 'stat', 'nothing').catch((error) => error);
      expect(failed.code).toBe(1);
      expect(String(failed.stderr)).toContain('data/nothing: (2) No such file or directory');
    });

    test('pools are listed, with those that were created while it ran', async () => {
      await cluster.createPool('another');
      expect(String(await rados('lspools'))).toBe('data\nanother\n');
    });

    test('a read that is going on when its primary dies ends with the right bytes', async () => {
      const client = spawn('rados', args('-p', 'data', 'get', 'of 64 MiB', '-'), {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const hash = createHash('sha256');
      let length = 0;
      let before = 0;
      for await (const chunk of client.stdout) {
        hash.update(chunk);
        // It writes as it reads, so with its output full it waits in the middle of the object.
        if (length === 0) {
          const { actingPrimary } = where('of 64 MiB');
          before = cluster.osd(actingPrimary).reads;
          cluster.osd(actingPrimary).kill();
          await cluster.osd(actingPrimary).markDown();
        }
        length += chunk.length;
      }
      if (client.exitCode === null) await once(client, 'exit');
      expect(client.exitCode).toBe(0);
      expect(length).toBe(64 * MIB);
      expect(before).toBeGreaterThan(0);
      expect(cluster.osd(where('of 64 MiB').actingPrimary).reads).toBeGreaterThan(0);
      expect(hash.digest('hex')).toBe(
        createHash('sha256').update(OBJECTS['of 64 MiB']).digest('hex'),
      );
    });
  },
);
