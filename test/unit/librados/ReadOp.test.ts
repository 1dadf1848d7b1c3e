import { describe, expect, expectTypeOf, test } from 'vitest';
import { InvalidArgumentError, RadosError } from '../../../src/librados/RadosError.ts';
import { ReadOp } from '../../../src/librados/ReadOp.ts';
import type { ObjectStat } from '../../../src/librados/read_types.ts';
import { CEPH_OSD_OP_FLAG_FAILOK } from '../../../src/osd/rados.ts';
import type { OpReply } from '../../../src/osdc/Op.ts';
import { encodedStat } from '../../helpers/IoCtxFixture.ts';

const EMPTY = new Uint8Array(0);
const DATA = Uint8Array.of(1, 2, 3);
const ENODATA = 61;

function reply(outdata: readonly Uint8Array[], rvals: readonly number[], result = 0): OpReply {
  return { result, outdata, rvals, userVersion: 7 };
}

test('the results have the types of the steps', () => {
  const op = new ReadOp()
    .stat()
    .assertExists()
    .getXattr('a')
    .failOk()
    .checksum('xxhash64')
    .checksum('crc32c')
    .cmpXattr('a', 'eq', 1n)
    .omapGetKeys();
  expectTypeOf(op.decode).returns.toEqualTypeOf<
    [
      ObjectStat,
      Uint8Array | RadosError,
      bigint[],
      number[],
      { readonly keys: readonly string[]; readonly more: boolean },
    ]
  >();
});

describe('a step that may fail', () => {
  const op = new ReadOp().read().getXattr('a').failOk().stat();

  test('says so to the OSD, and the others do not', () => {
    expect(op.ops.map(({ flags }) => flags)).toEqual([0, CEPH_OSD_OP_FLAG_FAILOK, 0]);
  });

  test('has its result if it has not failed', () => {
    const [data, value, { size }] = op.decode(reply([DATA, DATA, encodedStat(5, 1, 2)], [0, 0, 0]));
    expect([data, value, size]).toEqual([DATA, DATA, 5]);
  });

  test('has an error for a result if it has', () => {
    const answer = reply([DATA, EMPTY, encodedStat(5, 1, 2)], [0, -ENODATA, 0]);
    const [, value, { size }] = op.decode(answer);
    expect(value).toBeInstanceOf(RadosError);
    expect(value).toMatchObject({ code: 'ENODATA', errno: -ENODATA });
    expect(size).toBe(5);
  });

  test('keeps its advice', () => {
    const advised = new ReadOp().read({ fadvise: ['random', 'willneed'] }).failOk();
    expect(advised.ops[0]?.flags).toBe(0x16);
  });

  test('has no result where it is a condition', () => {
    const condition = new ReadOp().cmpext(0, DATA).failOk().read();
    expect(condition.decode(reply([EMPTY, DATA], [-4095, 0]))).toEqual([DATA]);
  });

  test('must be there', () => {
    expect(() => new ReadOp().failOk()).toThrow(InvalidArgumentError);
  });
});

describe('the outcomes of an op that failed', () => {
  const op = new ReadOp().read().getXattr('a').failOk().stat().omapGetHeader();

  test('are those of its steps up to the one that failed', () => {
    const answer = reply([DATA, EMPTY, EMPTY, EMPTY], [0, -ENODATA, -22, 0], -22);
    expect(op.outcomes(answer)).toEqual([
      { rval: 0, result: DATA },
      { rval: -ENODATA, result: undefined },
      { rval: -22, result: undefined },
    ]);
  });

  test('are none if no step was begun', () => {
    expect(op.outcomes(reply([EMPTY, EMPTY, EMPTY, EMPTY], [0, 0, 0, 0], -2))).toEqual([]);
  });
});

test('a ReadOp that lists snapshots reads the directory of them', () => {
  expect(new ReadOp().listSnaps().isOfSnapDir).toBe(true);
  expect(new ReadOp().stat().isOfSnapDir).toBe(false);
});

test.each<[string, () => unknown]>([
  ['a sparse read without a length', () => new ReadOp().sparseRead(JSON.parse('{}'))],
  ['a negative length', () => new ReadOp().sparseRead({ length: -1 })],
  ['advice that is not known', () => new ReadOp().read(JSON.parse('{"fadvise":"soon"}'))],
  ['advice by a name of Object', () => new ReadOp().read(JSON.parse('{"fadvise":"toString"}'))],
  ['a checksum that is not known', () => new ReadOp().checksum(JSON.parse('"md5"'))],
  ['an init of 33 bits', () => new ReadOp().checksum('crc32c', { init: 2 ** 32 })],
  ['an init of 65 bits', () => new ReadOp().checksum('xxhash64', { init: 2n ** 64n })],
  ['a negative init', () => new ReadOp().checksum('crc32c', { init: -1 })],
  ['half an init', () => new ReadOp().checksum('crc32c', { init: 0.5 })],
  ['a chunk of 33 bits', () => new ReadOp().checksum('crc32c', { chunkSize: 2 ** 32 })],
  ['an attribute without a name', () => new ReadOp().getXattr(JSON.parse('null'))],
  ['a key that is a number', () => new ReadOp().omapGetValsByKeys(JSON.parse('[1]'))],
  ['a negative number of keys', () => new ReadOp().omapGetKeys({ maxReturn: -1 })],
  ['a comparison that is not known', () => new ReadOp().cmpXattr('a', JSON.parse('"is"'), 1n)],
  ['a number of 65 bits', () => new ReadOp().cmpXattr('a', 'eq', 2n ** 64n)],
  ['a value that is a text', () => new ReadOp().cmpXattr('a', 'eq', JSON.parse('"v"'))],
  ['a negative version', () => new ReadOp().assertVersion(-1n)],
  ['a version that is no bigint', () => new ReadOp().assertVersion(JSON.parse('5'))],
  ['a class of 256 bytes', () => new ReadOp().exec('é'.repeat(128), 'm')],
  ['input that is a text', () => new ReadOp().exec('c', 'm', JSON.parse('"in"'))],
])('%s throws where the step is made', (_what, make) => {
  expect(make).toThrow(InvalidArgumentError);
});
