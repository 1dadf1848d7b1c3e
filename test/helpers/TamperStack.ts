import { crc32c } from '../../src/common/crc32c.ts';
import type {
  ListenEvents,
  ServerSocket,
  Socket,
  SocketAddress,
  SocketEvents,
  Stack,
} from '../../src/common/Stack.ts';

/** Answers what is to be received in the place of `bytes`, or undefined to let them pass. */
export type Tamper = (bytes: Buffer, from: SocketAddress) => Uint8Array | undefined;

const BUFFER = 1 << 20;

/** A network on which somebody rewrites, once, what a client receives. */
export class TamperStack implements Stack {
  readonly #stack: Stack;
  readonly #tamper: Tamper;
  hasTampered = false;

  constructor(stack: Stack, tamper: Tamper) {
    this.#stack = stack;
    this.#tamper = tamper;
  }

  connect(to: SocketAddress, events: SocketEvents): Socket {
    const buffer = new Uint8Array(BUFFER);
    let isOpen = true;
    let isPaused = false;
    let held: Uint8Array = new Uint8Array(0);
    const hand = (): void => {
      while (isOpen && !isPaused && held.length > 0) {
        const into = events.readBuffer();
        const piece = held.subarray(0, into.length);
        into.set(piece);
        held = held.subarray(piece.length);
        events.onRead(piece.length);
      }
    };
    const socket = this.#stack.connect(to, {
      onConnect: () => events.onConnect(),
      onWritable: () => events.onWritable(),
      onClose: (error) => events.onClose(error),
      readBuffer: () => buffer,
      onRead: (count) => {
        held = this.#rewrite(Buffer.from(buffer.slice(0, count)), to);
        hand();
      },
    });
    return {
      remoteAddress: to,
      send: (chunks) => socket.send(chunks),
      pauseReading: () => {
        isPaused = true;
        socket.pauseReading();
      },
      resumeReading: () => {
        isPaused = false;
        socket.resumeReading();
        queueMicrotask(hand);
      },
      close: () => {
        isOpen = false;
        socket.close();
      },
      destroy: () => {
        isOpen = false;
        socket.destroy();
      },
    };
  }

  listen(at: SocketAddress, events: ListenEvents): ServerSocket {
    return this.#stack.listen(at, events);
  }

  #rewrite(bytes: Buffer, from: SocketAddress): Uint8Array {
    const rewritten = this.hasTampered ? undefined : this.#tamper(bytes, from);
    if (rewritten === undefined) return bytes;
    this.hasTampered = true;
    return rewritten;
  }
}

const TAG_MSG = 7;
const HEADER = 53;
const FOOTER = 21;

/** A message of msgr v1, to be changed; its crcs are made anew unless they are given. */
export interface RawMessage {
  header: Buffer;
  front: Buffer;
  data: Buffer;
  footer: Buffer;
}

/**
 * Changes the first message of `type` among `bytes`, which begin with a tag, then makes its lengths
 * and crcs right; `after` may spoil them again. Undefined: there is none.
 */
export function editMessage(
  bytes: Buffer,
  type: number,
  edit: (message: RawMessage) => void,
  after: (message: RawMessage) => void = () => undefined,
): Buffer | undefined {
  let at = 0;
  while (bytes[at] === TAG_MSG && at + 1 + HEADER <= bytes.length) {
    const header = bytes.subarray(at + 1, at + 1 + HEADER);
    const [front, middle, data] = [22, 26, 30].map((offset) => header.readUInt32LE(offset));
    const frontAt = at + 1 + HEADER;
    const dataAt = frontAt + (front ?? 0) + (middle ?? 0);
    const footerAt = dataAt + (data ?? 0);
    const end = footerAt + FOOTER;
    if (header.readUInt16LE(16) === type) {
      const message = {
        header: Buffer.from(header),
        front: Buffer.from(bytes.subarray(frontAt, dataAt)),
        data: Buffer.from(bytes.subarray(dataAt, footerAt)),
        footer: Buffer.from(bytes.subarray(footerAt, end)),
      };
      edit(message);
      seal(message);
      after(message);
      const parts = [
        Buffer.of(TAG_MSG),
        message.header,
        message.front,
        message.data,
        message.footer,
      ];
      return Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(end)]);
    }
    at = end;
  }
  return undefined;
}

/** Lengths and crcs, of the header last. */
function seal({ header, front, data, footer }: RawMessage): void {
  header.writeUInt32LE(front.length, 22);
  header.writeUInt32LE(data.length, 30);
  footer.writeUInt32LE(crc32c(0, front), 0);
  footer.writeUInt32LE(crc32c(0, data), 8);
  sealHeader(header);
}

export function sealHeader(header: Buffer): void {
  header.writeUInt32LE(crc32c(0, header, 0, HEADER - 4), HEADER - 4);
}
