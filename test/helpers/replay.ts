import type { AuthServer } from '../../src/auth/AuthServer.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import type { Encoder } from '../../src/common/Encoder.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { Message } from '../../src/msg/Message.ts';
import type { MessageFactory } from '../../src/msg/MessageFactory.ts';
import {
  decodeLegacyAddr,
  type entity_addr_t,
  type entity_name_t,
} from '../../src/msg/msg_types.ts';
import { CEPH_MSG_CONNECT_LOSSY, decodeConnect, decodeConnectReply } from '../../src/msg/msgr.ts';
import { losslessClient, statelessServer } from '../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../src/msg/simple/SimpleMessenger.ts';
import type { GoldenConversation, GoldenMessage } from './golden.ts';
import { MemoryNet } from './MemoryNet.ts';
import { Recorder } from './messengers.ts';

/** A message that knows no more of itself than its bytes. */
export class RawMessage extends Message {
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

export const rawFactory: MessageFactory = (
  { type, version, compatVersion },
  front,
  middle,
  data,
) => {
  const bytes = front.raw(front.remaining).slice();
  const message = new RawMessage({ type, version, compatVersion, front: bytes });
  message.middle = middle;
  message.data = [data];
  return message;
};

function addrOf(bytes: Uint8Array | undefined): entity_addr_t {
  return decodeLegacyAddr(new Decoder(bytes ?? new Uint8Array(0), 'entity_addr_t'));
}

function nameOf(messages: readonly GoldenMessage[]): entity_name_t {
  const [first] = messages;
  return { type: first?.srcType ?? 0, num: first?.srcNum ?? 0 };
}

/** Feeds `pieces` to a socket's owner as one read each. */
function feed(
  net: MemoryNet,
  socket: FakeSocket,
  events: SocketEvents,
  pieces: readonly Uint8Array[],
): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && socket.end === undefined; ) {
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

export class FakeSocket implements Socket {
  readonly remoteAddress: { ip: string; port: number };
  readonly sent: Uint8Array[] = [];
  end: 'closed' | 'destroyed' | undefined;
  isPaused = false;

  constructor(ip: string, port: number) {
    this.remoteAddress = { ip, port };
  }

  send(chunks: readonly Uint8Array[]): boolean {
    for (const chunk of chunks) this.sent.push(chunk.slice());
    return true;
  }

  pauseReading(): void {
    this.isPaused = true;
  }

  resumeReading(): void {
    this.isPaused = false;
  }

  close(): void {
    this.end = 'closed';
  }

  destroy(): void {
    this.end = 'destroyed';
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.sent);
  }
}

export interface Replay {
  readonly net: MemoryNet;
  readonly messenger: SimpleMessenger;
  readonly events: SocketEvents;
  readonly got: Recorder;
  readonly socket: FakeSocket;
}

/** Our client, fed what the real server sent. It sends what the real client sent. `unknownType`: a type that it cannot decode. */
export function replayAsClient(
  golden: GoldenConversation,
  pieces: readonly Uint8Array[],
  unknownType = -1,
): Replay {
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
    messageFactory: (envelope, front, middle, data) =>
      envelope.type === unknownType ? undefined : rawFactory(envelope, front, middle, data),
  });
  // So librados begins with a monitor; whether the session is lossy is what the server answers.
  if ((asked.flags & CEPH_MSG_CONNECT_LOSSY) === 0) messenger.setDefaultPolicy(losslessClient());
  const authClient = Object.assign(new DummyAuth(), {
    buildAuthorizer: () =>
      asked.authorizerLen === 0
        ? undefined
        : { protocol: asked.authorizerProtocol, bytes: golden.client.authorizer },
  });
  messenger.authClient = authClient;
  const got = new Recorder();
  messenger.start();
  messenger.addDispatcherTail(got);
  for (let i = 1; i < asked.globalSeq; i++) messenger.getGlobalSeq(0);
  const peerType = golden.server.messages[0]?.srcType ?? 0;
  const con = messenger.getConnection(peerType, server);
  if (events === undefined) throw new Error('not dialled');
  events.onConnect();
  feed(net, socket, events, pieces);
  if (con.isConnected()) sendAll(net, messenger, con, golden.client.messages);
  return { net, messenger, events, got, socket };
}

/** Our server, fed what the real client sent. It sends what the real server sent. */
export function replayAsServer(
  golden: GoldenConversation,
  pieces: readonly Uint8Array[],
  authServer?: AuthServer,
): Replay {
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
  messenger.authServer = authServer;
  messenger.bind([addr], () => {});
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  net.run();
  const answered = decodeConnectReply(new Decoder(golden.server.connect, 'reply'));
  for (let i = 1; i < answered.globalSeq; i++) messenger.getGlobalSeq(0);
  const events = messenger.addAcceptPipe(socket);
  feed(net, socket, events, pieces);
  for (const con of got.cons) sendAll(net, messenger, con, golden.server.messages);
  return { net, messenger, events, got, socket };
}
