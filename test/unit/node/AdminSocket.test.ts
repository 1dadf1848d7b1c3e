import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ENOENT } from '../../../src/common/errno.ts';
import {
  AdminCommands,
  AdminError,
  RawText,
} from '../../../src/node/admin_socket/AdminCommands.ts';
import { AdminSocket } from '../../../src/node/admin_socket/AdminSocket.ts';

const COMMANDS = new AdminCommands([
  {
    desc: 'echo name=what,type=CephString',
    help: 'say it',
    call: (args) => ({ ...Object.fromEntries([['what', String(args.get('what'))]]) }),
  },
  { desc: 'perfcounters_dump', help: '', call: () => new RawText('old') },
  {
    desc: 'fail',
    help: 'fails',
    call: () => {
      throw new AdminError(ENOENT, 'nothing there');
    },
  },
]);

let dir: string;
let path: string;
let socket: AdminSocket | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'asok-'));
  path = join(dir, 'a.asok');
});

afterEach(() => {
  socket?.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(): string[] {
  const failures: string[] = [];
  socket = new AdminSocket(path, COMMANDS, (error) => failures.push(error.message));
  socket.open();
  return failures;
}

/** Sends bytes, in the given pieces, and answers all that comes back. */
function send(...pieces: (string | Uint8Array)[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const client = createConnection(path, () => {
      for (const piece of pieces) client.write(piece);
    });
    client.on('data', (chunk) => chunks.push(chunk));
    client.on('close', () => resolve(Buffer.concat(chunks)));
    client.on('error', reject);
  });
}

function textOf(answer: Buffer): string {
  expect(answer.readUInt32BE()).toBe(answer.length - 4);
  return answer.toString('utf8', 4);
}

test.each([
  ['a NUL', '{"prefix": "echo", "what": "äh"}\0'],
  ['a newline', '{"prefix": "echo", "what": "äh"}\n'],
])('a request that ends in %s is answered with its length before it', async (_what, request) => {
  open();
  expect(textOf(await send(request))).toBe('{\n    "what": "äh"\n}\n');
});

test('a request that comes in pieces is one request', async () => {
  open();
  const answer = await send('{"prefix": "ec', 'ho", "what": "a", "format": "json"}', '\0');
  expect(textOf(answer)).toBe('{"what":"a"}');
});

test('a number of the old protocol is understood', async () => {
  open();
  expect(textOf(await send(new Uint8Array([0, 0, 0, 0])))).toBe('2');
  expect(textOf(await send(new Uint8Array([0, 0, 0, 1])))).toBe('old');
});

test.each([
  ['{"prefix": "fail"}', 'ERROR: (2) No such file or directory\nnothing there\n'],
  ['{"prefix": "x"}', 'ERROR: (22) Invalid argument\nunknown command prefix x\n'],
  [
    '{"no": "prefix"}',
    'ERROR: (22) Invalid argument\ninvalid json, missing format and/or prefix\n',
  ],
  ['}', 'ERROR: (22) Invalid argument\ninvalid json\n'],
])('what cannot be done is said: %s', async (request, answer) => {
  open();
  expect(textOf(await send(`${request}\0`))).toBe(answer);
});

test('a request without an end is not kept', async () => {
  open();
  expect(await send('x'.repeat(5000))).toHaveLength(0);
});

test('commands are described as the tools want it', () => {
  const described = JSON.parse(COMMANDS.execute('{"prefix": "get_command_descriptions"}'));
  const signatures = Object.values<{ sig: unknown }>(described).map(({ sig }) => sig);
  expect(signatures).toContainEqual(['echo', { name: 'what', type: 'CephString' }]);
  expect(Object.keys(described)[0]).toBe('cmd000');
  expect(JSON.parse(COMMANDS.execute('{"prefix": "help"}'))).toEqual({
    echo: 'say it',
    fail: 'fails',
    get_command_descriptions: 'list available commands',
    help: 'list available commands',
  });
});

test('a socket that a killed process has left is taken over', async () => {
  const left = createServer().listen(path);
  await new Promise((resolve) => left.on('listening', resolve));
  // Without its file being removed, as if the process had been killed.
  const { rename } = await import('node:fs/promises');
  await rename(path, `${path}.x`);
  left.close();
  await rename(`${path}.x`, path);
  const failures = open();
  await expect.poll(() => send('{"prefix": "0"}\0').then(textOf, () => '')).toBe('2');
  expect(failures).toEqual([]);
});

test('a socket that somebody answers at is left to them', async () => {
  const other = createServer((client) => client.on('error', () => {}).end('mine')).listen(path);
  await new Promise((resolve) => other.on('listening', resolve));
  const failures = open();
  await expect.poll(() => failures).toHaveLength(1);
  expect((await send('x')).toString()).toBe('mine');
  socket = undefined;
  other.close();
});

test('where there can be no socket, there is none, and a reason', async () => {
  writeFileSync(join(dir, 'file'), '');
  path = join(dir, 'file', 'a.asok');
  const failures = open();
  await expect.poll(() => failures).toHaveLength(1);
  socket = undefined;
});
