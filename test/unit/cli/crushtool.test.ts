import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crushtool } from '../../../src/cli/crushtool.ts';

const GOLDEN = fileURLToPath(new URL('../../wire/golden/crush/', import.meta.url));
const MIXED = join(GOLDEN, 'mixed.crushmap');
const CLUSTER = join(GOLDEN, 'cluster.crushmap');

function run(...args: string[]): { code: number; stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  const code = crushtool(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

function golden(name: string): string {
  return readFileSync(join(GOLDEN, name), 'utf8');
}

function says(args: string[], stdout: string): void {
  expect(run(...args)).toEqual({ code: 0, stdout, stderr: '' });
}

function refuses(args: string[], stderr: string, code = 1): void {
  expect(run(...args)).toEqual({ code, stdout: '', stderr });
}

describe('what the original prints', () => {
  test('as a text', () => says(['-d', MIXED], golden('mixed.decompiled.txt')));

  test('as a tree', () => says(['-i', MIXED, '--tree'], golden('mixed.tree.txt')));

  test('as JSON', () => says(['-i', MIXED, '--dump'], golden('mixed.dump.json')));

  test('as mappings', () => {
    const range = ['--min-x', '0', '--max-x', '99', '--num-rep', '4'];
    const weights = ['--weight', '3', '0.5', '--weight', '13', '0'];
    const args = ['-i', MIXED, '--test', '--show-mappings', ...range, ...weights];
    says(args, golden('mixed.mappings'));
  });

  test('as utilization', () => {
    const args = ['-i', MIXED, '--test', '--show-utilization', '--num-rep', '3'];
    says(args, golden('mixed.utilization.txt'));
  });

  test('as tries', () => {
    const args = ['-i', CLUSTER, '--test', '--show-choose-tries', '--num-rep', '3'];
    says(args, golden('cluster.choose_tries.txt'));
  });

  test('as a location', () => {
    says(['-i', MIXED, '--show-location', '3'], 'host\tuniform\nroot\tdefault\n');
  });

  test('as the devices below a bucket', () => {
    says(['-i', MIXED, '--bucket-tree', '--bucket-name', 'tree'], 'osd.7\nosd.8\nosd.9\n');
  });

  test('of bad mappings', () => {
    const args = ['-i', CLUSTER, '--test', '--show-bad-mappings', '--x', '0', '--num-rep', '4'];
    says(args, 'bad mapping rule 0 x 0 num_rep 4 result [0,2,1]\n');
  });

  test('with the seeds of a pool', () => {
    const args = ['-i', CLUSTER, '--test', '--show-mappings', '--pool-id', '1', '--x', '1'];
    says([...args, '--num-rep', '3'], 'CRUSH rule 0 x 1 [2,0,1]\n');
  });
});

describe('a map is checked', () => {
  test('for ids that are too large', () => {
    const answer = run('-i', MIXED, '--check', '3');
    expect(answer).toEqual({ code: 1, stdout: 'item id too large: item#4\n', stderr: '' });
  });

  test('and nothing is said if all is well', () => says(['-i', MIXED, '--check', '17'], ''));

  test('against another', () => {
    expect(run('-i', CLUSTER, '--compare', CLUSTER).stdout).toBe(
      'rule 0 had 0/10240 mismatched mappings (0)\nmaps appear equivalent\n',
    );
    const { code, stderr } = run('-i', CLUSTER, '--compare', join(GOLDEN, 'simple.crushmap'));
    expect([code, stderr]).toEqual([1, 'warning: maps are NOT equivalent\n']);
  });
});

describe('a map is written', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'crushtool-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });
  const out = (): string => join(dir, 'map');

  test('from a text', () => {
    says(['-c', join(GOLDEN, 'mixed.txt'), '-o', out()], '');
    expect(readFileSync(out()).equals(readFileSync(MIXED))).toBe(true);
  });

  test('from layers', () => {
    const layers = ['host', 'straw2', '4', 'rack', 'straw2', '4', 'root', 'straw2', '0'];
    says(['--build', '--num_osds', '64', ...layers, '-o', out()], '');
    expect(readFileSync(out()).equals(readFileSync(join(GOLDEN, 'deep.crushmap')))).toBe(true);
  });

  test('with other tunables', () => {
    says(['-i', CLUSTER, '--set-choose-total-tries', '7', '-o', out()], '');
    expect(run('-d', out()).stdout).toContain('\ntunable choose_total_tries 7\n');
  });

  test('a tunable below 0 changes nothing, and one that is no number is 1', () => {
    says(['-i', MIXED, '--set-choose-total-tries', '-7'], '');
    const file = out();
    run('-i', MIXED, '--set-choose-total-tries', 'x', '-o', file);
    expect(run('-d', file).stdout).toContain('tunable choose_total_tries 1\n');
  });

  test('nowhere, where no file is named', () => {
    const text = "successfully built or modified map.  Use '-o <file>' to write it out.";
    says(['-c', join(GOLDEN, 'mixed.txt')], `crushtool ${text}\n`);
  });
});

describe('what the original refuses is refused with its words:', () => {
  test('no arguments', () => refuses([], 'crushtool: -h or --help for usage\n'));

  test('nothing to do', () => refuses(['-i', MIXED], 'no action specified; -h for help\n'));

  test('a file that is not there', () => {
    const reason = "can't open nofile: (2) No such file or directory";
    refuses(['-i', 'nofile', '--tree'], `crushtool: error reading 'nofile': ${reason}\n`);
  });

  test('a file that is no map', () => {
    const file = join(GOLDEN, 'mixed.txt');
    refuses(['-i', file, '--tree'], `crushtool: unable to decode ${file}\n`);
  });

  test('a text that is not there', () => {
    refuses(['-c', 'nofile'], 'input file nofile not found\n', 254);
  });

  test('a text that is no map', () => {
    const { code, stderr } = run('-c', join(GOLDEN, 'SOURCE.md'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^\/.*SOURCE.md:\d+ error: parse error/),
    ]);
  });

  test('arguments that mean nothing', () => {
    refuses(['-i', MIXED, '--tree', 'a', 'b'], 'unrecognized arguments: [a,b]\n');
  });

  test('a number that is none', () => {
    refuses(['--rule', 'x'], "The option value 'x' is invalid\n");
    refuses(['--rule', '2.5'], "Expected option value to be integer, got '2.5'\n");
  });

  test('an option without its value', () => {
    refuses(['-o'], 'Option -o requires an argument.\n');
    refuses(['--rule'], 'Option --rule requires an argument.\n\n');
    refuses(['--weight', '3'], 'expecting additional argument to --weight\n');
  });

  test('two things at once', () => {
    const text = 'cannot specify more than one of compile, decompile, and build\n';
    refuses(['-c', 'a', '-d', 'b'], text);
  });

  test('layers that make no sense', () => {
    refuses(['--build'], 'crushtool: must specify at least one layer\n');
    refuses(['--build', '--num_osds', '3', 'host', 'foo', '0'], "unknown bucket type 'foo'\n");
    refuses(['--build', 'host', 'straw2', '0'], 'root item host does not exist');
  });
});

