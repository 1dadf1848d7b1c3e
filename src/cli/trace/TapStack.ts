import type { Clock } from '../../common/Clock.ts';
import type {
  ListenEvents,
  ServerSocket,
  Socket,
  SocketAddress,
  SocketEvents,
  Stack,
} from '../../common/Stack.ts';
import type { Flow, Side, WireEvent } from './wire_event.ts';

/** Where the kernel, and a simulation, begin to give out ports to who dials. */
const PORT_MIN = 32768;

/** Keeps what goes over the connections of several taps, in the order of time. */
export class Recorder {
  readonly events: WireEvent[] = [];
  #flows = 0;

  newFlow(client: SocketAddress, server: SocketAddress): Flow {
    this.#flows += 1;
    return { id: this.#flows, client, server };
  }
}

/**
 * A network that somebody listens in on: every connection that is dialled through it. Who dials
 * comes from `ip`; its ports are numbered here, for a socket does not say its own.
 */
export class TapStack implements Stack {
  readonly #stack: Stack;
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #ip: string;
  /** Milliseconds from 1970 to the beginning of the clock's time, which is finer than `realNow`. */
  readonly #epoch: number;
  #nextPort = PORT_MIN;

  constructor(stack: Stack, recorder: Recorder, clock: Clock, ip: string) {
    this.#stack = stack;
    this.#recorder = recorder;
    this.#clock = clock;
    this.#ip = ip;
    this.#epoch = clock.realNow() - clock.now();
  }

  connect(to: SocketAddress, events: SocketEvents): Socket {
    const flow = this.#recorder.newFlow({ ip: this.#ip, port: this.#nextPort++ }, to);
    const note = (from: Side, what: WireEvent['what']): void => this.#note(flow, from, what);
    note('client', 'syn');
    return tapSocket(this.#stack.connect(to, tapEvents(events, note)), note);
  }

  listen(at: SocketAddress, events: ListenEvents): ServerSocket {
    return this.#stack.listen(at, events);
  }

  #note(flow: Flow, from: Side, what: WireEvent['what']): void {
    const at = Math.round((this.#epoch + this.#clock.now()) * 1000);
    this.#recorder.events.push({ at, flow, from, what });
  }
}

type Note = (from: Side, what: WireEvent['what']) => void;

/** What the server says. */
function tapEvents(events: SocketEvents, note: Note): SocketEvents {
  let buffer: Uint8Array = new Uint8Array(0);
  return {
    onConnect: () => {
      note('server', 'accepted');
      events.onConnect();
    },
    readBuffer: () => {
      buffer = events.readBuffer();
      return buffer;
    },
    onRead: (count) => {
      note('server', buffer.slice(0, count));
      events.onRead(count);
    },
    onWritable: () => events.onWritable(),
    onClose: (error) => {
      if (error === undefined) note('server', 'fin');
      else note('server', error.code === 'ECONNREFUSED' ? 'refused' : 'rst');
      events.onClose(error);
    },
  };
}

/** What the client says. */
function tapSocket(socket: Socket, note: Note): Socket {
  return {
    remoteAddress: socket.remoteAddress,
    send: (chunks) => {
      for (const chunk of chunks) note('client', chunk.slice());
      return socket.send(chunks);
    },
    pauseReading: () => socket.pauseReading(),
    resumeReading: () => socket.resumeReading(),
    close: () => {
      note('client', 'fin');
      socket.close();
    },
    destroy: () => {
      note('client', 'rst');
      socket.destroy();
    },
  };
}
