import { expect, test } from 'vitest';
import { ENOENT, ETIMEDOUT } from '../../../src/common/errno.ts';
import {
  ObjectNotFound,
  RadosError,
  radosError,
  TimedOut,
} from '../../../src/librados/RadosError.ts';

test('an errno decides the class, the code and the name', () => {
  const error = radosError(ENOENT);
  expect(error).toBeInstanceOf(ObjectNotFound);
  expect(error).toMatchObject({ name: 'ObjectNotFound', code: 'ENOENT', errno: -2 });
  expect(radosError(-ETIMEDOUT)).toBeInstanceOf(TimedOut);
});

test('an errno without a class or a name of its own still has a number', () => {
  const error = radosError(-133);
  expect(error.constructor).toBe(RadosError);
  expect(error).toMatchObject({ code: 'E133', errno: -133 });
});

test('the message says what failed, how and where', () => {
  const error = radosError(ENOENT, {
    syscall: 'read',
    oid: 'obj1',
    pool: 'p',
    namespace: 'ns',
    pgid: '1.7',
    osd: 2,
    epoch: 17,
    attempts: 1,
    reason: 'gone',
  });
  expect(error.message).toBe(
    "read 'obj1' in 'p/ns': ENOENT: gone (pg 1.7, osd.2, epoch 17, attempts 1)",
  );
});

test('what is not known is not said', () => {
  expect(radosError(ETIMEDOUT, { syscall: 'connect' }).message).toBe('connect: ETIMEDOUT');
});

test('a cause is kept', () => {
  const cause = new Error('first');
  expect(radosError(ENOENT, { cause }).cause).toBe(cause);
  expect('cause' in radosError(ENOENT)).toBe(false);
});

test('is() knows its own from others', () => {
  expect(RadosError.is(radosError(ENOENT))).toBe(true);
  expect(RadosError.is(radosError(ENOENT), 'ENOENT')).toBe(true);
  expect(RadosError.is(radosError(ENOENT), 'EIO')).toBe(false);
  expect(RadosError.is(Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT')).toBe(false);
});
