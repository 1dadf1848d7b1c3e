import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { findCommand } from './find_command.ts';
import { dumpJson } from './python.ts';
import { parseSignatures } from './signature.ts';

/** Far more than a daemon says. */
const ANSWER_MAX = 1 << 30;

/** A daemon that does not answer, or does not know the command. */
export class AdminSocketError extends Error {
  override readonly name = 'AdminSocketError';
}

/**
 * What the daemon behind the Unix socket `path` answers to a command. Throws AdminSocketError.
 * Ceph: admin_socket (src/pybind/ceph_daemon.py).
 */
export async function askAdminSocket(
  path: string,
  words: readonly string[],
  format: string | undefined,
  complain: (text: string) => void,
): Promise<Uint8Array> {
  const table = await ask(path, '{"prefix": "get_command_descriptions"}').catch((error: Error) => {
    throw new AdminSocketError(`exception getting command descriptions: ${error.message}`);
  });
  const args = findCommand(parseSignatures(table.toString()), words, complain);
  if (args === undefined) throw new AdminSocketError('invalid command');
  if (format !== undefined) args.set('format', format);
  return ask(path, dumpJson(args)).catch((error: Error) => {
    throw new AdminSocketError(`exception: ${error.message}`);
  });
}

/** A text that ends in 0 is answered with its length, in four bytes, big-endian, and so many bytes. */
async function ask(path: string, command: string): Promise<Buffer> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    socket.write(`${command}\0`);
    return await readAnswer(socket);
  } finally {
    socket.destroy();
  }
}

async function readAnswer(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let got = 0;
  let wanted = Infinity;
  for await (const chunk of socket) {
    chunks.push(chunk);
    got += chunk.length;
    if (got >= 4 && wanted === Infinity) wanted = lengthOf(Buffer.concat(chunks));
    if (got >= wanted) break;
  }
  if (got < wanted) throw new Error('exception: no data returned from admin socket');
  return Buffer.concat(chunks).subarray(4, wanted);
}

function lengthOf(beginning: Buffer): number {
  const length = beginning.readUInt32BE(0);
  if (length > ANSWER_MAX) throw new Error(`an answer of ${length} bytes`);
  return 4 + length;
}
