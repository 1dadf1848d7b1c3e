import { beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../../../sim/SimClock.ts';
import { SimNetwork } from '../../../sim/SimNetwork.ts';
import { SimRandom } from '../../../sim/SimRandom.ts';
import { SimStack } from '../../../sim/SimStack.ts';
import type { Socket, SocketAddress, SocketEvents } from '../../../src/common/Stack.ts';

const SERVER = { ip: '10.0.0.1', port: 6789 };
const LINK = { from: 'client.1', to: 'mon.a' };

let clock: SimClock;
let network: SimNetwork;
let client: SimStack;
let server: SimStack;
let seen: string[];

/** Notes what it is told, with the bytes as text. */
function recorder(name: string, size = 64): SocketEvents & { text: string } {
  const buffer = new Uint8Array(size);
  const events = {
    text: '',
    onConnect: () => seen.push(`${name} connected`),
    readBuffer: () => buffer,
    onRead: (count: number) => {
      events.text += String.fromCharCode(...buffer.subarray(0, count));
    },
    onWritable: () => seen.push(`${name} writable`),
    onClose: (error: Error | undefined) => {
      seen.push(`${name} closed${error === undefined ? '' : `: ${error.message.split(':')[0]}`}`);
    },
  };
  return events;
}

interface Pair {
  readonly at: Socket;
  readonly atEvents: ReturnType<typeof recorder>;
  readonly from: Socket;
  readonly fromEvents: ReturnType<typeof recorder>;
}

async function connectPair(size = 64): Promise<Pair> {
  const accepted: Socket[] = [];
  const atEvents = recorder('server', size);
  listen((socket) => {
    accepted.push(socket);
    return atEvents;
  });
  const fromEvents = recorder('client', size);
  const from = client.connect(SERVER, fromEvents);
  await clock.runUntilIdle();
  const at = accepted[0];
  if (at === undefined) throw new Error('nothing was accepted');
  seen.length = 0;
  return { at, atEvents, from, fromEvents };
}

function listen(onAccept: (socket: Socket) => SocketEvents): void {
  server.listen(SERVER, {
    onListening: () => undefined,
    onAccept,
    onError: (error) => seen.push(error.code),
  });
}

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

beforeEach(() => {
  clock = new SimClock((resume) => {
    setImmediate(resume);
  });
  seen = [];
  const latency = { us: 100, jitter: 50 };
  const random = new SimRandom(1, 'net');
  network = new SimNetwork({ clock, random, latency, watch: () => undefined });
  client = new SimStack(clock, network, 'client.1', '10.0.2.1');
  server = new SimStack(clock, network, 'mon.a', SERVER.ip);
});

describe('a connection', () => {
  it('is refused where nobody listens', async () => {
    client.connect(SERVER, recorder('client'));
    await clock.runUntilIdle();
    expect(seen).toEqual(['client closed: ECONNREFUSED']);
  });

  it('carries bytes both ways, in order', async () => {
    const { at, atEvents, from, fromEvents } = await connectPair();
    for (const text of ['a', 'bc', 'def']) from.send([bytes(text), bytes(text.toUpperCase())]);
    at.send([bytes('xyz')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('aAbcBCdefDEF');
    expect(fromEvents.text).toBe('xyz');
  });

  it('carries what was sent before it was taken', async () => {
    const atEvents = recorder('server');
    listen(() => atEvents);
    client.connect(SERVER, recorder('client')).send([bytes('early')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('early');
  });

  it('carries what the listener sends as soon as it is asked', async () => {
    listen((socket) => {
      socket.send([bytes('hello')]);
      return recorder('server');
    });
    const fromEvents = recorder('client');
    client.connect(SERVER, fromEvents);
    await clock.runUntilIdle();
    expect(fromEvents.text).toBe('hello');
  });

  it('ends at once when the listener does not want it', async () => {
    listen((socket) => {
      socket.destroy();
      return recorder('server');
    });
    client.connect(SERVER, recorder('client'));
    await clock.runUntilIdle();
    expect(seen).toEqual(['client closed: ECONNRESET']);
  });

  it('gives the receiver as much as its buffer holds at a time', async () => {
    const { atEvents, from } = await connectPair(3);
    from.send([bytes('abcd'), new Uint8Array(0), bytes('efgh')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('abcdefgh');
  });

  it('tells the address of each side to the other', async () => {
    const { at, from } = await connectPair();
    expect(from.remoteAddress).toEqual(SERVER);
    expect(at.remoteAddress.ip).toBe('10.0.2.1');
  });

  it('delivers everything before the end when closed', async () => {
    const { atEvents, from } = await connectPair();
    from.send([bytes('last words')]);
    from.close();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('last words');
    expect(seen).toEqual(['server closed']);
  });

  it('loses what is under way when destroyed', async () => {
    const { atEvents, from } = await connectPair();
    from.send([bytes('last words')]);
    from.destroy();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('');
    expect(seen).toEqual(['server closed: ECONNRESET']);
  });

  it('asks for patience when much is under way, and says when there is room', async () => {
    const { at } = await connectPair(1 << 16);
    expect(at.send([new Uint8Array(1 << 20)])).toBe(true);
    expect(at.send([new Uint8Array(1)])).toBe(false);
    await clock.runUntilIdle();
    expect(seen).toEqual(['server writable']);
  });

  it('is forgotten when both sides are done', async () => {
    const { from } = await connectPair();
    expect(network.connections).toBe(1);
    from.close();
    await clock.runUntilIdle();
    expect(network.connections).toBe(0);
  });
});

describe('a paused reader', () => {
  it('gets nothing before it resumes, then all', async () => {
    const { at, atEvents, from } = await connectPair(3);
    const { onRead } = atEvents;
    atEvents.onRead = (count) => {
      atEvents.onRead = onRead;
      onRead(count);
      at.pauseReading();
    };
    from.send([bytes('abcd')]);
    from.send([bytes('efgh')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('abc');
    at.resumeReading();
    expect(atEvents.text).toBe('abc');
    from.send([bytes('ijkl')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('abcdefghijkl');
  });

  it('may pause and resume in every read', async () => {
    const { at, atEvents, from } = await connectPair(3);
    const { onRead } = atEvents;
    atEvents.onRead = (count) => {
      onRead(count);
      at.pauseReading();
      at.resumeReading();
      at.pauseReading();
      clock.addEventAfter(1, () => at.resumeReading());
    };
    from.send([bytes('abcd'), bytes('efgh')]);
    from.close();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('abcdefgh');
    expect(seen).toEqual(['server closed']);
  });

  it('makes the sender wait', async () => {
    const { at, from } = await connectPair(1 << 16);
    at.pauseReading();
    expect(from.send([new Uint8Array(1 << 20)])).toBe(true);
    expect(from.send([new Uint8Array(1)])).toBe(false);
    await clock.runUntilIdle();
    expect(seen).toEqual([]);
    at.resumeReading();
    await clock.runUntilIdle();
    expect(seen).toEqual(['client writable']);
  });

  it('hears of the end behind what it had not read', async () => {
    const { at, atEvents, from } = await connectPair();
    at.pauseReading();
    from.send([bytes('last words')]);
    from.close();
    await clock.runUntilIdle();
    expect(seen).toEqual([]);
    at.resumeReading();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('last words');
    expect(seen).toEqual(['server closed']);
  });

  it('hears of a reset at once', async () => {
    const { at, atEvents, from } = await connectPair();
    at.pauseReading();
    from.send([bytes('lost')]);
    await clock.runUntilIdle();
    from.destroy();
    await clock.runUntilIdle();
    expect(seen).toEqual(['server closed: ECONNRESET']);
    at.resumeReading();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('');
  });

  it('hears nothing more when it has closed', async () => {
    const { at, atEvents, from } = await connectPair();
    at.pauseReading();
    from.send([bytes('late')]);
    await clock.runUntilIdle();
    at.resumeReading();
    at.close();
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('');
    expect(seen).toEqual(['client closed']);
  });
});

describe('a port', () => {
  const listening = async (stack: SimStack, at: SocketAddress): Promise<string> => {
    let result = '';
    stack.listen(at, {
      onListening: (address) => {
        result = `${address.ip}:${address.port}`;
      },
      onAccept: () => expect.unreachable(),
      onError: (error) => {
        result = error.code;
      },
    });
    await clock.runUntilIdle();
    return result;
  };

  it('is given out from 6800 on', async () => {
    expect(await listening(server, { ip: '', port: 0 })).toBe('10.0.0.1:6800');
    expect(await listening(server, { ip: '', port: 0 })).toBe('10.0.0.1:6801');
  });

  it('is one listener’s at a time', async () => {
    expect(await listening(server, SERVER)).toBe('10.0.0.1:6789');
    expect(await listening(server, SERVER)).toBe('EADDRINUSE');
  });

  it('is only at the own address', async () => {
    expect(await listening(server, { ip: '10.0.9.9', port: 1 })).toBe('EADDRNOTAVAIL');
  });
});

describe('a fault', () => {
  it.each(['fin', 'rst'] as const)(
    'cuts after exactly k bytes (%s), for both sides',
    async (how) => {
      for (let k = 0; k <= 6; k++) {
        const { atEvents, from } = await connectPair();
        network.cut(LINK, k, how);
        from.send([bytes('abc')]);
        from.send([bytes('def')]);
        await clock.runUntilIdle();
        expect(atEvents.text).toBe('abcdef'.slice(0, k));
        const why = how === 'rst' ? ': ECONNRESET' : '';
        expect(seen).toEqual([`server closed${why}`, `client closed${why}`]);
        server = new SimStack(clock, network, 'mon.a', SERVER.ip);
        network = new SimNetwork({
          clock,
          random: new SimRandom(k, 'net'),
          latency: { us: 100, jitter: 50 },
          watch: () => undefined,
        });
        client = new SimStack(clock, network, 'client.1', '10.0.2.1');
        server = new SimStack(clock, network, 'mon.a', SERVER.ip);
      }
    },
  );

  it('flips one bit of one byte, and leaves the sender’s bytes alone', async () => {
    const { atEvents, from } = await connectPair();
    network.corrupt(LINK, 4);
    const sent = bytes('def');
    from.send([bytes('abc')]);
    from.send([sent]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe(`abcd${String.fromCharCode('e'.charCodeAt(0) ^ 0x10)}f`);
    expect(sent).toEqual(bytes('def'));
  });

  it('holds everything back while a partition lasts', async () => {
    const { at, atEvents, from, fromEvents } = await connectPair();
    const partition = network.partition('client.1', 'mon.a');
    from.send([bytes('one')]);
    at.send([bytes('two')]);
    from.send([bytes('three')]);
    await clock.runUntilIdle();
    expect(atEvents.text + fromEvents.text).toBe('');
    partition[Symbol.dispose]();
    from.send([bytes('four')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('onethreefour');
    expect(fromEvents.text).toBe('two');
  });

  it('connects after a partition is over', async () => {
    listen(() => recorder('server'));
    const partition = network.partition('client.1', 'mon.a');
    client.connect(SERVER, recorder('client'));
    await clock.advance(1000);
    expect(seen).toEqual([]);
    partition[Symbol.dispose]();
    await clock.runUntilIdle();
    expect(seen).toEqual(['client connected']);
  });

  it('loses what is dropped, and all that follows on that connection', async () => {
    const { atEvents, from } = await connectPair();
    const fault = network.drop(LINK);
    from.send([bytes('lost')]);
    await clock.runUntilIdle();
    fault[Symbol.dispose]();
    from.send([bytes('behind the hole')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('');
  });

  it('delays by what it is told', async () => {
    const { atEvents, from } = await connectPair();
    network.delay(LINK, 500);
    from.send([bytes('late')]);
    await clock.advance(499);
    expect(atEvents.text).toBe('');
    await clock.advance(2);
    expect(atEvents.text).toBe('late');
  });

  it('gives a byte at a time', async () => {
    const { atEvents, from } = await connectPair();
    network.pieces(LINK, 1);
    let reads = 0;
    const onRead = atEvents.onRead;
    atEvents.onRead = (count) => {
      reads += 1;
      onRead(count);
    };
    from.send([bytes('abcdef')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('abcdef');
    expect(reads).toBe(6);
  });

  it('resets every connection between two members', async () => {
    await connectPair();
    network.reset('mon.a', 'client.1');
    await clock.runUntilIdle();
    expect(seen).toEqual(['client closed: ECONNRESET', 'server closed: ECONNRESET']);
  });

  it('is over when it is disposed of', async () => {
    const { atEvents, from } = await connectPair();
    for (const fault of [network.cut(LINK, 0, 'rst'), network.corrupt(LINK, 0)]) {
      fault[Symbol.dispose]();
      fault[Symbol.dispose]();
    }
    from.send([bytes('whole')]);
    await clock.runUntilIdle();
    expect(atEvents.text).toBe('whole');
  });
});
