import { Buffer } from 'node:buffer';
import type { AuthClient, AuthRequest, AuthSecrets } from '../../src/auth/AuthClient.ts';
import type { AuthReply } from '../../src/auth/AuthServer.ts';
import { NO_SECRETS } from '../../src/auth/auth_modes.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import { AsyncMessenger } from '../../src/msg/async/AsyncMessenger.ts';
import { createHandlerPair } from '../../src/msg/async/crypto_onwire.ts';
import {
  decodeAuthDone,
  decodeAuthMore,
  decodeAuthRequest,
  decodeHello,
} from '../../src/msg/async/frames/auth_frames.ts';
import {
  type ClientIdentFrame,
  decodeClientIdent,
  decodeServerIdent,
  type ServerIdentFrame,
} from '../../src/msg/async/frames/ident_frames.ts';
import {
  TAG_AUTH_DONE,
  TAG_AUTH_REPLY_MORE,
  TAG_AUTH_REQUEST,
  TAG_AUTH_REQUEST_MORE,
  TAG_CLIENT_IDENT,
  TAG_HELLO,
  TAG_MESSAGE,
  TAG_SERVER_IDENT,
} from '../../src/msg/async/frames_v2.ts';
import { blankHeader2, decodeHeader2 } from '../../src/msg/async/message_frame.ts';
import { ADDR_TYPE_MSGR2, type entity_addr_t } from '../../src/msg/msg_types.ts';
import { losslessClient, lossyClient, statelessServer } from '../../src/msg/Policy.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import { type Frame, FrameSink } from './frames.ts';
import type { GoldenConnection } from './golden_v2.ts';
import { MemoryNet } from './MemoryNet.ts';
import { Recorder } from './messengers.ts';
import { FakeSocket, RawMessage, rawFactory } from './replay.ts';

const CEPH_MSG_CONNECT_LOSSY = 1;
const BYTES_AT_ONCE = 16;

/** A recorded message, and how many the other side had sent by then. */
interface Sent {
  readonly message: RawMessage;
  readonly ackSeq: number;
}

/** What the two sides of a recorded connection of msgr v2 said. */
export interface Script {
  readonly golden: GoldenConnection;
  readonly clientIdent: ClientIdentFrame;
  readonly serverIdent: ServerIdentFrame;
  readonly clientType: number;
  readonly serverType: number;
  /** Where the server saw the client's socket. */
  readonly clientAddr: entity_addr_t;
  readonly clientSent: readonly Sent[];
  readonly serverSent: readonly Sent[];
  readonly client: readonly Frame[];
  readonly server: readonly Frame[];
}

export function scriptOf(golden: GoldenConnection): Script {
  const client = framesOf(golden, 'client');
  const server = framesOf(golden, 'server');
  const fromClient = decodeHello(payload(client, TAG_HELLO));
  const fromServer = decodeHello(payload(server, TAG_HELLO));
  return {
    golden,
    client,
    server,
    clientIdent: decodeClientIdent(payload(client, TAG_CLIENT_IDENT)),
    serverIdent: decodeServerIdent(payload(server, TAG_SERVER_IDENT)),
    clientType: fromClient.entityType,
    serverType: fromServer.entityType,
    clientAddr: fromServer.peerAddr,
    clientSent: messagesOf(client),
    serverSent: messagesOf(server),
  };
}

export interface ReplayV2 {
  readonly socket: FakeSocket;
  readonly got: Recorder;
}

/** Our client, fed what the real server sent. It sends what the real client sent. */
export function replayAsClientV2(script: Script): ReplayV2 {
  const { golden, clientIdent, serverType } = script;
  const net = new MemoryNet();
  const { targetAddr } = clientIdent;
  const socket = new FakeSocket(targetAddr.ip, targetAddr.port);
  let events: SocketEvents | undefined;
  const connect = (_to: unknown, given: SocketEvents): Socket => {
    events = given;
    return socket;
  };
  const stack = { connect, listen: net.listen.bind(net) };
  const cct = { ...contextOf(net, clientIdent.cookie), stack };
  const messenger = new AsyncMessenger(cct, {
    name: { type: script.clientType, num: clientIdent.gid },
    lname: 'client',
    nonce: clientIdent.addrs[0]?.nonce ?? 0,
    messageFactory: rawFactory,
  });
  const isLossy = (clientIdent.flags & CEPH_MSG_CONNECT_LOSSY) !== 0;
  messenger.setDefaultPolicy({
    ...(isLossy ? lossyClient() : losslessClient()),
    featuresRequired: clientIdent.requiredFeatures,
  });
  messenger.authClient = new RecordedClient(script);
  const got = new Recorder();
  messenger.start();
  messenger.addDispatcherTail(got);
  for (let i = 1; i < clientIdent.globalSeq; i++) messenger.getGlobalSeq(0);
  const con = messenger.getConnection(serverType, targetAddr);
  if (events === undefined) throw new Error('not dialled');
  events.onConnect();
  const feeder = new Feeder(net, events, socket, golden.server);
  feeder.until(() => con.isConnected());
  for (const { message, ackSeq } of script.clientSent) {
    feeder.until(() => got.messages.length >= ackSeq);
    con.sendMessage(message);
    net.run();
  }
  feeder.until(() => false);
  return { socket, got };
}