test('what only the original can do is refused plainly', () => {
  refuses(['-i', MIXED, '--simulate'], 'crushtool: --simulate is only in the original\n');
  refuses(
    ['-i', MIXED, '--dump', '-f', 'table'],
    'crushtool: --format table is only in the original\n',
  );
});

test('a weight that an int has no room for is 0', () => {
  const mapped = (weight: string) =>
    run('-i', MIXED, '--test', '--show-mappings', '--num-rep', '3', '--weight', '0', weight).stdout;
  expect(mapped('1e9')).toBe(mapped('0'));
  expect(mapped('32767')).toBe(mapped('1'));
});

test.each([
  ['99999999999', "The option value '99999999999' seems to be invalid\n"],
  ['0x3', "The option value '0x3' is invalid\n"],
  ['', "Expected option value to be integer, got ''\n"],
  ['-x', 'Missing option value\n'],
])('a number is refused with the words of the original: %j', (number, text) => {
  refuses(['-i', MIXED, '--test', '--max-x', number], text);
});

test('a file whose name is too long is refused', () => {
  const name = 'n'.repeat(300);
  const reason = `error reading '${name}': can't open ${name}: (36) File name too long`;
  refuses(['-i', name, '--tree'], `crushtool: ${reason}\n`);
});

test('help is given', () => {
  expect(run('-h').stdout).toMatch(/^usage: crushtool /);
});
