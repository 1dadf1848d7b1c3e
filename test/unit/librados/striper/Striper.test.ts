import { describe, expect, test } from 'vitest';
import { ENOENT } from '../../../../src/common/errno.ts';
import { radosError } from '../../../../src/librados/RadosError.ts';
import { Striper, type StriperIoCtx } from '../../../../src/librados/striper/Striper.ts';

const UTF8 = new TextEncoder();
const LAYOUT = {
  'striper.layout.stripe_unit': '4',
  'striper.layout.stripe_count': '2',
  'striper.layout.object_size': '8',
  'striper.size': '20',
};

/** The objects of a striped object `s`, with these attributes; what was done, in order. */
function fake(
  attributes: Readonly<Record<string, string>>,
  objects: readonly string[],
): { ioctx: StriperIoCtx; done: string[] } {
  const done: string[] = [];
  const entries = Object.entries(attributes).map(([k, v]) => [k, UTF8.encode(v)] as const);
  const unused = (): never => {
    throw new Error('not used');
  };
  const ioctx: StriperIoCtx = {
    poolName: 'p',
    namespace: '',
    newCookie: () => 'cookie',
    getXattr: unused,
    getXattrs: async () => new Map(entries),
    operateRead: async (oid, op) => {
      done.push(`${op.ops.length} steps on ${oid}`);
      return Object.assign(op.decode({ result: 0, outdata: [], rvals: [], userVersion: 1 }), {
        version: 1n,
        rvals: [],
      });
    },
    execute: async (_oid, cls, method) => {
      done.push(`${cls}.${method}`);
      return new Uint8Array();
    },
    read: async (oid, { offset = 0, length = 0 } = {}) => {
      const bytes = objects[Number.parseInt(oid.slice('s.'.length), 16)];
      done.push(`read ${oid} ${offset}~${length}`);
      if (bytes === undefined) throw radosError(ENOENT);
      return UTF8.encode(bytes).subarray(offset, offset + length);
    },
  };
  return { ioctx, done };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString().replaceAll('\0', '.');

describe('a striped object', () => {
  test('is read with one read of each object, between lock and unlock', async () => {
    const { ioctx, done } = fake(LAYOUT, ['aaaacccc', 'bbbbdddd', 'eeee']);
    expect(text(await new Striper(ioctx).read('s'))).toBe('aaaabbbbccccddddeeee');
    expect(done).toEqual([
      '2 steps on s.0000000000000000',
      'read s.0000000000000000 0~8',
      'read s.0000000000000001 0~8',
      'read s.0000000000000002 0~4',
      'lock.unlock',
    ]);
  });

  test('is zeros where its objects are short or not there', async () => {
    const { ioctx } = fake(LAYOUT, ['aaaacc']);
    expect(text(await new Striper(ioctx).read('s'))).toBe('aaaa....cc..........');
  });

  test('ends at its size, whatever is asked for', async () => {
    const { ioctx } = fake(LAYOUT, ['aaaacccc', 'bbbbdddd', 'eeeegggg']);
    const striper = new Striper(ioctx, { lock: false });
    expect(text(await striper.read('s', { offset: 18, length: 99 }))).toBe('ee');
    expect(text(await striper.read('s', { offset: 20 }))).toBe('');
    expect(text(await striper.read('s', { offset: 1000, length: 5 }))).toBe('');
  });

  test('is unlocked when the answer to the lock was not waited for', async () => {
    const { ioctx, done } = fake(LAYOUT, []);
    const reason = new Error('enough');
    const failing = { ...ioctx, operateRead: () => Promise.reject(reason) };
    await expect(new Striper(failing).read('s')).rejects.toBe(reason);
    expect(done).toEqual(['lock.unlock']);
  });

  test.each([
    ['no size', { ...LAYOUT, 'striper.size': undefined }, 'ENOENT'],
    ['no layout', { 'striper.size': '1' }, 'ENOENT'],
    ['a size that is none', { ...LAYOUT, 'striper.size': '1e3' }, 'EINVAL'],
    ['a size below 0', { ...LAYOUT, 'striper.size': '-1' }, 'EINVAL'],
    ['a size above 2^53', { ...LAYOUT, 'striper.size': '9'.repeat(17) }, 'EINVAL'],
    ['no size at all', { ...LAYOUT, 'striper.size': '' }, 'EINVAL'],
    ['stripes of nothing', { ...LAYOUT, 'striper.layout.stripe_unit': '0' }, 'EINVAL'],
    ['no stripes', { ...LAYOUT, 'striper.layout.stripe_count': '0' }, 'EINVAL'],
    ['objects of nothing', { ...LAYOUT, 'striper.layout.object_size': '0' }, 'EINVAL'],
    ['objects of half a stripe', { ...LAYOUT, 'striper.layout.object_size': '6' }, 'EINVAL'],
    ['more bytes than fit', { ...LAYOUT, 'striper.size': `${2 ** 40}` }, 'EOVERFLOW'],
    ['more pieces than make sense', { ...LAYOUT, 'striper.size': `${2 ** 24}` }, 'EOVERFLOW'],
  ])('with %s is refused, and not left locked', async (_what, attributes, code) => {
    const given = Object.entries(attributes).filter((one): one is [string, string] => {
      return one[1] !== undefined;
    });
    const { ioctx, done } = fake(Object.fromEntries(given), []);
    await expect(new Striper(ioctx).read('s')).rejects.toMatchObject({ code });
    expect(done.at(-1)).toBe('lock.unlock');
  });
});