/** Our server, fed what the real client sent. It sends what the real server sent. */
export function replayAsServerV2(script: Script): ReplayV2 {
  const { golden, serverIdent, clientAddr } = script;
  const net = new MemoryNet();
  const socket = new FakeSocket(clientAddr.ip, clientAddr.port);
  const messenger = new AsyncMessenger(contextOf(net, serverIdent.cookie), {
    name: { type: script.serverType, num: serverIdent.gid },
    lname: 'server',
    nonce: serverIdent.addrs[0]?.nonce ?? 0,
    messageFactory: rawFactory,
  });
  messenger.setDefaultPolicy({
    ...statelessServer(),
    featuresRequired: serverIdent.requiredFeatures,
  });
  messenger.authServer = new RecordedServer(script);
  messenger.bind(serverIdent.addrs, () => {});
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  net.run();
  for (let i = 1; i < serverIdent.globalSeq; i++) messenger.getGlobalSeq(0);
  const events = messenger.addAccept(socket, ADDR_TYPE_MSGR2);
  const feeder = new Feeder(net, events, socket, golden.client);
  for (const { message, ackSeq } of script.serverSent) {
    feeder.until(() => got.messages.length >= ackSeq && got.cons.size > 0);
    for (const con of got.cons) con.sendMessage(message);
    net.run();
  }
  feeder.until(() => false);
  return { socket, got };
}

/** Gives a socket's owner what its peer has sent, a little at a time. */
class Feeder {
  readonly #net: MemoryNet;
  readonly #events: SocketEvents;
  readonly #socket: FakeSocket;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(net: MemoryNet, events: SocketEvents, socket: FakeSocket, bytes: Uint8Array) {
    this.#net = net;
    this.#events = events;
    this.#socket = socket;
    this.#bytes = bytes;
  }

  until(done: () => boolean): void {
    while (!done() && this.#at < this.#bytes.length && this.#socket.end === undefined) {
      const into = this.#events.readBuffer();
      const count = Math.min(into.length, BYTES_AT_ONCE);
      const piece = this.#bytes.subarray(this.#at, this.#at + count);
      into.set(piece);
      this.#events.onRead(piece.length);
      this.#net.run();
      this.#at += piece.length;
    }
  }
}

/** Says what the recorded client said to authenticate, and knows what it knew then. */
class RecordedClient extends DummyAuth implements AuthClient {
  readonly #script: Script;
  #more = 0;

  constructor(script: Script) {
    super();
    this.#script = script;
  }

  override getAuthRequest(): AuthRequest {
    const request = decodeAuthRequest(payload(this.#script.client, TAG_AUTH_REQUEST));
    return { ...request, payload: request.authPayload };
  }

  override handleAuthReplyMore(): Uint8Array {
    return decodeAuthMore(payload(this.#script.client, TAG_AUTH_REQUEST_MORE, this.#more++));
  }

  override handleAuthDone(): AuthSecrets {
    return this.#script.golden.keys ?? NO_SECRETS;
  }
}

class RecordedServer extends DummyAuth {
  readonly #script: Script;
  #more = 0;

  constructor(script: Script) {
    super();
    this.#script = script;
  }

  override pickConMode(): number {
    return decodeAuthDone(payload(this.#script.server, TAG_AUTH_DONE)).conMode;
  }

  override handleAuthRequest(): AuthReply {
    const { server, golden } = this.#script;
    const mores = server.filter(({ tag }) => tag === TAG_AUTH_REPLY_MORE).length;
    if (this.#more < mores) {
      const more = decodeAuthMore(payload(server, TAG_AUTH_REPLY_MORE, this.#more++));
      return { kind: 'more', payload: more };
    }
    const { globalId, authPayload } = decodeAuthDone(payload(server, TAG_AUTH_DONE));
    return { kind: 'done', globalId, payload: authPayload, ...(golden.keys ?? NO_SECRETS) };
  }
}

/** `cookie`: the next random number. */
function contextOf(net: MemoryNet, cookie: bigint): CephContext {
  const words = [Number(cookie >> 32n), Number(cookie & 0xffffffffn)];
  const cct = net.context();
  const random = { uint32: () => words.shift() ?? cct.random.uint32(), float: cct.random.float };
  return { ...cct, random, crypto: new NodeCrypto() };
}

function framesOf(golden: GoldenConnection, side: 'client' | 'server'): readonly Frame[] {
  const secret = golden.keys?.connectionSecret;
  const handlers = secret && createHandlerPair(new NodeCrypto(), secret, side === 'client');
  const sink = new FrameSink(new MemoryNet().context(), golden.authFrames, handlers?.rx);
  sink.receive(golden[side]);
  return sink.frames;
}

function payload(frames: readonly Frame[], tag: number, nth = 0): Decoder {
  const bytes = frames.filter((frame) => frame.tag === tag)[nth]?.segments[0];
  if (bytes === undefined) throw new Error(`no frame of tag ${tag}`);
  return new Decoder(bytes, 'payload');
}

function messagesOf(frames: readonly Frame[]): Sent[] {
  return frames.filter(({ tag }) => tag === TAG_MESSAGE).map(({ segments }) => sentOf(segments));
}

function sentOf([first, front, middle, data]: readonly Uint8Array[]): Sent {
  const header = blankHeader2();
  decodeHeader2(new Decoder(first ?? Buffer.alloc(0), 'header'), header);
  const message = new RawMessage({ ...header, front: front ?? Buffer.alloc(0) });
  message.tid = header.tid;
  message.priority = header.priority;
  message.dataOff = header.dataOff;
  message.middle = middle ?? Buffer.alloc(0);
  message.data = [data ?? Buffer.alloc(0)];
  return { message, ackSeq: header.ackSeq };
}
