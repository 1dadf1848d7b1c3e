import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { SimCluster } from '../../../../sim/index.ts';
import { makeProgram } from '../../../../src/cli/program.ts';
import { UsageError } from '../../../../src/cli/UsageError.ts';

const dir = mkdtempSync(join(tmpdir(), 'radosim-trace-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** The lines that `radosim trace` prints. */
async function trace(...args: string[]): Promise<string[]> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const program = makeProgram().exitOverride();
  for (const command of program.commands) {
    command.copyInheritedSettings(program).configureOutput({ writeErr: () => undefined });
  }
  await program.parseAsync(['trace', ...args], { from: 'user' });
  const lines = log.mock.calls.map(([text]) => String(text));
  log.mockRestore();
  return lines;
}

describe.each(['simple', 'async'])('a simulated cluster, ms_type %s', (msType) => {
  const type = ['--ms_type', msType];

  test('shows the read of an object, from the first SYN to the last FIN', async () => {
    const lines = await trace('photos', 'cat', '--size', '100', ...type);
    expect(lines[0]).toMatch(/^ {3}0\.000000 #1 +client\.\d+ → mon\.0 +tcp syn /);
    expect(lines.filter((line) => line.includes('osd_op('))).toEqual([
      expect.stringMatching(/client\.\d+ → osd\.\d .*:::cat:head \[read 0~0\].*, crc ok$/),
    ]);
    expect(lines.filter((line) => line.includes('osd_op_reply('))).toEqual([
      expect.stringMatching(/osd\.\d → client\.\d+ .*cat \[read 0~100 out=100b\].*, crc ok$/),
    ]);
    expect(lines.at(-1)).toMatch(/ tcp fin .* closes$/);
    expect(lines.filter((line) => / unread | BAD|cannot be read/.test(line))).toEqual([]);
  });

  test('shows the reads of several objects', async () => {
    const lines = await trace('photos', 'cat', 'dog', ...type);
    expect(
      lines.filter((line) => line.includes('osd_op(')).map((line) => /:::(\w+):/.exec(line)?.[1]),
    ).toEqual(['cat', 'dog']);
  });

  test('shows what daemons say to each other, with --all', async () => {
    const lines = await trace('--all', ...type);
    expect(lines.some((line) => /osd\.\d → mon\.0 .*mon_subscribe/.test(line))).toBe(true);
    expect(lines.some((line) => /client\.\d+ → osd\.\d .*osd_op\(/.test(line))).toBe(true);
  });

  test('is the same for the same seed, byte for byte, and another for another', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => join(dir, name));
    await trace('--seed', '7', '--pcapng', one ?? '', ...type);
    await trace('--seed', '7', '--pcapng', two ?? '', ...type);
    await trace('--seed', '8', '--pcapng', three ?? '', ...type);
    const [first, second, third] = [one, two, three].map((file) => readFileSync(file ?? ''));
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
  });

  test('written as pcapng and read again, prints the same', async () => {
    const file = join(dir, `${msType}.pcapng`);
    const lines = await trace('--size', '200000', '--pcapng', file, ...type);
    expect(await trace(file)).toEqual(lines);
  });

  test('as JSON', async () => {
    const { connections, frames } = JSON.parse((await trace('--json', ...type)).join('\n'));
    expect(connections.map(({ server }: { server: { name: string } }) => server.name)).toEqual([
      'mon.0',
      expect.stringMatching(/^osd\.\d$/),
    ]);
    const reply = frames.find(({ text }: { text: string }) => text.startsWith('osd_op_reply('));
    expect(reply).toMatchObject({
      connection: 2,
      protocol: msType === 'simple' ? 'v1' : 'v2',
      tag: msType === 'simple' ? 'MSG' : 'MESSAGE',
      crc: 'ok',
      message: { type: 43, seq: 1, tid: 1, data: 4096 },
    });
  });
});

describe('a cluster over TCP', () => {
  test('is read as it is, and the client is where the server sees it', async () => {
    const objects = { p: { o: 'hello' } };
    await using cluster = await SimCluster.create({ net: 'tcp', objects });
    const lines = await trace('-m', cluster.getMonHost(), 'p', 'o');
    expect(lines[0]).toMatch(/dials, 127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+$/);
    expect(lines.some((line) => line.includes('out=5b'))).toBe(true);
    expect(process.exitCode).toBeUndefined();
  });

  test('that cannot give the object: all that was said, then why', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await using cluster = await SimCluster.create({ net: 'tcp', objects: { p: { o: 'hello' } } });
    const lines = await trace('-m', cluster.getMonHost(), 'p', 'nothing');
    expect(lines.some((line) => line.includes('ENOENT') || line.includes('= -2'))).toBe(true);
    expect(String(error.mock.calls[0])).toContain('ENOENT');
    expect(process.exitCode).toBe(1);
  });

  test('where nobody listens: the refusals', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const lines = await trace('-m', 'v1:127.0.0.1:1', '--timeout', '1', 'p', 'o');
    expect(lines.some((line) => line.endsWith('refuses the connection'))).toBe(true);
    expect(error).toHaveBeenCalledOnce();
    expect(process.exitCode).toBe(1);
  });
});

describe('wrong use', () => {
  test.each([
    [['-m', 'v1:127.0.0.1:1'], /POOL OBJECT/],
    [['-m', 'nonsense', 'p', 'o'], /nonsense/],
    [['/nowhere/file.pcap'], /ENOENT/],
    [['--pcapng', '/nowhere/file.pcapng'], /ENOENT/],
  ])('%j is told in one line', async (args, reason) => {
    const ended = trace(...args);
    await expect(ended).rejects.toThrow(UsageError);
    await expect(ended).rejects.toThrow(reason);
  });

  test.each([['--size=-1'], ['--size=1e3'], ['--ms_type=xio'], ['--seed=x']])(
    '%s is refused',
    async (arg) => {
      await expect(trace(arg)).rejects.toThrow(/is invalid/);
    },
  );
});
