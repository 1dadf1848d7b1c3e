import { describe, expect, it } from 'vitest';
import type { AuthClient } from '../../src/auth/AuthClient.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../src/common/entity_name.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { Message } from '../../src/msg/Message.ts';
import type { MessageFactory } from '../../src/msg/MessageFactory.ts';
import {
  decodeLegacyAddr,
  type entity_addr_t,
  type entity_name_t,
} from '../../src/msg/msg_types.ts';
import {
  decodeConnect,
  decodeConnectReply,
  encodeConnect,
  encodeConnectReply,
} from '../../src/msg/msgr.ts';
import { statelessServer } from '../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../src/msg/simple/SimpleMessenger.ts';
import { chunkings } from '../helpers/chunkings.ts';
import {
  type GoldenConversation,
  type GoldenMessage,
  goldenConversations,
} from '../helpers/golden.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';
import { Recorder } from '../helpers/messengers.ts';

/** A message that knows no more of itself than its bytes. */
class RawMessage extends Message {
  readonly front: Uint8Array;

  constructor(golden: Pick<GoldenMessage, 'type' | 'version' | 'compatVersion' | 'front'>) {
    super(golden.type, golden.version, golden.compatVersion);
    this.front = golden.front;
  }

  override encodePayload(enc: Encoder): void {
    enc.raw(this.front);
  }

  override toString(): string {
    return `raw(${this.type})`;
  }
}

function rawMessage(golden: GoldenMessage): RawMessage {
  const message = new RawMessage(golden);
  message.tid = golden.tid;
  message.priority = golden.priority;
  message.middle = golden.middle;
  message.data = [golden.data];
  message.dataOff = golden.dataOff;
  return message;
}

const rawFactory: MessageFactory = ({ type, version, compatVersion }, front, middle, data) => {
  const bytes = front.raw(front.remaining).slice();
  const message = new RawMessage({ type, version, compatVersion, front: bytes });
  message.middle = middle;
  message.data = [data];
  return message;
};

/** What arrived, in the form of what was recorded. */
function seen(message: Message): unknown {
  if (!(message instanceof RawMessage)) throw new Error('not of these tests');
  const { seq, tid, type, priority, version, compatVersion, dataOff } = message;
  const { src, front, middle, data } = message;
  return {
    ...{ seq, tid, type, priority, version, compatVersion, dataOff },
    ...{ srcType: src?.type, srcNum: src?.num },
    front: hex(front),
    middle: hex(middle),
    data: hex(Buffer.concat(data)),
  };
}

function recorded(message: GoldenMessage): unknown {
  const { front, middle, data } = message;
  return { ...message, front: hex(front), middle: hex(middle), data: hex(data) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function addrOf(bytes: Uint8Array | undefined): entity_addr_t {
  return decodeLegacyAddr(new Decoder(bytes ?? new Uint8Array(0), 'entity_addr_t'));
}

function nameOf(messages: readonly GoldenMessage[]): entity_name_t {
  const [first] = messages;
  return { type: first?.srcType ?? 0, num: first?.srcNum ?? 0 };
}

/** Feeds `pieces` to a socket's owner as one read each. */
function feed(net: MemoryNet, events: SocketEvents, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const into = events.readBuffer();
      const part = piece.subarray(at, at + into.length);
      into.set(part);
      events.onRead(part.length);
      net.run();
      at += part.length;
    }
  }
}

/** One at a time: queued together, some would overtake others. A client gets its number on the way. */
function sendAll(
  net: MemoryNet,
  messenger: SimpleMessenger,
  con: Connection,
  messages: readonly GoldenMessage[],
): void {
  for (const message of messages) {
    messenger.myName = nameOf([message]);
    con.sendMessage(rawMessage(message));
    net.run();
  }
}

class FakeSocket implements Socket {
  readonly remoteAddress: { ip: string; port: number };
  readonly sent: Uint8Array[] = [];
  closed = false;

  constructor(ip: string, port: number) {
    this.remoteAddress = { ip, port };
  }

  send(chunks: readonly Uint8Array[]): boolean {
    for (const chunk of chunks) this.sent.push(chunk.slice());
    return true;
  }

  close(): void {
    this.closed = true;
  }

  destroy(): void {
    this.closed = true;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.sent);
  }
}

interface Replay {
  readonly got: Recorder;
  readonly socket: FakeSocket;
}

