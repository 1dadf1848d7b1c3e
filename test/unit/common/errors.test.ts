import { expect, test } from 'vitest';
import { AssertionError, assert, DecodeError, ProtocolError } from '../../../src/common/errors.ts';

test('a DecodeError says what was wrong, where', () => {
  const error = new DecodeError('pg_t.pool', 7, '3 bytes wanted, 2 left');
  expect(String(error)).toBe('DecodeError: pg_t.pool at offset 7: 3 bytes wanted, 2 left');
});

test('a ProtocolError names peer, state and field, and keeps its cause', () => {
  const cause = new DecodeError('pg_t', 7, 'x');
  const where = { peer: 'v1:10.0.0.1:6789/0', state: 'OPEN', field: 'front', offset: 7 };
  const error = new ProtocolError(where, 'cannot be read', { cause });
  expect(error.message).toBe('v1:10.0.0.1:6789/0 (OPEN): front at offset 7: cannot be read');
  expect(error.cause).toBe(cause);
});

test('a ProtocolError may be of no offset', () => {
  const error = new ProtocolError({ peer: 'p', state: 's', field: 'tag' }, 'is 99');
  expect(error.message).toBe('p (s): tag: is 99');
  expect(error.offset).toBeUndefined();
});

test('assert throws for what does not hold', () => {
  expect(() => assert(false, 'it holds')).toThrow(AssertionError);
});

test('assert is silent for what holds', () => {
  assert(true, 'it holds');
});
