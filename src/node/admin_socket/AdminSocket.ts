import { chmodSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { AdminCommands } from './AdminCommands.ts';

/** A request that is longer is no request. */
const REQUEST_MAX = 1024;
/** Who says nothing for so long is cut off. */
const SILENCE_MAX_MS = 10_000;
const OLD_REQUESTS = ['0', 'perfcounters_dump', 'perfcounters_schema'];

/**
 * A Unix socket that answers questions of who is on this machine: `ceph daemon PATH perf dump`.
 *
 * One request a connection: JSON text up to a NUL or a newline, or, as it was once, a big-endian u32. Answer: a
 * big-endian u32, and so many bytes. Ceph: AdminSocket::do_accept (src/common/admin_socket.cc).
 */
export class AdminSocket {
  readonly #path: string;
  readonly #commands: AdminCommands;
  readonly #failed: (error: Error) => void;
  #server: Server | undefined;

  /** `failed` is called if there can be none. */
  constructor(path: string, commands: AdminCommands, failed: (error: Error) => void) {
    this.#path = path;
    this.#commands = commands;
    this.#failed = failed;
  }

  open(): void {
    this.#listen((error) => {
      if (error.code !== 'EADDRINUSE') this.#failed(error);
      else this.#takeOver();
    });
  }

  close(): void {
    // Closing removes the file.
    this.#server?.close();
    this.#server = undefined;
  }

  /** A socket that nobody listens on is left over from a process that was killed. */
  #takeOver(): void {
    const other = createConnection(this.#path);
    other.on('connect', () => {
      other.destroy();
      this.#failed(new Error(`${this.#path}: another process answers there`));
    });
    other.on('error', () => {
      if (this.#server === undefined) return;
      try {
        unlinkSync(this.#path);
      } catch (error) {
        if (error instanceof Error) this.#failed(error);
        return;
      }
      this.#listen(this.#failed);
    });
  }

  #listen(failed: (error: NodeJS.ErrnoException) => void): void {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server = server;
    server.unref();
    server.on('error', failed);
    server.listen(this.#path, () => chmodSync(this.#path, 0o755));
  }

  #accept(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.unref();
    socket.setTimeout(SILENCE_MAX_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const request = requestIn(received);
      if (request !== undefined) this.#answer(socket, request);
      else if (received.length >= REQUEST_MAX) socket.destroy();
    });
  }

  #answer(socket: Socket, request: string): void {
    socket.removeAllListeners('data');
    const text = Buffer.from(this.#commands.execute(request));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    socket.end(Buffer.concat([length, text]));
  }
}

/** Undefined: it is not whole yet. */
function requestIn(bytes: Buffer): string | undefined {
  if (bytes[0] === 0) {
    if (bytes.length < 4) return undefined;
    return JSON.stringify({ prefix: OLD_REQUESTS[bytes.readUInt32BE()] ?? 'foo' });
  }
  const end = bytes.findIndex((byte) => byte === 0 || byte === 0x0a);
  return end < 0 ? undefined : bytes.toString('utf8', 0, end);
}
