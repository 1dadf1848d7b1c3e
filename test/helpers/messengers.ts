import type { Decoder } from '../../src/common/Decoder.ts';
import type { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import { Message } from '../../src/msg/Message.ts';
import type { MessageFactory } from '../../src/msg/MessageFactory.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../src/msg/msg_types.ts';
import { lossyClient, statelessServer } from '../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../src/msg/simple/SimpleMessenger.ts';
import { MemoryNet } from './MemoryNet.ts';

const TEST_MESSAGE = 0x7001;

/** A message of the tests: a text and some bytes. */
export class TestMessage extends Message {
  readonly text: string;

  constructor(text: string, data: Uint8Array = new Uint8Array(0), type: number = TEST_MESSAGE) {
    super(type, 1, 1);
    this.text = text;
    if (data.length > 0) this.data = [data];
  }

  override encodePayload(enc: Encoder): void {
    enc.string(this.text);
  }

  override toString(): string {
    return `test(${this.text})`;
  }
}

export const testFactory: MessageFactory = (envelope, front: Decoder, middle, data) => {
  if (envelope.type !== TEST_MESSAGE) return undefined;
  const message = new TestMessage(front.string('text'), data);
  message.middle = middle;
  return message;
};

/** Takes everything and writes it down. */
export class Recorder implements Dispatcher {
  readonly events: string[] = [];
  readonly messages: Message[] = [];
  readonly errors: Error[] = [];
  readonly cons: Set<Connection> = new Set<Connection>();
  /** Called with each message, after it was written down. */
  onMessage: (con: Connection, message: Message) => void = () => {};

  get texts(): string[] {
    return this.messages.map((message) => (message instanceof TestMessage ? message.text : '?'));
  }

  msDispatch(con: Connection, message: Message): boolean {
    this.messages.push(message);
    this.events.push(String(message));
    this.cons.add(con);
    this.onMessage(con, message);
    return true;
  }

  msHandleConnect(con: Connection): void {
    this.events.push('connect');
    this.cons.add(con);
  }

  msHandleAccept(con: Connection): void {
    this.events.push('accept');
    this.cons.add(con);
  }

  msHandleReset(_con: Connection, why: Error): boolean {
    this.events.push('reset');
    this.errors.push(why);
    return true;
  }

  msHandleRemoteReset(): void {
    this.events.push('remote reset');
  }

  msHandleRefused(_con: Connection, why: Error): boolean {
    this.events.push('refused');
    this.errors.push(why);
    return true;
  }
}

export const SERVER_ADDR: entity_addr_t = new entity_addr_t(
  ADDR_TYPE_LEGACY,
  '127.0.0.1',
  6800,
  77,
);

export interface Side {
  readonly messenger: SimpleMessenger;
  readonly got: Recorder;
}

/** An `osd.0` that listens at {@link SERVER_ADDR}. */
export function startServer(net: MemoryNet, conf: Partial<Options> = {}): Side {
  const messenger = new SimpleMessenger(net.context(conf), {
    name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
    lname: 'ms_public',
    nonce: SERVER_ADDR.nonce,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(statelessServer());
  const got = new Recorder();
  messenger.bind([SERVER_ADDR], () => {});
  messenger.start();
  messenger.addDispatcherTail(got);
  net.run();
  return { messenger, got };
}

export function startClient(net: MemoryNet, conf: Partial<Options> = {}, nonce = 4711): Side {
  const messenger = new SimpleMessenger(net.context(conf), {
    name: { type: CEPH_ENTITY_TYPE_CLIENT, num: 4123 },
    lname: 'client',
    nonce,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(lossyClient());
  const got = new Recorder();
  messenger.start();
  messenger.addDispatcherTail(got);
  return { messenger, got };
}

export interface Pair {
  readonly net: MemoryNet;
  readonly server: Side;
  readonly client: Side;
  /** The client's. */
  readonly con: Connection;
}

/** A client with a connection to a server, not yet open. */
export function startPair(conf: Partial<Options> = {}): Pair {
  const net = new MemoryNet();
  const server = startServer(net, conf);
  const client = startClient(net, conf);
  const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
  return { net, server, client, con };
}
