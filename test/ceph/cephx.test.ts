import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import type { LogEntry } from '../../src/common/Log.ts';
import { Rados, type RadosOptions } from '../../src/index.ts';
import { RadosClient } from '../../src/librados/RadosClient.ts';
import { nodeContext } from '../../src/node/context.ts';
import { readKey } from '../../src/node/keyring_file.ts';
import { NodeClock } from '../../src/node/NodeClock.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';

const POOL = 'p';
const TICKET_TTL_S = 4;
/** A service knows its last three secrets: what is older opens nothing. */
const SECRETS_KEPT = 3;
const OTHER_KEY = 'AQBvaXpnAAAAABAAb1Kv2Vv7pQ2hYw2xw3pF1A==';

const DATA = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) ^ (i >> 8));

const WAYS = [
  { msgr: 'v1', way: 'simple', conf: { ms_type: 'simple' } },
  { msgr: 'v1', way: 'async', conf: { ms_type: 'async' } },
  { msgr: 'v2', way: 'crc', conf: { ms_type: 'async', ms_client_mode: 'crc' } },
  { msgr: 'v2', way: 'secure', conf: { ms_type: 'async', ms_client_mode: 'secure' } },
] as const;

/** Its owner does not see that tickets grow old. */
class StoppedClock extends NodeClock {
  readonly #since = super.realNow();

  override realNow(): number {
    return this.#since;
  }
}

describe.skipIf(skipWithoutCeph()).each(['v1', 'v2'] as const)(
  'our client and a real Ceph with cephx, msgr %s',
  (msgr) => {
    let ceph: CephCluster;
    const ttl = ['mon', 'service'].map((which) => `auth ${which} ticket ttl = ${TICKET_TTL_S}`);
    const ways = WAYS.filter((one) => one.msgr === msgr);
    const [first] = ways;

    beforeAll(async () => {
      ceph = await CephCluster.start({ msgr, auth: 'cephx', conf: ttl });
      await ceph.ceph('osd', 'pool', 'create', POOL, '8');
      await ceph.run('rados', ['-p', POOL, 'put', 'o', '-'], DATA);
    });

    afterAll(async () => {
      await ceph?.stop();
    });

    function connect(options: Partial<RadosOptions>): Promise<Rados> {
      const keys = 'key' in options ? {} : { keyring: ceph.keyring };
      return Rados.connect({ monHost: ceph.monHost, timeout: 15_000, ...keys, ...options });
    }

    test.each(ways)('what rados put is read ($way)', async ({ conf }) => {
      await using rados = await connect({ conf });
      const ioctx = await rados.openIoCtx(POOL);
      expect(Buffer.compare(await ioctx.read('o'), DATA)).toBe(0);
    });

    test.each(ways)('a wrong key is EACCES, told with the monitor ($way)', async ({ conf }) => {
      await expect(connect({ key: OTHER_KEY, conf })).rejects.toMatchObject({
        code: 'EACCES',
        message: expect.stringMatching(/127\.0\.0\.1:\d+.*client\.admin.*Permission denied/),
      });
    });

    test.each(ways)('who has no key is told that none is not enough ($way)', async ({ conf }) => {
      const connecting = Rados.connect({ monHost: ceph.monHost, conf, timeout: 15_000 });
      await expect(connecting).rejects.toMatchObject({
        code: 'EOPNOTSUPP',
        message: expect.stringMatching(/127\.0\.0\.1:\d+.*none \(1\)/),
      });
    });

    test.concurrent('tickets are renewed: connections are opened long after the first have expired', async () => {
      const log: LogEntry[] = [];
      const conf = first?.conf ?? {};
      await using rados = await connect({ conf, log: (entry) => log.push(entry) });
      const ioctx = await rados.openIoCtx(POOL);

      await sleep(TICKET_TTL_S * (SECRETS_KEPT + 1) * 1000);

      expect(Buffer.compare(await ioctx.read('o', { timeout: 5000 }), DATA)).toBe(0);
      const renewals = log.filter(({ fn }) => fn === 'MonClient.renewTickets');
      expect(renewals.length).toBeGreaterThanOrEqual(SECRETS_KEPT);
      expect(log.filter(({ fn }) => fn === 'MonClient.lose')).toEqual([]);
      const keyring = await readFile(ceph.keyring, 'utf8');
      for (const [, key = ''] of keyring.matchAll(/key = (\S+)/g)) {
        expect(inspect([log, rados], { depth: 20, showHidden: true })).not.toContain(key);
      }
    });

    test.concurrent('tickets that an OSD refuses are renewed, also where no time has passed', async () => {
      const cct = nodeContext({ conf: first?.conf ?? {}, clock: new StoppedClock() });
      const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
      const key = readKey(ceph.keyring, name);
      const rados = new RadosClient(cct, { name, key, monHost: ceph.monHost });
      await using connected = await rados.connect({ timeout: 15_000 });
      const ioctx = await connected.openIoCtx(POOL);

      await sleep(TICKET_TTL_S * (SECRETS_KEPT + 1) * 1000);

      expect(Buffer.compare(await ioctx.read('o', { timeout: 20_000 }), DATA)).toBe(0);
    });

    test('no daemon complains', async () => {
      expect(await ceph.complaints()).toEqual([]);
    });
  },
);
