import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import { AbortListeners } from '../../src/librados/AbortListeners.ts';
import { IoCtx, type IoCtxOptions } from '../../src/librados/IoCtx.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import { MonClient } from '../../src/mon/MonClient.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { Message } from '../../src/msg/Message.ts';
import { Objecter } from '../../src/osdc/Objecter.ts';
import type { FakeClock } from './FakeClock.ts';
import { fakeWorld } from './FakeCluster.ts';
import type { FakeConnection, FakeMessenger } from './FakeMessenger.ts';
import type { GoldenConversation, GoldenMessage } from './golden.ts';

export interface RecordedClient {
  readonly clock: FakeClock;
  readonly messenger: FakeMessenger;
  readonly monc: MonClient;
  readonly objecter: Objecter;
  /** The connection to the monitor. */
  readonly mon: FakeConnection;
  openIoCtx(options?: IoCtxOptions): IoCtx;
}

/** A client that has heard what a recorded monitor said. Its pool 1 is `p`. */
export function recordedClient(monitor: GoldenConversation): RecordedClient {
  const { cct, clock, messenger } = fakeWorld();
  const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
  const initial = MonMap.buildInitial(`v1:127.0.0.1:${monitor.serverPort}`);
  const monc = new MonClient(cct, messenger, { name }, initial);
  const objecter = new Objecter(cct, messenger, monc);
  messenger.addDispatcherHead(objecter);
  messenger.addDispatcherHead(monc);
  monc.authenticate(() => objecter.start());
  const [mon] = messenger.cons;
  if (mon === undefined) throw new Error('no connection');
  for (const message of monitor.server.messages) {
    const decoded = decodeGolden(message);
    if (decoded !== undefined) messenger.msDeliverDispatch(mon, decoded);
  }
  const session = {
    cct,
    objecter,
    aborts: new AbortListeners(),
    who: () => 'client.4123',
    osdMap: () => {
      if (objecter.osdmap === undefined) throw new Error('no map');
      return objecter.osdmap;
    },
    checkConnected: () => {},
  };
  const openIoCtx = (options: IoCtxOptions = {}): IoCtx => new IoCtx(session, 1, 'p', options);
  return { clock, messenger, monc, objecter, mon, openIoCtx };
}

export function decodeGolden(golden: GoldenMessage): Message | undefined {
  const { front, middle } = golden;
  // Not a Buffer: what is made of it is compared with what a client makes.
  const data = new Uint8Array(golden.data);
  const message = decodeMessage(golden, new Decoder(front, 'front'), middle, data);
  if (message !== undefined) message.tid = golden.tid;
  return message;
}

/** What is in a header but for the sender, and the front, the data. */
export function onTheWire(message: Message | GoldenMessage | undefined): object | undefined {
  if (message === undefined) return undefined;
  const { type, tid, priority, version, compatVersion } = message;
  const front = 'front' in message ? message.front : encode(message);
  const data = 'front' in message ? message.data : Buffer.concat(message.data);
  return { type, tid, priority, version, compatVersion, front: hex(front), data: hex(data) };
}

function encode(message: Message): Uint8Array {
  const enc = new Encoder();
  message.encodePayload(enc);
  return enc.take();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
