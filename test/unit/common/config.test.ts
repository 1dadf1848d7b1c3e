import { describe, expect, test } from 'vitest';
import { ConfFile } from '../../../src/common/ConfFile.ts';
import { Config, ConfigError, type Settings, settingsFor } from '../../../src/common/config.ts';
import { OPTION_DEFAULTS } from '../../../src/common/options.ts';

const SELF = {
  cluster: 'east',
  type: 'client',
  id: 'joe',
  host: 'box',
  home: '/home/joe',
  pid: 42,
};

function fromFile(text: string): Settings {
  return settingsFor(ConfFile.parse(text), 'east.conf', SELF);
}

function config(...lines: string[]): Config {
  return new Config(SELF, [fromFile(`[global]\n${lines.map((line) => `${line}\n`).join('')}`)]);
}

function said(key: string, value: string): Settings {
  return new Map([[key, { value, where: 'here' }]]);
}

describe('sections', () => {
  test('our own counts before that of clients, and that before global', () => {
    const settings = fromFile(
      '[client.joe]\na = 1\n[global]\na = 3\nb = 3\nc = 3\n[client]\na = 2\nb = 2\n[client.al]\na = 4\n',
    );
    expect([...settings].map(([key, { value }]) => [key, value])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });

  test('a later source counts before an earlier one', () => {
    const sources = [said('ms_type', 'simple'), said('ms_type', 'async')];
    expect(new Config(SELF, sources).options()).toEqual({ ms_type: 'async' });
  });
});

describe('variables', () => {
  test.each([
    ['$cluster', 'east'],
    ['$name', 'client.joe'],
    ['$type.$id$num', 'client.joejoe'],
    ['$home/$host.$pid', '/home/joe/box.42'],
    [`\${name}x`, 'client.joex'],
    ['$ms_type+$objecter_inflight_ops', 'async+1024'],
    [`$nothing \${nothing} $ $X`, `$nothing \${nothing} $ $X`],
    ['a${name', 'a$'],
    [
      '$keyring',
      '/etc/ceph/east.client.joe.keyring,/etc/ceph/east.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin,',
    ],
  ])('%s is %s', (text, expected) => {
    expect(config(`mon host = ${text}`).options().mon_host).toBe(expected);
  });

  test('host may be set', () => {
    expect(config('host = den', 'mon host = $host').options().mon_host).toBe('den');
  });

  test('options that are made of each other are refused', () => {
    const circle = config('mon host = $ms_type', 'ms_type = $mon_host');
    expect(() => circle.options()).toThrow('$mon_host → $ms_type → $mon_host');
  });
});

describe('values', () => {
  test.each([
    ['client_mount_timeout', '5m', 300],
    ['client_mount_timeout', '1h 30min', 5400],
    ['client_mount_timeout', '5m10', 310],
    ['objecter_tick_interval', '1.5', 1.5],
    ['objecter_tick_interval', '1e3', 1000],
    ['objecter_inflight_ops', '1K', 1000],
    ['objecter_inflight_op_bytes', '64M', 67_108_864],
    ['objecter_inflight_op_bytes', '1Ki', 1024],
    ['objecter_inflight_op_bytes', '1KB', 1024],
    ['objecter_inflight_op_bytes', '7B', 7],
    ['ms_crc_data', 'False', false],
    ['ms_crc_data', '0', false],
    ['ms_crc_data', '2', true],
    ['ms_type', 'simple', 'simple'],
  ])('%s = %s is %j', (key, text, value) => {
    expect(config(`${key} = ${text}`).options()).toEqual({ [key]: value });
  });

  test.each([
    ['client_mount_timeout', '1.5'],
    ['client_mount_timeout', '5 10'],
    ['client_mount_timeout', '5 parsecs'],
    ['objecter_tick_interval', '5m'],
    ['objecter_tick_interval', '1e999'],
    ['objecter_inflight_ops', ''],
    ['objecter_inflight_ops', '-1'],
    ['objecter_inflight_ops', '20E'],
    ['objecter_inflight_ops', '1KB'],
    ['objecter_inflight_op_bytes', '1k'],
    ['objecter_inflight_op_bytes', '1.5K'],
    ['ms_crc_data', 'yes'],
  ])('%s = %s is refused with its place', (key, text) => {
    const wrong = config('', `${key} = ${text}`);
    expect(() => wrong.options()).toThrow(ConfigError);
    expect(() => wrong.options()).toThrow(`east.conf:3: ${key}: `);
  });

  test('keys that nobody knows are passed over', () => {
    expect(config('osd journal size = 100', 'foo = bar').options()).toEqual({});
  });

  test('every option takes its own default', () => {
    const lines = Object.entries(OPTION_DEFAULTS).map(([key, value]) => `${key} = ${value}`);
    expect(config(...lines).options()).toEqual(OPTION_DEFAULTS);
  });
});
