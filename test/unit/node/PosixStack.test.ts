import { afterEach, describe, expect, it } from 'vitest';
import type {
  ListenEvents,
  ServerSocket,
  Socket,
  SocketAddress,
  SocketEvents,
} from '../../../src/common/Stack.ts';
import { PosixStack } from '../../../src/node/PosixStack.ts';

const LOOPBACK = { ip: '127.0.0.1', port: 0 };

const stack = new PosixStack();
const servers: ServerSocket[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Gathers what it is told; `closed` settles at the end of the connection. */
class Recorder implements SocketEvents {
  readonly calls: string[] = [];
  readonly #chunks: Uint8Array[] = [];
  #count = 0;
  readonly #buffer: Uint8Array;
  #wanted = 0;
  #resolveWanted: () => void = () => undefined;
  readonly closed: Promise<Error | undefined>;
  #resolveClosed: (error: Error | undefined) => void = () => undefined;
  onWritable: () => void = () => undefined;

  constructor(size = 1000) {
    this.#buffer = new Uint8Array(size);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Settles when `count` bytes have come. */
  bytes(count: number): Promise<void> {
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#resolveWanted = resolve;
      this.#check();
    });
  }

  /** What has come since the last call. */
  take(): Uint8Array {
    const bytes = new Uint8Array(this.#count);
    let at = 0;
    for (const chunk of this.#chunks.splice(0)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#count = 0;
    return bytes;
  }

  onConnect(): void {
    this.calls.push('connect');
  }

  readBuffer(): Uint8Array {
    return this.#buffer;
  }

  onRead(count: number): void {
    this.#chunks.push(this.#buffer.slice(0, count));
    this.#count += count;
    this.#check();
  }

  onClose(error: Error | undefined): void {
    this.calls.push('close');
    this.#resolveClosed(error);
  }

  #check(): void {
    if (this.#count >= this.#wanted) this.#resolveWanted();
  }
}

function listen(onAccept: ListenEvents['onAccept'], at = LOOPBACK): Promise<SocketAddress> {
  return new Promise((resolve, reject) => {
    servers.push(stack.listen(at, { onListening: resolve, onAccept, onError: reject }));
  });
}

interface Pair {
  readonly at: Socket;
  readonly atEvents: Recorder;
  readonly from: Socket;
  readonly fromEvents: Recorder;
}

async function connectPair(size?: number): Promise<Pair> {
  const atEvents = new Recorder(size);
  const fromEvents = new Recorder(size);
  const accepted = new Promise<Socket>((resolve) => {
    void listen((socket) => {
      resolve(socket);
      return atEvents;
    }).then((address) => {
      from = stack.connect(address, fromEvents);
      from.send([Uint8Array.of(0)]);
    });
  });
  let from: Socket | undefined;
  const at = await accepted;
  if (from === undefined) throw new Error('accepted before connected');
  await atEvents.bytes(1);
  atEvents.take();
  return { at, atEvents, from, fromEvents };
}

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7);

it('carries bytes both ways, whatever the buffers’ size', async () => {
  for (const size of [1, 7, 1000, 100_000]) {
    const { at, atEvents, from, fromEvents } = await connectPair(size);
    const sent = counting(size === 1 ? 5000 : 50_000);
    from.send([sent.subarray(0, 10), new Uint8Array(0), sent.subarray(10)]);
    at.send([sent]);
    await Promise.all([atEvents.bytes(sent.length), fromEvents.bytes(sent.length)]);
    expect(atEvents.take()).toEqual(sent);
    expect(fromEvents.take()).toEqual(sent);
    from.destroy();
    await atEvents.closed;
  }
});

it('calls a listener as the object that it is', async () => {
  const accepted = await new Promise<boolean>((resolve) => {
    class Listener implements ListenEvents {
      readonly #told = resolve;
      onListening(address: SocketAddress): void {
        stack.connect(address, new Recorder());
      }
      onAccept(): SocketEvents {
        this.#told(true);
        return new Recorder();
      }
      onError(): void {
        this.#told(false);
      }
    }
    servers.push(stack.listen(LOOPBACK, new Listener()));
  });
  expect(accepted).toBe(true);
});

it('calls nobody from inside connect', async () => {
  const address = await listen(() => new Recorder());
  const calls: string[] = [];
  const from = stack.connect(address, {
    onConnect: () => calls.push('onConnect'),
    readBuffer: () => {
      calls.push('readBuffer');
      return new Uint8Array(1);
    },
    onRead: () => calls.push('onRead'),
    onWritable: () => calls.push('onWritable'),
    onClose: () => calls.push('onClose'),
  });
  expect(calls).toEqual([]);
  from.destroy();
});

it('delivers everything before the end when closed', async () => {
  const { atEvents, from } = await connectPair();
  const sent = counting(300_000);
  from.send([sent]);
  from.close();
  expect(await atEvents.closed).toBeUndefined();
  expect(atEvents.take()).toEqual(sent);
});

it('resets the connection when destroyed', async () => {
  const { atEvents, from } = await connectPair();
  from.destroy();
  expect(await atEvents.closed).toMatchObject({ name: 'SocketError', code: 'ECONNRESET' });
});

it('tells the other side of a close once, and the own side never', async () => {
  const { at, atEvents, fromEvents } = await connectPair();
  at.close();
  at.close();
  at.destroy();
  expect(await fromEvents.closed).toBeUndefined();
  expect(fromEvents.calls).toEqual(['connect', 'close']);
  expect(atEvents.calls).toEqual([]);
});

it('calls a listener that has a state of its own', async () => {
  class Listener implements ListenEvents {
    readonly accepted: Promise<Socket>;
    readonly listening: Promise<SocketAddress>;
    onListening: (address: SocketAddress) => void = () => undefined;
    #resolve: (socket: Socket) => void = () => undefined;

    constructor() {
      this.accepted = new Promise((resolve) => {
        this.#resolve = resolve;
      });
      this.listening = new Promise((resolve) => {
        this.onListening = resolve;
      });
    }

    onAccept(socket: Socket): SocketEvents {
      this.#resolve(socket);
      return new Recorder();
    }

    onError(error: Error): void {
      throw error;
    }
  }
  const listener = new Listener();
  servers.push(stack.listen(LOOPBACK, listener));
  const from = stack.connect(await listener.listening, new Recorder());
  await listener.accepted;
  from.destroy();
});

it('says when nobody listens', async () => {
  const address = await listen(() => new Recorder());
  for (const server of servers.splice(0)) server.close();
  const events = new Recorder();
  stack.connect(address, events);
  expect(await events.closed).toMatchObject({ code: 'ECONNREFUSED' });
  expect(events.calls).toEqual(['close']);
});

it('says when a port is taken', async () => {
  const address = await listen(() => new Recorder());
  await expect(listen(() => new Recorder(), address)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('asks for patience when the peer does not keep up, and says when there is room', async () => {
  const { at, atEvents, fromEvents } = await connectPair(100_000);
  const big = counting(8 << 20);
  const writable = new Promise<void>((resolve) => {
    atEvents.onWritable = resolve;
  });
  expect(at.send([big])).toBe(false);
  await writable;
  await fromEvents.bytes(big.length);
});

it('tells addresses as text and port', async () => {
  const { at, from } = await connectPair();
  expect(at.remoteAddress.ip).toBe('127.0.0.1');
  expect(from.remoteAddress.ip).toBe('127.0.0.1');
  expect(at.remoteAddress.port).toBeGreaterThan(0);
});

describe('a paused reader', () => {
  /** Pauses `reader` inside its first read. */
  function pauseAtFirstRead(reader: Socket, events: Recorder): Promise<void> {
    return new Promise((resolve) => {
      events.onRead = (count) => {
        Recorder.prototype.onRead.call(events, count);
        events.onRead = Recorder.prototype.onRead;
        reader.pauseReading();
        resolve();
      };
    });
  }

  it.each(['at', 'from'] as const)(
    'gets nothing before it resumes, then all (%s)',
    async (side) => {
      const { at, atEvents, from, fromEvents } = await connectPair(1000);
      const isAt = side === 'at';
      const [reader, events] = isAt ? [at, atEvents] : [from, fromEvents];
      const [writer, writerEvents] = isAt ? [from, fromEvents] : [at, atEvents];
      const firstRead = pauseAtFirstRead(reader, events);
      const sent = counting(50_000);
      writer.send([sent]);
      await firstRead;
      reader.send([Uint8Array.of(1)]);
      await writerEvents.bytes(1);
      const before = events.take();
      expect(before.length).toBeLessThanOrEqual(1000);
      reader.resumeReading();
      await events.bytes(sent.length - before.length);
      expect(Buffer.concat([before, events.take()])).toEqual(Buffer.from(sent));
    },
  );

  it('is asked anew where bytes are to go when it resumes', async () => {
    const { at, from, fromEvents } = await connectPair(1000);
    const firstRead = pauseAtFirstRead(from, fromEvents);
    at.send([counting(10)]);
    await firstRead;
    const place = new Uint8Array(10);
    const filled = new Promise<number>((resolve) => {
      fromEvents.readBuffer = () => place;
      fromEvents.onRead = resolve;
    });
    at.send([counting(10)]);
    from.resumeReading();
    expect(await filled).toBe(10);
    expect(place).toEqual(counting(10));
  });

  it.each(['at', 'from'] as const)('makes the sender wait (%s)', async (side) => {
    const { at, atEvents, from, fromEvents } = await connectPair(100_000);
    const isAt = side === 'at';
    const [reader, events] = isAt ? [at, atEvents] : [from, fromEvents];
    const [writer, writerEvents] = isAt ? [from, fromEvents] : [at, atEvents];
    reader.pauseReading();
    let isWritable = false;
    const writable = new Promise<void>((resolve) => {
      writerEvents.onWritable = () => {
        isWritable = true;
        resolve();
      };
    });
    const big = new Uint8Array(32 << 20);
    expect(writer.send([big])).toBe(false);
    reader.send([Uint8Array.of(1)]);
    await writerEvents.bytes(1);
    expect(isWritable).toBe(false);
    reader.resumeReading();
    await writable;
    await events.bytes(big.length);
  });

  it('hears of the end behind what it had not read', async () => {
    const { at, from, fromEvents } = await connectPair(1000);
    const firstRead = pauseAtFirstRead(from, fromEvents);
    at.send([counting(5000)]);
    at.close();
    await firstRead;
    expect(fromEvents.calls).toEqual(['connect']);
    from.resumeReading();
    expect(await fromEvents.closed).toBeUndefined();
    expect(fromEvents.take()).toEqual(counting(5000));
  });
});
