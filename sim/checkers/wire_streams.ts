import { NaiveReader } from './NaiveReader.ts';

/** A message as it stands on the wire. Its data are not kept. */
export interface WireMessage {
  readonly type: number;
  readonly seq: number;
  readonly tid: number;
  readonly front: Uint8Array;
}

type OnMessage = (message: WireMessage) => void;

/** Asks for so many bytes to read; below 0: for so many to be passed over. */
type Wants = Generator<number, void, Uint8Array>;

/** Takes a stream of bytes apart as it is sent, in whatever pieces. */
export class WireStream {
  readonly #parser: Wants;
  #wanted: number;
  #collected: Uint8Array;
  #have = 0;

  constructor(parser: Wants) {
    this.#parser = parser;
    this.#wanted = this.#next(new Uint8Array());
    this.#collected = new Uint8Array(Math.max(this.#wanted, 0));
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length || this.#wanted === 0) {
      const missing = Math.abs(this.#wanted) - this.#have;
      const taken = Math.min(missing, chunk.length - at);
      if (this.#wanted > 0) this.#collected.set(chunk.subarray(at, at + taken), this.#have);
      at += taken;
      this.#have += taken;
      if (taken === missing) this.#go();
    }
  }

  #go(): void {
    this.#wanted = this.#next(this.#collected);
    this.#collected = new Uint8Array(Math.max(this.#wanted, 0));
    this.#have = 0;
  }

  #next(bytes: Uint8Array): number {
    const { value, done } = this.#parser.next(bytes);
    return done ? Number.NEGATIVE_INFINITY : value;
  }
}

const EMPTY = new Uint8Array();

/** Of msgr v2. */
const MESSAGE = 17;

/** Of msgr v1. */
const TAG_READY = 1;
const TAG_MSG = 7;

/** Bytes that follow a tag of msgr v1: of an ACK, a KEEPALIVE2 and its answer. */
const AFTER_TAG: Readonly<Record<number, number>> = { 8: 8, 14: 8, 15: 8 };

/** What both ends of one connection know of each other. */
export interface WireConversation {
  /** Of msgr v1: the server has let the client in. */
  isOpen: boolean;
}

const BANNER_LENGTH = 8;
const DIGIT_TWO = 0x32;

/** One side of a conversation of msgr v2.1 in crc mode, or of v1. */
export function* parseWire(
  isClient: boolean,
  conversation: WireConversation,
  onMessage: OnMessage,
): Wants {
  const banner = yield BANNER_LENGTH;
  if (banner[6] === DIGIT_TWO) yield* parseV2(onMessage);
  else if (isClient) yield* parseV1Client(conversation, onMessage);
  else yield* parseV1Server(conversation, onMessage);
}

/** Ceph: src/msg/async/frames_v2.h. */
function* parseV2(onMessage: OnMessage): Wants {
  yield -new NaiveReader(yield 2).u16();
  for (;;) {
    const preamble = new NaiveReader(yield 32);
    const tag = preamble.u8();
    const segments = preamble.u8();
    const lengths = Array.from({ length: 4 }, () => {
      const length = preamble.u32();
      preamble.u16();
      return length;
    });
    const [first = 0, second = 0, third = 0, fourth = 0] = lengths;
    const header = new NaiveReader(yield first + 4);
    const front = segments > 1 ? yield second : EMPTY;
    if (segments > 1) yield -(third + fourth + 13);
    if (tag !== MESSAGE) continue;
    const seq = header.s64();
    const tid = header.s64();
    onMessage({ type: header.u16(), seq, tid, front });
  }
}

/** After the whole banner: an address, and then requests to be let in until the server does. */
function* parseV1Client(conversation: WireConversation, onMessage: OnMessage): Wants {
  yield -(1 + 136);
  let first = yield 1;
  while (!conversation.isOpen) {
    const connect = new NaiveReader(yield 32);
    connect.at = 27;
    yield -connect.u32();
    first = yield 1;
  }
  yield* parseV1Messages(first, onMessage);
}

/** After the banner two addresses, and then answers until one is READY. */
function* parseV1Server(conversation: WireConversation, onMessage: OnMessage): Wants {
  yield -(1 + 136 + 136);
  while (!conversation.isOpen) {
    const reply = new NaiveReader(yield 26);
    if (reply.u8() === TAG_READY) conversation.isOpen = true;
    reply.at = 21;
    yield -reply.u32();
  }
  yield* parseV1Messages(yield 1, onMessage);
}

/** Ceph: ceph_msg_header and ceph_msg_footer. */
function* parseV1Messages(firstTag: Uint8Array, onMessage: OnMessage): Wants {
  for (let tag = firstTag[0] ?? 0; ; tag = (yield 1)[0] ?? 0) {
    yield -(AFTER_TAG[tag] ?? 0);
    if (tag !== TAG_MSG) continue;
    const header = new NaiveReader(yield 53);
    const seq = header.s64();
    const tid = header.s64();
    const type = header.u16();
    header.at += 4;
    const length = header.u32();
    const middle = header.u32();
    const data = header.u32();
    const front = yield length;
    yield -(middle + data + 21);
    onMessage({ type, seq, tid, front });
  }
}