/** Our client, fed what the real server sent. It sends what the real client sent. */
function replayAsClient(golden: GoldenConversation, pieces: readonly Uint8Array[]): Replay {
  const net = new MemoryNet();
  const server = addrOf(golden.server.addrs[0]);
  const socket = new FakeSocket(server.ip, server.port);
  let events: SocketEvents | undefined;
  const connect = (_to: unknown, given: SocketEvents): Socket => {
    events = given;
    return socket;
  };
  const cct = { ...net.context(), stack: { connect, listen: net.listen.bind(net) } };
  const asked = decodeConnect(new Decoder(golden.client.connect, 'ceph_msg_connect'));
  const messenger = new SimpleMessenger(cct, {
    name: nameOf(golden.client.messages),
    lname: 'client',
    nonce: addrOf(golden.client.addrs[0]).nonce,
    messageFactory: rawFactory,
  });
  const authClient: AuthClient = {
    buildAuthorizer: () =>
      asked.authorizerLen === 0
        ? undefined
        : { protocol: asked.authorizerProtocol, bytes: golden.client.authorizer },
  };
  messenger.authClient = authClient;
  const got = new Recorder();
  messenger.start();
  messenger.addDispatcherTail(got);
  for (let i = 1; i < asked.globalSeq; i++) messenger.getGlobalSeq(0);
  const peerType = golden.server.messages[0]?.srcType ?? 0;
  const con = messenger.getConnection(peerType, server);
  if (events === undefined) throw new Error('not dialled');
  events.onConnect();
  feed(net, events, pieces);
  sendAll(net, messenger, con, golden.client.messages);
  return { got, socket };
}

/** Our server, fed what the real client sent. It sends what the real server sent. */
function replayAsServer(golden: GoldenConversation, pieces: readonly Uint8Array[]): Replay {
  const net = new MemoryNet();
  const socket = new FakeSocket('127.0.0.1', golden.clientPort);
  const addr = addrOf(golden.server.addrs[0]);
  const messenger = new SimpleMessenger(net.context(), {
    name: nameOf(golden.server.messages),
    lname: 'server',
    nonce: addr.nonce,
    messageFactory: rawFactory,
  });
  messenger.setDefaultPolicy(statelessServer());
  messenger.bind(addr, () => {});
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  net.run();
  const answered = decodeConnectReply(new Decoder(golden.server.connect, 'reply'));
  for (let i = 1; i < answered.globalSeq; i++) messenger.getGlobalSeq(0);
  feed(net, messenger.addAcceptPipe(socket), pieces);
  for (const con of got.cons) sendAll(net, messenger, con, golden.server.messages);
  return { got, socket };
}

/** `bytes` without the first KEEPALIVE2 after the handshake: its stamp is the time of day. */
function withoutKeepalive({ client }: GoldenConversation): Uint8Array {
  const at = 9 + 136 + 33 + client.authorizer.length + 8;
  if (client.bytes[at] !== 14) return client.bytes;
  return Buffer.concat([client.bytes.subarray(0, at), client.bytes.subarray(at + 9)]);
}

const CONVERSATIONS = ['v1-none-get', 'v1-none-ops']
  .flatMap((name) =>
    goldenConversations(name).map((golden, i) => ({ name: `${name} ${i}`, golden })),
  )
  // The client's bootstrap sessions are lossless on its side.
  .filter(({ golden }) => golden.client.connect.at(-1) === 1);

describe.each(CONVERSATIONS)('the conversation $name', ({ golden }) => {
  it('is, from our client, what librados sent', () => {
    const { socket } = replayAsClient(golden, [golden.server.bytes]);
    expect(hex(socket.bytes)).toBe(hex(withoutKeepalive(golden)));
  });

  it('is, from our server, what the daemon sent', () => {
    const { socket } = replayAsServer(golden, [golden.client.bytes]);
    expect(hex(socket.bytes)).toBe(hex(golden.server.bytes));
  });

  it('gives our client the messages of the daemon, however it is cut', () => {
    for (const pieces of chunkings(golden.server.bytes)) {
      const { got } = replayAsClient(golden, pieces);
      expect(got.messages.map(seen)).toEqual(golden.server.messages.map(recorded));
    }
  });

  it('gives our server the messages of librados, however it is cut', () => {
    for (const pieces of chunkings(golden.client.bytes)) {
      const { got, socket } = replayAsServer(golden, pieces);
      expect(got.messages.map(seen)).toEqual(golden.client.messages.map(recorded));
      expect(socket.bytes.length).toBe(golden.server.bytes.length);
    }
  });

  it('encodes connect and its reply as they were', () => {
    const enc = new Encoder();
    encodeConnect(enc, decodeConnect(new Decoder(golden.client.connect, 'connect')));
    expect(hex(enc.take())).toBe(hex(golden.client.connect));
    encodeConnectReply(enc, decodeConnectReply(new Decoder(golden.server.connect, 'reply')));
    expect(hex(enc.take())).toBe(hex(golden.server.connect));
  });
});

it('there are conversations with monitors and with OSDs', () => {
  const types = new Set(CONVERSATIONS.map(({ golden }) => golden.server.messages[0]?.srcType));
  expect([...types].sort()).toEqual([CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD]);
  expect(CONVERSATIONS[0]?.golden.client.messages[0]?.srcType).toBe(CEPH_ENTITY_TYPE_CLIENT);
});
