import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rados } from '../../src/index.ts';
import { CephCluster, skipWithoutCeph } from './harness.ts';
import { Thrasher } from './Thrasher.ts';
import { VerifiedReads } from './VerifiedReads.ts';

/** How long it goes on: RADOSIM_THRASH_SECONDS=90 for the long form. */
const SECONDS = Number(process.env['RADOSIM_THRASH_SECONDS'] ?? 8);
/** In 90 s it must be 20,000 at least. */
const READS_PER_SECOND_MIN = 20_000 / 90;
/** Within this, everything must have come once nothing fails any more. */
const HEALED_MS = 60_000;

const CONF = [
  // Its data outlives a kill, unlike memstore's.
  'osd objectstore = bluestore',
  'bluestore block size = 1073741824',
  'bluestore block wal create = false',
  'bluestore block db create = false',
  'osd pool default pg autoscale mode = off',
  'osd heartbeat interval = 1',
  'osd heartbeat grace = 4',
  'mon osd min down reporters = 1',
  'mon osd adjust heartbeat grace = false',
  'mon osd down out interval = 6',
  'osd backoff on peering = true',
  'osd backoff on degraded = true',
  'mon lease = 2',
  '[mon]',
  'ms inject socket failures = 500',
  '[osd]',
  'ms inject socket failures = 500',
];

/** A monitor that is frozen is left within seconds, not half a minute. */
const CLIENT_CONF = { mon_client_ping_interval: 1, mon_client_ping_timeout: 4 };

describe.skipIf(skipWithoutCeph())(`a real Ceph is thrashed for ${SECONDS} s`, () => {
  let ceph: CephCluster;
  let rados: Rados;

  beforeAll(async () => {
    ceph = await CephCluster.start({ msgr: 'v2', auth: 'none', osds: 4, mons: 3, conf: CONF });
    rados = await Rados.connect({ monHost: ceph.monHost, conf: CLIENT_CONF });
  });

  afterAll(async () => {
    await rados?.shutdown();
    await ceph?.stop();
  });

  test(
    'every read is right, every read ends, and no daemon complains',
    async () => {
      await ceph.ceph('osd', 'set-require-min-compat-client', 'luminous');
      await ceph.ceph('osd', 'pool', 'create', 'p', '8');
      const reads = new VerifiedReads(ceph, await rados.openIoCtx('p'));
      await reads.prepare();
      reads.start();
      const thrasher = new Thrasher(ceph, rados, 'p');
      await Promise.all([thrasher.run(SECONDS), reads.runFor(SECONDS * 1000)]);
      await thrasher.heal();
      await reads.finish(HEALED_MS);

      const { op_send, op_resend, map_epoch, osd_session_open } = Object(
        rados.perfDump()['objecter'],
      );
      console.log(
        `${reads.summary()}; ${thrasher.summary()}; ops sent ${op_send}, again ${op_resend}; epoch ${map_epoch}, sessions opened ${osd_session_open}`,
      );
      expect(reads.wrong).toEqual([]);
      expect(reads.ended).toBeGreaterThan(READS_PER_SECOND_MIN * SECONDS);
      expect(rados.perfDump()['objecter']).toMatchObject({ op_active: 0 });
      expect(rados.objecterRequests().ops).toEqual([]);
      expect(await ceph.complaints()).toEqual([]);
    },
    (SECONDS + 120) * 1000,
  );
});
