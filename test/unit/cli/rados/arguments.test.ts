import { describe, expect, test } from 'vitest';
import { withoutOtherOptions } from '../../../../src/cli/ceph/other_options.ts';
import { ToolExit } from '../../../../src/cli/ceph/ToolExit.ts';
import { parseArguments } from '../../../../src/cli/rados/arguments.ts';
import { withFormatOption } from '../../../../src/cli/rados/dash_f.ts';
import { interpretOptions } from '../../../../src/cli/rados/options.ts';

function parse(line: string): [Record<string, string>, readonly string[]] {
  const { options, command } = parseArguments(withFormatOption(line.split(' ')));
  return [Object.fromEntries(options), command];
}

describe('a line of rados is taken apart as by the original', () => {
  test.each([
    ['-p rep ls --all', { pool: 'rep', all: '' }, ['ls']],
    ['ls --pool=rep', { pool: 'rep' }, ['ls']],
    ['-p=rep stat x', { pool: 'rep' }, ['stat', 'x']],
    [
      '--object_locator k --run-name=a=b get',
      { 'object-locator': 'k', 'run-name': 'a=b' },
      ['get'],
    ],
    ['stat -- -p rep', {}, ['stat', '-p', 'rep']],
    ['-f json ls', { format: 'json' }, ['ls']],
    ['-f plain ls', {}, ['plain', 'ls']],
    ['ls -f', {}, ['ls']],
    ['ls -- -f json', {}, ['ls', '-f', 'json']],
    ['-prep ls', {}, ['-prep', 'ls']],
    ['ls --bogus', {}, ['ls', '--bogus']],
  ])('%s', (line, options, command) => {
    expect(parse(line)).toEqual([options, command]);
  });

  test('a missing value ends it', () => {
    expect(() => parse('ls -p')).toThrow(new ToolExit(1, '', 'Option -p requires an argument.\n'));
  });
});

test('options of logs and privileges are passed over, with their values', () => {
  const line = '--debug-ms 1 ls --log_to_stderr --setuser=x --no-mon-config -- --debug_ms';
  expect(withoutOtherOptions(line.split(' '))).toEqual(['ls', '--', '--debug_ms']);
});

describe('what options say', () => {
  test('nothing is 4 MiB at once, 16 reads, no pool', () => {
    expect(interpretOptions(new Map())).toMatchObject({
      pool: undefined,
      opSize: 4 << 20,
      concurrentIos: 16,
      verify: true,
      allNamespaces: false,
    });
  });

  test('a namespace, or --default, counts before --all', () => {
    const all = [['all', '']] as const;
    expect(interpretOptions(new Map(all)).allNamespaces).toBe(true);
    expect(interpretOptions(new Map([...all, ['default', '']])).allNamespaces).toBe(false);
    expect(interpretOptions(new Map([...all, ['namespace', '']])).allNamespaces).toBe(false);
  });

  test('sizes are of 32 bits, as in the original', () => {
    expect(interpretOptions(new Map([['block-size', '5G']])).opSize).toBe(2 ** 30);
  });

  test('the first number that is none is told, in the order of the original', () => {
    const options = new Map([
      ['snapid', 'x'],
      ['block-size', '1KiB'],
    ]);
    const said = 'Invalid value for block-size: strict_iecstrtoll: illegal prefix (length > 2)\n';
    expect(() => interpretOptions(options)).toThrow(said);
  });
});
