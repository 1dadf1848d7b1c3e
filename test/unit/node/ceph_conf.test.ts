import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCephArgs } from '../../../src/common/ceph_argparse.ts';
import { ConfigError } from '../../../src/common/config.ts';
import { InvalidArgumentError, Rados } from '../../../src/index.ts';
import { type CephConf, type CephConfOptions, readCephConf } from '../../../src/node/ceph_conf.ts';

const KEY = 'AQBnTQxpAAAAABAAGmZvb2JhcmJhemZvb2Jhcg==';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'radosim-conf-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

function read(options: CephConfOptions, env: Record<string, string> = {}): CephConf {
  return readCephConf(options, { HOME: dir, ...env });
}

function args(...words: string[]): CephConfOptions {
  return { args: parseCephArgs(words, 'command line') };
}

describe('the file', () => {
  test('is the one that is named', () => {
    const confFile = file('c.conf', '[global]\nmon host = $cluster\n');
    expect(read({ confFile })).toMatchObject({ name: 'client.admin', conf: { mon_host: 'c' } });
  });

  test('is the first there is of several', () => {
    const confFile = `${join(dir, 'none.conf')}, ${file('b.conf', '[client]\nmon host = b\n')}`;
    expect(read({ confFile }).conf).toEqual({ mon_host: 'b' });
  });

  test('has the cluster in its name', () => {
    file('east.conf', '[global]\nmon host = $cluster\n');
    expect(read({ confFile: join(dir, '$cluster.conf'), cluster: 'east' }).conf).toEqual({
      mon_host: 'east',
    });
  });

  test('is CEPH_CONF, of the cluster ceph', () => {
    const env = { CEPH_CONF: file('x.conf', '[global]\nmon host = $cluster\n') };
    expect(read({}, env).conf).toEqual({ mon_host: 'ceph' });
  });

  test('is found in the home directory', () => {
    mkdirSync(join(dir, '.ceph'));
    file('.ceph/radosim-test.conf', '[global]\nmon host = h\n');
    expect(read({ cluster: 'radosim-test' }).conf).toEqual({ mon_host: 'h' });
  });

  test('need not be there if none was named', () => {
    expect(read({ cluster: 'radosim-none' }).conf).toEqual({});
  });

  test.each([
    ['that is not there', () => join(dir, 'none.conf'), 'there is no such file'],
    ['that is a folder', () => dir, 'EISDIR'],
    ['that is no ceph.conf', () => file('c.conf', '[global]\nfoo'), 'c.conf:2: conf: parse error'],
    [
      'with a wrong value',
      () => file('c.conf', '[global]\nms_crc_data=x\n'),
      'c.conf:2: ms_crc_data',
    ],
  ])('%s is refused', (_what, path, message) => {
    const confFile = path();
    expect(() => read({ confFile })).toThrow(ConfigError);
    expect(() => read({ confFile })).toThrow(message);
  });

  test('that is no UTF-8 is refused', () => {
    const confFile = join(dir, 'c.conf');
    writeFileSync(confFile, Uint8Array.of(0x5b, 0xff, 0x5d));
    expect(() => read({ confFile })).toThrow(ConfigError);
  });
});

describe('what counts before what', () => {
  const conf = '[global]\nmon host = of the file\nms_type = simple\nobjecter_timeout = 1\n';

  test('CEPH_ARGS before the file, and a command line before that', () => {
    const env = { CEPH_ARGS: '--ms_type async  --objecter-timeout=2' };
    const options = { confFile: file('c.conf', conf), ...args('--objecter_timeout', '3') };
    expect(read(options, env).conf).toEqual({
      mon_host: 'of the file',
      ms_type: 'async',
      objecter_timeout: 3,
    });
  });

  test('an option before a command line, and that before CEPH_ARGS, say who we are', () => {
    const env = { CEPH_ARGS: '--id env', CEPH_CONF: file('c.conf', conf) };
    expect(read({}, env).name).toBe('client.env');
    expect(read(args('-n', 'client.line'), env).name).toBe('client.line');
    expect(read({ name: 'client.said', ...args('--id', 'line') }, env).name).toBe('client.said');
  });

  test('-c of CEPH_ARGS before CEPH_CONF', () => {
    const env = {
      CEPH_ARGS: `-c ${file('a.conf', '[global]\nmon host = a\n')}`,
      CEPH_CONF: file('b.conf', '[global]\nmon host = b\n'),
    };
    expect(read({}, env).conf).toEqual({ mon_host: 'a' });
  });
});

describe('the key', () => {
  test('is in the first keyring that there is', () => {
    const keyring = file('c.client.joe.keyring', '');
    const confFile = file(
      'c.conf',
      `[client]\nkeyring = ${dir}/no,${dir}/$cluster.$name.keyring\n`,
    );
    expect(read({ confFile, name: 'client.joe' })).toEqual({
      name: 'client.joe',
      conf: {},
      keyring,
    });
  });

  test('is in CEPH_KEYRING rather than in the keyring of the file', () => {
    const confFile = file('c.conf', `[client]\nkeyring = ${file('a', '')}\n`);
    const keyring = file('b', '');
    expect(read({ confFile }, { CEPH_KEYRING: keyring })).toMatchObject({ keyring });
  });

  test('may be in the configuration, or in a file of its own', () => {
    const keyfile = file('key', `${KEY}\n`);
    expect(read({ confFile: file('a.conf', `[client]\nkey = ${KEY}\n`) }).key).toBe(KEY);
    expect(read({ confFile: file('b.conf', `[client]\nkeyfile = ${keyfile}\n`) }).key).toBe(KEY);
  });

  test('is no option that could be printed', () => {
    const confFile = file('c.conf', `[client]\nkey = ${KEY}\nms_type = simple\n`);
    expect(read({ confFile }).conf).toEqual({ ms_type: 'simple' });
  });
});

describe('a client', () => {
  test('is told that no monitor is named', async () => {
    const conf = { mon_dns_srv_name: 'no-such-service_invalid' };
    const connecting = Rados.connect({ confFile: '/dev/null', conf });
    await expect(connecting).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(connecting).rejects.toThrow('no mon_host');
  });

  test('is told which line of its configuration is wrong', async () => {
    const confFile = file('c.conf', '[global]\nmon host = 127.0.0.1:1\nms_crc_data = maybe\n');
    const connecting = Rados.connect({ confFile });
    await expect(connecting).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(connecting).rejects.toThrow("c.conf:3: ms_crc_data: 'maybe' is not");
  });

  test('prefers what the program says to what is configured', async () => {
    const confFile = file('c.conf', `[client]\nmon host = no!\nms_type = no\nkey = ${KEY}\n`);
    const connecting = Rados.connect({
      confFile,
      monHost: 'v1:127.0.0.1:1',
      conf: { ms_type: 'simple' },
      timeout: 50,
    });
    await expect(connecting).rejects.toThrow(/v1:127\.0\.0\.1:1\/0 .*ECONNREFUSED/);
  });
});
