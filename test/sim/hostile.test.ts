import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../sim/index.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import type { LogEntry } from '../../src/common/Log.ts';
import { RadosClient } from '../../src/librados/RadosClient.ts';
import { MOSDMap } from '../../src/messages/MOSDMap.ts';
import { buildSimple } from '../../src/osd/build_simple.ts';
import { contextIn } from '../helpers/sim_context.ts';
import {
  editMessage,
  type RawMessage,
  sealHeader,
  type Tamper,
  TamperStack,
} from '../helpers/TamperStack.ts';

const MON_PORT = 6789;
const MSG_MON_MAP = 4;
const MSG_OSD_MAP = 41;
const MSG_OSD_OPREPLY = 43;
/** In an MMonMap's front: u32 length, u8 version, u8 compat. */
const COMPAT_AT = 5;

interface Outcome {
  readonly text: string;
  readonly log: readonly LogEntry[];
  readonly hasTampered: boolean;
}

/** A client reads one object through a network on which `tamper` rewrites something once. */
async function readThrough(tamper: Tamper): Promise<Outcome> {
  const objects = { data: { greeting: 'hello world' } };
  await using cluster = await SimCluster.create({ objects, msType: 'simple' });
  const log: LogEntry[] = [];
  const plain = contextIn(cluster, 'client.t', '10.2.9.9');
  const stack = new TamperStack(plain.stack, tamper);
  const conf = { ...plain.conf, ms_type: 'simple' };
  const cct = { ...plain, conf, stack, log: (entry: LogEntry) => log.push(entry) };
  const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
  await using rados = new RadosClient(cct, { name, monHost: cluster.getMonHost() });
  await rados.connect();
  const ioctx = await rados.openIoCtx('data');
  const bytes = await ioctx.read('greeting').catch(() => ioctx.read('greeting'));
  return { text: Buffer.from(bytes).toString(), log, hasTampered: stack.hasTampered };
}

const fromOsd =
  (rewrite: (bytes: Buffer) => Uint8Array | undefined): Tamper =>
  (bytes, { port }) =>
    port === MON_PORT ? undefined : rewrite(bytes);

const fromMon =
  (rewrite: (bytes: Buffer) => Uint8Array | undefined): Tamper =>
  (bytes, { port }) =>
    port === MON_PORT ? rewrite(bytes) : undefined;

/** A reply, spoilt after its crcs were made. */
const reply = (spoil: (message: RawMessage) => void): Tamper =>
  fromOsd((bytes) => editMessage(bytes, MSG_OSD_OPREPLY, () => undefined, spoil));

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

const setHeader =
  (write: (header: Buffer) => void) =>
  ({ header }: RawMessage): void => {
    write(header);
    sealHeader(header);
  };

/** Where, what state, which field: each of these has its own. */
const OSD = String.raw`v1:10\.1\.\d\.\d:68\d\d/\d+ `;

