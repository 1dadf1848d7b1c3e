import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeProgram } from '../../../src/cli/program.ts';
import { UsageError } from '../../../src/cli/UsageError.ts';

let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'radosim-program-'));
  await writeFile(join(dir, 'a'), 'one');
  await writeFile(join(dir, 'b'), '');
  await writeFile(join(dir, 'c'), new Uint8Array(300_000).fill(7));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

/** What a command prints on its standard output. */
async function run(...args: string[]): Promise<string> {
  vi.restoreAllMocks();
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const program = makeProgram()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const command of program.commands) command.copyInheritedSettings(program);
  await program.parseAsync(args, { from: 'user' });
  return log.mock.calls.map(([text]) => `${text}\n`).join('');
}

describe('demo', () => {
  test.each([[], ['--tcp'], ['--ms_type', 'simple'], ['--ms_type', 'xio']])(
    'ends with what was read back identical %s',
    async (...flags) => {
      const lines = (await run('demo', dir, ...flags)).trimEnd().split('\n');
      expect(lines.at(-1)).toBe('3 objects, 300003 bytes read back identical');
    },
  );

  test('shows the journey from the call to the OSD and back', async () => {
    const text = await run('demo', dir);
    const steps = ['IoCtx.operateRead', 'Objecter.calcTarget', 'MockOSD.doOp', 'Objecter.finishOp'];
    const places = steps.map((step) => text.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('counts as many reads at the OSDs as there are objects', async () => {
    const report = JSON.parse(await run('demo', dir, '--json'));
    const reads: number[] = Object.values(report.reads);
    expect(reads.reduce((sum, n) => sum + n, 0)).toBe(3);
    expect(report.counters.objecter.op_r).toBe(3);
  });

  test('gives the same JSON for the same seed and files, another for another seed', async () => {
    const first = await run('demo', dir, '--json', '--seed', '7');
    expect(await run('demo', dir, '--json', '--seed', '7')).toBe(first);
    expect(await run('demo', dir, '--json', '--seed', '8')).not.toBe(first);
  });

  test('refuses messages handed over within a process where TCP is asked for', async () => {
    await expect(run('demo', dir, '--tcp', '--ms_type', 'xio')).rejects.toThrow(/--tcp/);
  });

  test('tells what is wrong with the directory', async () => {
    await expect(run('demo', join(dir, 'none'))).rejects.toThrow('none: no such file or directory');
  });
});

describe('sim', () => {
  test('gives the same line for the same seed', async () => {
    const line = await run('sim', '--seed', '3');
    expect(line).toMatch(
      /^seed 3: \d+ reads, \d+ faults, [\d.]+ s simulated, trace [0-9a-f]{8}: ok\n/,
    );
    expect(await run('sim', '--seed', '3')).toBe(line);
  });
});

test.each([
  [['demo', '--seed', 'x'], 'A seed is a whole number'],
  [['sim', '--seed', '-1'], 'A seed is a whole number'],
  [['demo', 'a', 'b'], 'too many arguments'],
  [['demo', '--sed'], 'unknown option'],
  [['foo'], 'unknown command'],
])('%s is refused: %s', async (args, reason) => {
  await expect(run(...args)).rejects.toThrow(reason);
});

describe('serve', () => {
  test.each([['data:0'], ['data:8:0'], ['data:8:11'], ['data:8:2:1'], [':8'], ['data:many']])(
    'refuses the pool %s',
    async (pool) => {
      await expect(run('serve', '--conf-dir', dir, '--pool', pool)).rejects.toThrow(
        /NAME:PGS:SIZE/,
      );
    },
  );

  test('refuses two pools of one name', async () => {
    const pools = ['--pool', 'data', '--pool', 'data:8'];
    await expect(run('serve', '--conf-dir', dir, ...pools)).rejects.toThrow(/already/);
  });

  test.each(['0.0.0.0', '::', 'localhost'])('refuses the address %s', async (host) => {
    const told = /IP address of this machine/;
    await expect(run('serve', '--conf-dir', dir, '--host', host)).rejects.toThrow(told);
  });

  test.each([
    ['--mons', '0'],
    ['--osds', '0'],
    ['--osds', '2', '--hosts', '3'],
  ])('refuses a cluster that cannot be: %s %s', async (...shape) => {
    await expect(run('serve', '--conf-dir', dir, ...shape)).rejects.toThrow(UsageError);
  });
});
