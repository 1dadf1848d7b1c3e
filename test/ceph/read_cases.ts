import type { ReadFlag } from '../../src/index.ts';
import type { LibradosDriver, Place } from './librados_driver.ts';
import type { StepSpec } from './read_steps.ts';

/** An op to be done by our client and by stock librados. */
export interface ReadCase {
  readonly oid: string;
  readonly steps: readonly StepSpec[];
  readonly namespace?: string;
  readonly locatorKey?: string;
  readonly snap?: number | undefined;
  readonly flags?: readonly ReadFlag[];
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** UTF-8 of all lengths, what Ceph escapes, control characters, bytes that are no UTF-8. */
export const NAMES: readonly string[] = [
  'äöü 漢字 🐙',
  'a:b/c%d_\\u\\',
  '\u0001\t\n\r\u001f\u007f',
  ' \u0000 ',
  'a\udc80\udcff\udcc3',
  'x'.repeat(2048),
];

const BIG_VALUE = new Uint8Array(60_000).map((_, i) => i * 7);
const PLAIN = 'hello world 0123456789';
export const OMAP_KEYS = 100;

/** Objects of every kind; `hasOmap`: the pool can have what erasure-coded ones cannot. */
export async function writeObjects(
  librados: LibradosDriver,
  pool: string,
  hasOmap: boolean,
): Promise<void> {
  const at: Place = { pool };
  await librados.do('write_full', at, 'plain', bytes(PLAIN));
  await librados.do('write_full', at, 'empty', bytes(''));
  await librados.do('setxattr', at, 'plain', 'k1', bytes('v1'));
  await librados.do('setxattr', at, 'plain', 'number', bytes('42'));
  await librados.do('setxattr', at, 'plain', 'empty', bytes(''));
  await librados.do('setxattr', at, 'plain', 'big', BIG_VALUE);
  await librados.do('setxattr', at, 'plain', 'ä🐙\udcfe\u0001', bytes('any name'));
  await librados.do('write_full', { pool, namespace: 'ns' }, 'plain', bytes('in a namespace'));
  const keyed = { pool, namespace: 'ns', locatorKey: 'key' };
  await librados.do('write_full', keyed, 'plain', bytes('by a key'));
  for (const name of NAMES) await librados.do('write_full', at, name, bytes('named'));
  await librados.do('write_full', at, 'watched', bytes('w'));
  await librados.do('watch', at, 'watched');
  if (hasOmap) await writeReplicated(librados, at);
}

async function writeReplicated(librados: LibradosDriver, at: Place): Promise<void> {
  const pairs = Array.from({ length: OMAP_KEYS }, (_, i) => [`key${i}`, bytes(`value ${i}`)]);
  await librados.do('omap_set', at, 'plain', ...pairs.flat());
  await librados.do('omap_set', at, 'plain', '\udc80index\udcff', bytes('not UTF-8'));
  await librados.do('omap_set', at, 'plain', 'zä🐙\u0001', BIG_VALUE, 'zzz', bytes(''));
  await librados.do('omap_set_header', at, 'plain', bytes('header'));
  await librados.do('write', at, 'sparse', 0, bytes('aaaa'));
  await librados.do('write', at, 'sparse', 100_000, bytes('bbbb'));
  await librados.do('truncate', at, 'sparse', 200_000);
  await librados.do('write_full', at, 'of no bytes', bytes(''));
  await librados.do('write_full', at, 'kept', bytes('first'));
  await librados.do('write_full', at, 'removed', bytes('gone'));
  await librados.do('snap_create', at, 'one');
  await librados.do('write', at, 'kept', 5, bytes(' and second'));
  await librados.do('remove', at, 'removed');
  await librados.do('snap_create', at, 'two');
  await librados.do('write_full', at, 'kept', bytes('third'));
}

const each = (oid: string, ...steps: StepSpec[]): ReadCase[] =>
  steps.map((step) => ({ oid, steps: [step] }));

const BYTES: ReadCase[] = [
  ...each(
    'plain',
    { kind: 'read' },
    { kind: 'read', offset: 3, length: 4 },
    { kind: 'read', offset: 20, length: 100 },
    { kind: 'read', offset: 22 },
    { kind: 'read', offset: 1000, length: 10 },
    { kind: 'sparse_read', length: 100 },
    { kind: 'sparse_read', offset: 5, length: 5 },
    { kind: 'stat' },
    { kind: 'assert_exists' },
  ),
  ...(['random', 'sequential', 'willneed', 'dontneed', 'nocache'] as const).flatMap((fadvise) =>
    each('plain', { kind: 'read', fadvise }),
  ),
  ...each('empty', { kind: 'read' }, { kind: 'stat' }),
  ...NAMES.flatMap((name) => each(name, { kind: 'read' }, { kind: 'stat' })),
];

const CHECKSUMS: ReadCase[] = (['crc32c', 'xxhash32', 'xxhash64'] as const).flatMap((type) => [
  ...each(
    'plain',
    { kind: 'checksum', type },
    { kind: 'checksum', type, init: 7n },
    { kind: 'checksum', type, length: 20, chunkSize: 5 },
    { kind: 'checksum', type, offset: 2, length: 10, chunkSize: 1 },
    { kind: 'checksum', type, length: 20, chunkSize: 7 },
    { kind: 'checksum', type, length: 100, chunkSize: 50 },
    { kind: 'checksum', type, offset: 100, length: 50 },
  ),
]);

const COMPARISONS: ReadCase[] = [
  ...(['hello', 'hellO', 'Hello', '', `${PLAIN}\0\0`, `${PLAIN}\0!`] as const).flatMap((text) =>
    each('plain', { kind: 'cmpext', expected: bytes(text) }),
  ),
  ...each(
    'plain',
    { kind: 'cmpext', offset: 6, expected: bytes('world') },
    { kind: 'cmpext', offset: 100, expected: bytes('\0\0x') },
  ),
  ...(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const).flatMap((op) =>
    each(
      'plain',
      ...['v0', 'v1', 'v2', ''].map(
        (value): StepSpec => ({ kind: 'cmpxattr', name: 'k1', op, value: bytes(value) }),
      ),
      ...[0n, 41n, 42n, 43n, 2n ** 64n - 1n].map(
        (value): StepSpec => ({ kind: 'cmpxattr', name: 'number', op, value }),
      ),
      { kind: 'cmpxattr', name: 'k1', op, value: 1n },
      { kind: 'cmpxattr', name: 'missing', op, value: 0n },
      { kind: 'cmpxattr', name: 'missing', op, value: bytes('x') },
    ),
  ),
  ...[0n, 1n, 2n ** 63n].flatMap((version) => each('plain', { kind: 'assert_version', version })),
];

const ATTRIBUTES: ReadCase[] = [
  ...each(
    'plain',
    { kind: 'getxattrs' },
    { kind: 'getxattr', name: 'missing' },
    { kind: 'getxattr', name: '' },
  ),
  ...['k1', 'number', 'empty', 'big', 'ä🐙\udcfe\u0001'].flatMap((name) =>
    each('plain', { kind: 'getxattr', name }),
  ),
  ...each('empty', { kind: 'getxattrs' }, { kind: 'getxattr', name: 'k1' }),
];

const OMAP: ReadCase[] = [
  ...each(
    'plain',
    { kind: 'omap_get_header' },
    { kind: 'omap_get_keys', max: 1000 },
    { kind: 'omap_get_keys', max: 10 },
    { kind: 'omap_get_keys', max: 0 },
    { kind: 'omap_get_keys', after: 'key5', max: 7 },
    { kind: 'omap_get_keys', after: 'zzz', max: 7 },
    { kind: 'omap_get_keys', after: '\udc80', max: 7 },
    { kind: 'omap_get_vals', max: 1000 },
    { kind: 'omap_get_vals', max: 3 },
    { kind: 'omap_get_vals', prefix: 'key9', max: 100 },
    { kind: 'omap_get_vals', after: 'key95', prefix: 'key9', max: 3 },
    { kind: 'omap_get_vals', prefix: 'nothing', max: 3 },
    { kind: 'omap_get_vals', prefix: '\udc80', max: 3 },
    { kind: 'omap_get_vals_by_keys', keys: [] },
    {
      kind: 'omap_get_vals_by_keys',
      keys: ['zzz', 'key3', 'missing', '\udc80index\udcff', 'key3'],
    },
  ),
  ...each(
    'empty',
    { kind: 'omap_get_header' },
    { kind: 'omap_get_keys', max: 10 },
    { kind: 'omap_get_vals', max: 10 },
    { kind: 'omap_get_vals_by_keys', keys: ['a'] },
  ),
  ...(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const).flatMap((op) =>
    each(
      'plain',
      ...['value 0', 'value 1', 'value 2'].map(
        (value): StepSpec => ({ kind: 'omap_cmp', key: 'key1', op, value: bytes(value) }),
      ),
      { kind: 'omap_cmp', key: 'missing', op, value: bytes('') },
    ),
  ),
];

const CLASSES: ReadCase[] = each(
  'plain',
  { kind: 'exec', cls: 'hello', method: 'say_hello' },
  { kind: 'exec', cls: 'hello', method: 'say_hello', input: bytes('radosim') },
  { kind: 'exec', cls: 'hello', method: 'say_hello', input: new Uint8Array(200) },
  { kind: 'exec', cls: 'lock', method: 'list_locks' },
  { kind: 'exec', cls: 'hello', method: 'missing' },
  { kind: 'exec', cls: 'missing', method: 'say_hello' },
  { kind: 'exec', cls: '', method: '' },
);

const LISTS: ReadCase[] = [
  ...['plain', 'watched', 'missing'].flatMap((oid) => each(oid, { kind: 'list_watchers' })),
  ...['plain', 'kept', 'removed', 'missing'].flatMap((oid) => each(oid, { kind: 'list_snaps' })),
  { oid: 'kept', steps: [{ kind: 'list_snaps' }, { kind: 'stat' }] },
];

const PLACES: ReadCase[] = [
  { oid: 'plain', namespace: 'ns', steps: [{ kind: 'read' }] },
  { oid: 'plain', namespace: 'ns', locatorKey: 'key', steps: [{ kind: 'read' }] },
  { oid: 'plain', locatorKey: 'key', steps: [{ kind: 'read' }] },
  { oid: 'plain', namespace: 'other', steps: [{ kind: 'read' }] },
  { oid: 'plain', snap: 1, steps: [{ kind: 'read' }] },
  ...['kept', 'removed', 'plain'].flatMap((oid) =>
    [1, 2, 3, 77].flatMap((snap): ReadCase[] => [
      { oid, snap, steps: [{ kind: 'read' }] },
      { oid, snap, steps: [{ kind: 'stat' }, { kind: 'getxattrs' }] },
    ]),
  ),
];

const FLAGS: ReadCase[] = (
  [
    'balance_reads',
    'localize_reads',
    'order_reads_writes',
    'ignore_cache',
    'skiprwlocks',
    'ignore_overlay',
    'full_try',
    'ignore_redirect',
  ] as const
).map((flag) => ({ oid: 'plain', flags: [flag], steps: [{ kind: 'read' }, { kind: 'stat' }] }));

const COMPOUNDS: ReadCase[] = [
  { oid: 'plain', steps: [{ kind: 'stat' }, { kind: 'read', length: 4 }, { kind: 'getxattrs' }] },
  {
    oid: 'plain',
    steps: [
      { kind: 'read', length: 4 },
      { kind: 'stat' },
      { kind: 'getxattr', name: 'missing' },
      { kind: 'stat' },
    ],
  },
  {
    oid: 'plain',
    steps: [
      { kind: 'getxattr', name: 'missing', failOk: true },
      { kind: 'exec', cls: 'hello', method: 'missing', failOk: true },
      { kind: 'cmpext', expected: bytes('hellO'), failOk: true },
      { kind: 'read', offset: 6, length: 5 },
    ],
  },
  {
    oid: 'plain',
    steps: [
      { kind: 'cmpxattr', name: 'k1', op: 'eq', value: bytes('v1') },
      { kind: 'cmpext', expected: bytes('hello') },
      { kind: 'read' },
      { kind: 'checksum', type: 'crc32c' },
      { kind: 'sparse_read', length: 22 },
    ],
  },
  { oid: 'plain', steps: [{ kind: 'read' }, { kind: 'assert_version', version: 1n }] },
  {
    oid: 'plain',
    steps: [{ kind: 'read' }, { kind: 'cmpxattr', name: 'k1', op: 'eq', value: bytes('no') }],
  },
  { oid: 'plain', steps: Array.from({ length: 16 }, (_, i) => ({ kind: 'read', offset: i })) },
];

/** Each kind of step, on an object that is not there. */
const MISSING: ReadCase[] = each(
  'missing',
  { kind: 'read' },
  { kind: 'read', failOk: true },
  { kind: 'sparse_read', length: 5 },
  { kind: 'stat' },
  { kind: 'assert_exists' },
  { kind: 'checksum', type: 'crc32c' },
  { kind: 'cmpext', expected: bytes('x') },
  { kind: 'getxattr', name: 'k1' },
  { kind: 'getxattrs' },
  { kind: 'cmpxattr', name: 'k1', op: 'eq', value: bytes('x') },
  { kind: 'omap_get_keys', max: 5 },
  { kind: 'omap_get_header' },
  { kind: 'exec', cls: 'hello', method: 'say_hello' },
  { kind: 'assert_version', version: 1n },
);

/** Only in the replicated pool; elsewhere librados cannot read what an OSD answers for no bytes. */
const SPARSE: ReadCase[] = [
  ...each(
    'sparse',
    { kind: 'sparse_read', length: 200_000 },
    { kind: 'sparse_read', offset: 2, length: 150_000 },
    { kind: 'sparse_read', length: 0 },
    { kind: 'read' },
  ),
  ...each('of no bytes', { kind: 'sparse_read', length: 10 }),
];

export const READ_CASES = {
  bytes: BYTES,
  'sparse objects': SPARSE,
  checksums: CHECKSUMS,
  comparisons: COMPARISONS,
  attributes: ATTRIBUTES,
  omap: OMAP,
  classes: CLASSES,
  'watchers and snapshots': LISTS,
  'namespaces, keys and snapshots': PLACES,
  flags: FLAGS,
  'several steps': COMPOUNDS,
  'objects that are not there': MISSING,
} satisfies Record<string, readonly ReadCase[]>;
