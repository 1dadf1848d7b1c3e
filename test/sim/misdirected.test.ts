import { expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import { buildAuthNoneAuthorizer } from '../../src/auth/auth_none.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { MOSDOp, type MOSDOpInit } from '../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { legacyAddr } from '../../src/msg/msg_types.ts';
import { CEPH_OSD_OP_STAT } from '../../src/osd/rados.ts';
import { contextIn } from '../helpers/sim_context.ts';

const OID = 'greeting';
const OLOC = { pool: 1, key: '', nspace: '', hash: -1 };

/** A client that sends whatever a test wants to OSDs, and notes what comes back. */
class RawClient {
  readonly replies: number[] = [];
  readonly maps: MOSDMap[] = [];
  readonly #cluster: SimCluster;
  readonly #messenger: Messenger;
  #tid = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    const cct = contextIn(cluster, 'client.raw', '10.2.9.9');
    const name = { type: CEPH_ENTITY_TYPE_CLIENT, num: 9 };
    const options = { name, lname: 'raw', nonce: 1, messageFactory: decodeMessage };
    this.#messenger = Messenger.create(cct, 'simple', options);
    const entity = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'raw' };
    this.#messenger.authClient = Object.assign(new DummyAuth(), {
      buildAuthorizer: () => buildAuthNoneAuthorizer(entity, 9),
    });
    this.#messenger.start();
    this.#messenger.addDispatcherTail({
      msDispatch: (_con: Connection, message) => {
        if (message instanceof MOSDOpReply) this.replies.push(message.tid);
        if (message instanceof MOSDMap) this.maps.push(message);
        return true;
      },
      msHandleReset: () => true,
    });
  }

  /** Answers the op's tid. */
  send(osd: number, change: Partial<MOSDOpInit> = {}): number {
    const { osdMap } = this.#cluster;
    const raw = osdMap.objectLocatorToPg(OID, OLOC);
    const args = { kind: 'none' } as const;
    const op = new MOSDOp({
      pgid: { pgid: osdMap.rawPgToPg(raw), shard: -1 },
      hash: raw.seed,
      osdmapEpoch: osdMap.epoch,
      flags: 0x14,
      oloc: OLOC,
      oid: OID,
      ops: [{ op: CEPH_OSD_OP_STAT, flags: 0, args, indata: new Uint8Array() }],
      ...change,
    });
    op.tid = ++this.#tid;
    const addr = legacyAddr(osdMap.getAddrs(osd));
    if (addr === undefined) throw new Error(`osd.${osd} has no address`);
    this.#messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr).sendMessage(op);
    return op.tid;
  }
}

async function setUp() {
  const options = { osds: 6, hosts: 3, objects: { data: { [OID]: 'hello world' } } };
  const cluster = await SimCluster.create(options);
  const { osdMap } = cluster;
  const raw = osdMap.objectLocatorToPg(OID, OLOC);
  const pgid = osdMap.rawPgToPg(raw);
  const { acting, actingPrimary } = osdMap.pgToUpActingOsds(pgid);
  const replica = acting.find((osd) => osd !== actingPrimary) ?? -1;
  const stranger = [0, 1, 2, 3, 4, 5].find((osd) => !acting.includes(osd)) ?? -1;
  return { cluster, client: new RawClient(cluster), raw, pgid, actingPrimary, replica, stranger };
}

it('an op is answered by the primary of its PG alone', async () => {
  const { cluster, client, actingPrimary, replica, stranger } = await setUp();
  await using _ = cluster;
  client.send(replica);
  client.send(stranger);
  const tid = client.send(actingPrimary);
  await cluster.advance(1000);
  expect(client.replies).toEqual([tid]);
});

it('an op of a PG that does not hold its object, or of no pool, gets no answer, and the next one does', async () => {
  const { cluster, client, raw, pgid, actingPrimary } = await setUp();
  await using _ = cluster;
  client.send(actingPrimary, { hash: raw.seed + 1 });
  client.send(actingPrimary, { pgid: { pgid: { pool: 1, seed: pgid.seed + 32 }, shard: -1 } });
  client.send(actingPrimary, { pgid: { pgid: { pool: 77, seed: 0 }, shard: -1 } });
  const tid = client.send(actingPrimary);
  await cluster.advance(1000);
  expect(client.replies).toEqual([tid]);
});

it('an op from before its PG changed hands gets no answer, but the maps that it lacks', async () => {
  const { cluster, client, actingPrimary } = await setUp();
  await using _ = cluster;
  const { epoch } = cluster.osdMap;
  await cluster.osd(actingPrimary).markOut();
  await cluster.osd(actingPrimary).markIn();
  await cluster.advance(10);
  client.send(actingPrimary, { osdmapEpoch: epoch });
  await cluster.advance(1000);
  expect(client.replies).toEqual([]);
  expect(client.maps.map((map) => [...map.incrementalMaps.keys()])).toEqual([
    [epoch + 1, epoch + 2],
  ]);
  const tid = client.send(actingPrimary);
  await cluster.advance(1000);
  expect(client.replies).toEqual([tid]);
  expect(client.maps.length).toBe(1);
});

it('an op of an older map is answered while the primary was the same, with the maps before the answer', async () => {
  const { cluster, client, actingPrimary, stranger } = await setUp();
  await using _ = cluster;
  const { epoch } = cluster.osdMap;
  await cluster.createPool('other');
  await cluster.advance(10);
  const tid = client.send(actingPrimary, { osdmapEpoch: epoch });
  await cluster.advance(1000);
  expect(client.replies).toEqual([tid]);
  expect(client.maps.length).toBe(1);
  expect(stranger).toBeGreaterThanOrEqual(0);
});

it('an op of a newer map waits, and those behind it too, until the OSD has that map', async () => {
  const { cluster, client, actingPrimary } = await setUp();
  await using _ = cluster;
  const { epoch } = cluster.osdMap;
  const tids = [
    client.send(actingPrimary, { osdmapEpoch: epoch + 1 }),
    client.send(actingPrimary),
    client.send(actingPrimary),
  ];
  await cluster.advance(1000);
  expect(client.replies).toEqual([]);
  await cluster.createPool('other');
  await cluster.advance(1000);
  expect(client.replies).toEqual(tids);
});
