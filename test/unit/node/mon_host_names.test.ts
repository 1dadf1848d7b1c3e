import { describe, expect, test } from 'vitest';
import { InvalidArgumentError, TimedOut } from '../../../src/index.ts';
import { resolveNames } from '../../../src/node/mon_host_names.ts';

const HOSTS = new Map([
  ['one', ['10.0.0.1']],
  ['two.example', ['10.0.0.2', 'fe80::2']],
]);

function lookUp(name: string): Promise<string[]> {
  const addresses = HOSTS.get(name);
  return addresses === undefined
    ? Promise.reject(new Error('ENOTFOUND'))
    : Promise.resolve(addresses);
}

function never(): Promise<string[]> {
  return new Promise(() => undefined);
}

describe('names of monitors', () => {
  test.each([
    ['one', '10.0.0.1'],
    ['v1:one:6789', 'v1:10.0.0.1:6789'],
    ['two.example:3300', '10.0.0.2:3300,[fe80::2]:3300'],
    ['one, two.example;10.0.0.3', '10.0.0.1, 10.0.0.2,[fe80::2];10.0.0.3'],
    ['[v2:one:3300/0,v1:one:6789/0]', '[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0]'],
    ['[v2:two.example:3300,v1:two.example:6789]', '[v2:10.0.0.2:3300,v1:10.0.0.2:6789]'],
  ])('%s is %s', async (monHost, expected) => {
    expect(await resolveNames(monHost, {}, lookUp)).toBe(expected);
  });

  test.each([
    '10.0.0.1',
    'v1:10.0.0.1:6789/0',
    '[fe80::1]:6789',
    'v2:[fe80::1]',
    '[v2:[2001:db8::1]:3300,v1:[2001:db8::1]:6789]',
    '[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0] [v2:10.0.0.2:3300/0,v1:10.0.0.2:6789/0]',
  ])('%s has none', async (monHost) => {
    expect(await resolveNames(monHost, {}, lookUp)).toBe(monHost);
  });

  test('that nobody knows are told', async () => {
    const failed = resolveNames('one,three', {}, lookUp);
    await expect(failed).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(failed).rejects.toThrow("no address of 'three': ENOTFOUND");
  });

  test('are not waited for longer than is said', async () => {
    await expect(resolveNames('one', { timeout: 1 }, never)).rejects.toBeInstanceOf(TimedOut);
  });

  test('are not waited for once the call is aborted', async () => {
    const aborter = new AbortController();
    const resolving = resolveNames('one', { signal: aborter.signal }, never);
    const reason = new Error('enough');
    aborter.abort(reason);
    await expect(resolving).rejects.toBe(reason);
    await expect(resolveNames('one', { signal: aborter.signal }, never)).rejects.toBe(reason);
  });
});
