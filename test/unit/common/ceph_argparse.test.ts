import { describe, expect, test } from 'vitest';
import { parseCephArgs } from '../../../src/common/ceph_argparse.ts';
import { ConfigError } from '../../../src/common/config.ts';

function settings(...args: string[]): Record<string, string> {
  const { settings } = parseCephArgs(args, 'CEPH_ARGS');
  return Object.fromEntries([...settings].map(([key, { value }]) => [key, value]));
}

describe('arguments', () => {
  test.each([
    [['-m', 'h'], { mon_host: 'h' }],
    [['--mon-host=h'], { mon_host: 'h' }],
    [['--mon_host', 'h'], { mon_host: 'h' }],
    [['-k', 'f'], { keyring: 'f' }],
    [['-K', 'f'], { keyfile: 'f' }],
    [['--client_mount_timeout', '4'], { client_mount_timeout: '4' }],
    [['--client-mount-timeout=a=b'], { client_mount_timeout: 'a=b' }],
    [['--ms_crc_data', 'x'], { ms_crc_data: 'true' }],
    [['--ms-crc-data=false'], { ms_crc_data: 'false' }],
    [['--no-ms-crc-data'], { ms_crc_data: 'false' }],
    [['-m', 'a', '-m', 'b'], { mon_host: 'b' }],
  ])('%j', (args, expected) => {
    expect(settings(...args)).toEqual(expected);
  });

  test('say which file, which cluster and who', () => {
    expect(parseCephArgs(['-c', 'f', '--cluster', 'c', '-n', 'client.a'], '')).toMatchObject({
      confFile: 'f',
      cluster: 'c',
      name: 'client.a',
    });
    expect(parseCephArgs(['--conf=f', '--id', 'b'], '')).toMatchObject({
      confFile: 'f',
      name: 'client.b',
    });
  });

  test('that are of something else are left, in their order', () => {
    const { rest } = parseCephArgs(['-p', 'pool', '-m', 'h', 'get', '--', '-m', 'x'], '');
    expect(rest).toEqual(['-p', 'pool', 'get', '--', '-m', 'x']);
  });

  test('of one letter take no value without a blank', () => {
    expect(parseCephArgs(['-mhost'], '').rest).toEqual(['-mhost']);
  });

  test('without their value are refused', () => {
    expect(() => parseCephArgs(['-m'], 'CEPH_ARGS')).toThrow(ConfigError);
  });
});
