import { expect, test } from 'vitest';
import { type IoCtxOptions, ReadOp } from '../../src/index.ts';
import type { ReadFlag } from '../../src/librados/read_flags.ts';
import { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import { type GoldenConversation, goldenConversations } from '../helpers/golden.ts';
import { decodeGolden, onTheWire, recordedClient } from '../helpers/recorded_client.ts';

// A librados program in C++ did each read operation once, on an object `o` of 22 bytes.
const conversations = goldenConversations('v1-none-ops');
const monitor: GoldenConversation | undefined = conversations.filter(isOfMonitor).at(-1);
const osds = conversations.filter((one) => !isOfMonitor(one));

function isOfMonitor({ serverPort }: GoldenConversation): boolean {
  return serverPort < 24100;
}

const TEXT = 'hello world 0123456789';
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const STAT = {
  size: 22,
  mtime: new Date(1_795_353_499_874),
  mtimeNs: 1_795_353_499_874_634_833n,
  version: 5n,
};

interface Case {
  readonly name: string;
  /** Of the recorded op. */
  readonly tid: number;
  readonly op: ReadOp<readonly unknown[]>;
  readonly results: readonly unknown[];
  readonly rvals?: readonly number[];
  readonly ioctx?: IoCtxOptions;
  readonly flags?: readonly ReadFlag[];
}

const CASES: readonly Case[] = [
  {
    name: 'read',
    tid: 6,
    op: new ReadOp().read({ offset: 1, length: 5 }),
    results: [bytes('ello ')],
  },
  {
    name: 'read with advice',
    tid: 7,
    op: new ReadOp().read({ fadvise: 'sequential' }),
    results: [bytes(TEXT)],
  },
  { name: 'stat', tid: 8, op: new ReadOp().stat(), results: [STAT] },
  { name: 'stat2', tid: 9, op: new ReadOp().stat(), results: [STAT] },
  {
    name: 'sparse_read',
    tid: 10,
    op: new ReadOp().sparseRead({ length: 100 }),
    results: [{ extents: [[0, 22]], data: bytes(TEXT) }],
  },
  { name: 'getxattr', tid: 11, op: new ReadOp().getXattr('k1'), results: [bytes('v1')] },
  {
    name: 'getxattrs',
    tid: 12,
    op: new ReadOp().getXattrs(),
    results: [
      new Map([
        ['k1', bytes('v1')],
        ['n', bytes('42')],
      ]),
    ],
  },
  {
    name: 'cmpxattr of bytes',
    tid: 13,
    op: new ReadOp().cmpXattr('k1', 'eq', bytes('v1')),
    results: [],
    rvals: [1],
  },
  {
    name: 'cmpxattr of a number',
    tid: 14,
    op: new ReadOp().cmpXattr('n', 'eq', 42n),
    results: [],
    rvals: [1],
  },
  {
    name: 'omap_get_keys2',
    tid: 15,
    op: new ReadOp().omapGetKeys({ maxReturn: 10 }),
    results: [{ keys: ['ka', 'kb'], more: false }],
  },
  {
    name: 'omap_get_vals2',
    tid: 16,
    op: new ReadOp().omapGetVals({ filterPrefix: 'k', maxReturn: 10 }),
    results: [
      {
        vals: new Map([
          ['ka', bytes('val')],
          ['kb', bytes('val')],
        ]),
        more: false,
      },
    ],
  },
  { name: 'omap_get_header', tid: 17, op: new ReadOp().omapGetHeader(), results: [bytes('HDR')] },
  {
    name: 'omap_get_vals_by_keys',
    tid: 18,
    op: new ReadOp().omapGetValsByKeys(['ka']),
    results: [new Map([['ka', bytes('val')]])],
  },
  {
    name: 'omap_cmp',
    tid: 19,
    op: new ReadOp().omapCmp(new Map([['ka', { op: 'eq', value: bytes('val') }]])),
    results: [],
  },
  {
    name: 'checksum',
    tid: 20,
    op: new ReadOp().checksum('crc32c', { length: 22, init: 0xffffffff }),
    results: [[0x1d8a5432]],
  },
  { name: 'cmpext', tid: 21, op: new ReadOp().cmpext(0, bytes('hello')), results: [] },
  {
    name: 'exec',
    tid: 22,
    op: new ReadOp().exec('hello', 'say_hello'),
    results: [bytes('Hello, world!')],
  },
  { name: 'list_watchers', tid: 23, op: new ReadOp().listWatchers(), results: [[]] },
  { name: 'assert_exists', tid: 26, op: new ReadOp().assertExists(), results: [] },
  {
    name: 'mapext',
    tid: 28,
    op: new ReadOp().mapext({ length: 100 }),
    results: [[[0, 22]]],
  },
  {
    name: 'stat with many flags',
    tid: 32,
    op: new ReadOp().stat(),
    results: [STAT],
    flags: [
      'localize_reads',
      'order_reads_writes',
      'ignore_cache',
      'ignore_overlay',
      'skiprwlocks',
      'ignore_redirect',
      'full_try',
    ],
  },
  {
    name: 'stat of a snapshot',
    tid: 35,
    op: new ReadOp().stat(),
    results: [STAT],
    ioctx: { snap: 3 },
  },
];

/** Does `op` on `oid`, and answers it as the recorded OSD answered op `tid`. */
function converse(oid: string, { tid, op, ioctx, flags }: Omit<Case, 'name' | 'results'>) {
  const osd = osds.find(({ client }) => client.messages.some((message) => message.tid === tid));
  if (monitor === undefined || osd === undefined) throw new Error('not recorded');
  const client = recordedClient(monitor);
  const operating = client.openIoCtx(ioctx).operateRead(oid, op, { flags });
  const con = client.messenger.cons.at(-1);
  const reply = osd.server.messages.map(decodeGolden).find((message) => message?.tid === tid);
  if (con === undefined || !(reply instanceof MOSDOpReply)) throw new Error('not sent');
  const sent = con.sent.at(-1);
  reply.tid = sent?.tid ?? 0;
  const answer = (): void => {
    client.messenger.msDeliverDispatch(con, reply);
    client.clock.advance();
  };
  const recorded = osd.client.messages.find((message) => message.tid === tid);
  return {
    operating,
    sent,
    recorded,
    port: con.peerAddr.port,
    recordedPort: osd.serverPort,
    answer,
  };
}

test.each(CASES)('our $name is that of stock librados', (one) => {
  const { operating, sent, recorded, port, recordedPort } = converse('o', one);
  operating.catch(() => {});
  expect({ ...onTheWire(sent), tid: recorded?.tid }).toEqual(onTheWire(recorded));
  expect(port).toBe(recordedPort);
});

test.each(CASES)('what a real OSD answers to $name is what librados made of it', async (one) => {
  const { operating, answer } = converse('o', one);
  answer();
  const answered = await operating;
  expect([...answered]).toEqual(one.results);
  expect(answered.rvals).toEqual(one.rvals ?? one.op.ops.map(() => 0));
  expect(answered.version).toBe(5n);
});

const FAILURES = [
  {
    name: 'assert_version 0',
    tid: 25,
    oid: 'o',
    op: new ReadOp().assertVersion(0n).stat(),
    error: { code: 'EINVAL', errno: -22 },
    steps: [{ rval: -22, result: undefined }],
  },
  {
    name: 'three steps, the last of which asks for an attribute that is not there',
    tid: 29,
    oid: 'o',
    op: new ReadOp().stat().read({ length: 4 }).getXattr('nope'),
    error: { code: 'ENODATA', errno: -61 },
    steps: [
      { rval: 0, result: { ...STAT, version: 0n } },
      { rval: 0, result: bytes('hell') },
      { rval: -61, result: undefined },
    ],
  },
  {
    name: 'stat of an object that is not there',
    tid: 33,
    oid: 'missing',
    op: new ReadOp().stat(),
    error: { code: 'ENOENT', errno: -2 },
    steps: [],
  },
  {
    name: 'stat in a namespace, with a key',
    tid: 34,
    oid: 'o',
    op: new ReadOp().stat(),
    ioctx: { namespace: 'ns1', locatorKey: 'lk' },
    error: { code: 'ENOENT', errno: -2, namespace: 'ns1' },
    steps: [],
  },
] as const;

test.each(FAILURES)('our $name is that of stock librados', ({ oid, ...one }) => {
  const { operating, sent, recorded, port, recordedPort } = converse(oid, one);
  operating.catch(() => {});
  expect({ ...onTheWire(sent), tid: recorded?.tid }).toEqual(onTheWire(recorded));
  expect(port).toBe(recordedPort);
});

test.each(FAILURES)('$name fails as it failed librados', async ({ oid, error, steps, ...one }) => {
  const { operating, answer } = converse(oid, one);
  answer();
  await expect(operating).rejects.toMatchObject({ ...error, oid, steps });
});

test('our balanced read is that of stock librados', () => {
  const op = new ReadOp().stat().read({ length: 4 });
  const { operating, sent, recorded } = converse('o', { tid: 30, op, flags: ['balance_reads'] });
  operating.catch(() => {});
  expect({ ...onTheWire(sent), tid: recorded?.tid }).toEqual(onTheWire(recorded));
});

test('our list_snaps is that of stock librados, but that it reads all snapshots', () => {
  const { operating, sent, recorded } = converse('o', { tid: 24, op: new ReadOp().listSnaps() });
  operating.catch(() => {});
  const head = recorded === undefined ? undefined : decodeGolden(recorded);
  const text = String(head).replace('unknown.0.0:24', 'unknown.0.0:1');
  expect(String(sent)).toBe(text.replace(':::o:head', ':::o:snapdir'));
});
