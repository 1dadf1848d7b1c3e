import fc from 'fast-check';
import { bytes, NAMES, type ReadCase } from './read_cases.ts';
import type { StepSpec } from './read_steps.ts';

const OIDS = ['plain', 'plain', 'plain', 'sparse', 'kept', 'removed', 'missing', NAMES[0] ?? ''];
const TEXTS = ['', 'hello', 'hello world', 'v1', '42', '\0\0', 'value 1', 'x'].map(bytes);
const KEYS = ['', 'key1', 'key95', 'key', 'zzz', 'missing', '\udc80', '\udc80index\udcff'];
const XATTRS = ['k1', 'number', 'empty', 'big', 'missing', 'ä🐙\udcfe\u0001'];

const offset = fc.oneof(fc.nat(30), fc.constantFrom(0, 99_990, 100_000, 300_000));
const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(4096, 200_000));
const text = fc.constantFrom(...TEXTS);
const key = fc.constantFrom(...KEYS);
const max = fc.constantFrom(0, 1, 5, 1000);
const comparison = fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte');
const u64 = fc.oneof(fc.bigInt(0n, 60n), fc.bigInt(0n, 2n ** 64n - 1n));
const kind = <K extends StepSpec['kind']>(...kinds: K[]): fc.Arbitrary<K> =>
  fc.constantFrom(...kinds);

const step: fc.Arbitrary<StepSpec> = fc.oneof(
  fc.record({ kind: kind('read'), offset, length }),
  fc.record({ kind: kind('read'), offset }),
  fc.record({
    kind: kind('stat', 'assert_exists', 'getxattrs', 'omap_get_header', 'list_watchers'),
  }),
  fc.record({
    kind: kind('checksum'),
    type: fc.constantFrom('crc32c', 'xxhash32', 'xxhash64'),
    length: fc.integer({ min: 1, max: 22 }),
    chunkSize: fc.nat(6),
    init: fc.bigInt(0n, 2n ** 32n - 1n),
  }),
  fc.record({ kind: kind('cmpext'), offset, expected: text }),
  fc.record({ kind: kind('getxattr'), name: fc.constantFrom(...XATTRS) }),
  fc.record({
    kind: kind('cmpxattr'),
    name: fc.constantFrom(...XATTRS),
    op: comparison,
    value: fc.oneof(text, u64),
  }),
  fc.record({ kind: kind('omap_get_keys'), after: key, max }),
  fc.record({ kind: kind('omap_get_vals'), after: key, prefix: key, max }),
  fc.record({ kind: kind('omap_get_vals_by_keys'), keys: fc.array(key, { maxLength: 4 }) }),
  fc.record({ kind: kind('omap_cmp'), key, op: comparison, value: text }),
  fc.record({
    kind: kind('exec'),
    cls: fc.constantFrom('hello', 'missing'),
    method: fc.constantFrom('say_hello', 'missing'),
    input: text,
  }),
  fc.record({ kind: kind('assert_version'), version: u64 }),
);

/**
 * Of erasure-coded objects, nothing behind the end is read sparsely: an OSD of Pacific that is asked
 * for it has no answer.
 */
const sparseRead: fc.Arbitrary<StepSpec> = fc.record({
  kind: kind('sparse_read'),
  offset,
  length,
});

/** An op of one to six steps on one of the objects that there are, or on one that is not there. */
export function anyReadCase(isReplicated: boolean): fc.Arbitrary<ReadCase> {
  const anyStep = isReplicated ? fc.oneof({ weight: 12, arbitrary: step }, sparseRead) : step;
  const withFlags = fc
    .tuple(anyStep, fc.boolean())
    .map(([one, failOk]): StepSpec => ({ ...one, failOk }));
  return fc.record(
    {
      oid: fc.constantFrom(...OIDS),
      steps: fc.array(withFlags, { minLength: 1, maxLength: 6 }),
      snap: fc.constantFrom(undefined, undefined, 1, 2, 3),
    },
    { requiredKeys: ['oid', 'steps'] },
  );
}