const CASES: { what: string; tamper: Tamper; why: string }[] = [
  {
    what: 'a wrong banner',
    tamper: fromOsd((bytes) =>
      bytes[0] === 0x63 ? Buffer.from(bytes).fill('x', 0, 9) : undefined,
    ),
    why: String.raw`${OSD}\(CONNECTING\): .*banner`,
  },
  {
    what: 'an unknown tag',
    tamper: fromOsd((bytes) =>
      bytes[0] === 7 ? Buffer.concat([Buffer.of(99), bytes]) : undefined,
    ),
    why: String.raw`${OSD}\(OPEN\): tag`,
  },
  {
    what: 'a wrong crc of a header',
    tamper: reply(({ header }) => flip(header, 52)),
    why: String.raw`${OSD}\(OPEN\): .*header.*crc`,
  },
  {
    what: 'a wrong crc of a front',
    tamper: reply(({ front }) => flip(front, 3)),
    why: String.raw`${OSD}\(OPEN\): .*front`,
  },
  {
    what: 'a wrong crc of data',
    tamper: reply(({ data }) => flip(data, 3)),
    why: String.raw`${OSD}\(OPEN\): .*data`,
  },
  {
    what: 'an oversized front',
    tamper: reply(setHeader((header) => header.writeUInt32LE(0xffffffff, 22))),
    why: String.raw`${OSD}\(OPEN\): .*front`,
  },
  {
    what: 'oversized data',
    tamper: reply(setHeader((header) => header.writeUInt32LE(0xf0000000, 30))),
    why: String.raw`${OSD}\(OPEN\): .*data`,
  },
  {
    what: 'a front that ends early',
    tamper: fromOsd((bytes) =>
      editMessage(bytes, MSG_OSD_OPREPLY, (message) => {
        message.front = message.front.subarray(0, 40);
      }),
    ),
    why: String.raw`${OSD}\(OPEN\): .*offset \d+`,
  },
  {
    what: 'more data than was asked for',
    tamper: fromOsd((bytes) =>
      editMessage(bytes, MSG_OSD_OPREPLY, (message) => {
        message.data = Buffer.concat([message.data, Buffer.of(0)]);
      }),
    ),
    why: String.raw`${OSD}\(OPEN\): .*ops`,
  },
  {
    what: 'an OSD map that ends early',
    tamper: fromMon((bytes) =>
      editMessage(bytes, MSG_OSD_MAP, (message) => {
        message.front = truncateMap(message.front);
      }),
    ),
    why: 'OSDMap',
  },
  {
    what: 'an OSD map with a wrong crc',
    tamper: fromMon((bytes) => editMessage(bytes, MSG_OSD_MAP, ({ front }) => flip(front, 200))),
    why: 'OSDMap',
  },
  {
    what: 'a monitor map that makes no sense',
    tamper: fromMon((bytes) =>
      editMessage(bytes, MSG_MON_MAP, ({ front }) => front.writeUInt8(255, COMPAT_AT)),
    ),
    why: 'MonMap',
  },
];

/** The full map in an MOSDMap (fsid, no incrementals, one map), cut in the middle. */
function truncateMap(front: Buffer): Buffer {
  const lengthAt = 16 + 4 + 4 + 4;
  const length = front.readUInt32LE(lengthAt);
  const half = length >> 1;
  const cut = Buffer.concat([
    front.subarray(0, lengthAt + 4 + half),
    front.subarray(lengthAt + 4 + length),
  ]);
  cut.writeUInt32LE(half, lengthAt);
  return cut;
}

/** The header's seq stays, so that it comes in the place of what it was. */
function becomeForeignMap(message: RawMessage): void {
  const fsid = '00000000-1111-4222-8333-444444444444';
  const map = buildSimple({ fsid, epoch: 1000, osds: 1 });
  const maps = new Map([[map.epoch, map.encode()]]);
  const enc = new Encoder();
  new MOSDMap({ fsid, maps, oldestMap: 1, newestMap: map.epoch }).encodePayload(enc);
  message.front = Buffer.from(enc.take());
  message.data = Buffer.alloc(0);
  message.header.writeUInt16LE(MSG_OSD_MAP, 16);
  message.header.writeUInt16LE(MOSDMap.HEAD_VERSION, 20);
  message.header.writeUInt16LE(3, 45);
}

describe('a client that receives', () => {
  it.each(CASES)('$what names it, connects anew and reads on', async ({ tamper, why }) => {
    const { text, log, hasTampered } = await readThrough(tamper);
    expect(hasTampered).toBe(true);
    expect(text).toBe('hello world');
    const reasons = log
      .flatMap(({ facts }) => [facts['why'], facts['refused']])
      .filter((fact) => fact);
    expect(reasons.join('\n')).toMatch(new RegExp(why));
  });

  it('an OSD map of another cluster takes no notice of it', async () => {
    const { text, log, hasTampered } = await readThrough(
      fromOsd((bytes) => {
        const map = editMessage(bytes, MSG_OSD_OPREPLY, becomeForeignMap);
        const reply = editMessage(bytes, MSG_OSD_OPREPLY, ({ header }) => {
          header.writeUInt8(header.readUInt8(0) + 1, 0);
        });
        return map && reply && Buffer.concat([map, reply]);
      }),
    );
    expect(hasTampered).toBe(true);
    expect(text).toBe('hello world');
    const maps = log.filter(({ fn }) => fn === 'Objecter.handleOsdMap');
    expect(maps.at(-1)?.facts).toMatchObject({ fact: 'map of another cluster' });
  });
});
