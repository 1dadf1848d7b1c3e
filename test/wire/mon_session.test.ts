import { expect, test } from 'vitest';
import type { CephContext } from '../../src/common/CephContext.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import { CEPH_MSG_MON_SUBSCRIBE, MMonSubscribe } from '../../src/messages/MMonSubscribe.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import { MonClient } from '../../src/mon/MonClient.ts';
import { MonMap } from '../../src/mon/MonMap.ts';
import type { Message } from '../../src/msg/Message.ts';
import { Objecter } from '../../src/osdc/Objecter.ts';
import { decodeAs, frontOf } from '../helpers/codec.ts';
import { fakeWorld } from '../helpers/FakeCluster.ts';
import {
  type GoldenConversation,
  type GoldenMessage,
  goldenConversations,
} from '../helpers/golden.ts';

/** `rados get`: two sessions for its options, one for good; the fourth connection is to an OSD. */
const [bootstrap, , session] = goldenConversations('v1-none-get');

function decode(message: GoldenMessage): Message | undefined {
  return decodeMessage(message, new Decoder(message.front, 'front'), message.middle, message.data);
}

/** As the tests compare it. */
function told(
  { type, priority, tid, version, compatVersion }: Message | GoldenMessage,
  front: Uint8Array,
) {
  return { type, priority, tid, version, compatVersion, front: Buffer.from(front).toString('hex') };
}

/** A client of the machine that the recording was made on, and the recorded monitor. */
class Recorded {
  readonly theirs: GoldenConversation;
  readonly world: ReturnType<typeof fakeWorld>;
  readonly monc: MonClient;
  readonly done: number[] = [];

  constructor(theirs: GoldenConversation | undefined) {
    if (theirs === undefined) throw new Error('a recording is missing');
    this.theirs = theirs;
    this.world = fakeWorld();
    const cct: CephContext = { ...this.world.cct, hostname: hostnameOf(theirs) };
    const monmap = MonMap.buildInitial(`v1:127.0.0.1:${theirs.serverPort}`);
    const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
    this.monc = new MonClient(cct, this.world.messenger, { name }, monmap);
    this.world.messenger.addDispatcherHead(this.monc);
    this.monc.authenticate((result) => this.done.push(result));
  }

  /** Lets the monitor say all that it said. */
  answer(): void {
    const [con] = this.world.messenger.cons;
    for (const recorded of this.theirs.server.messages) {
      const message = decode(recorded);
      if (con !== undefined && message !== undefined) {
        this.world.messenger.msDeliverDispatch(con, message);
      }
    }
  }

  get ours() {
    const sent = this.world.messenger.cons.flatMap((con) => con.sent);
    return sent.map((message) => told(message, frontOf(message)));
  }

  get recorded() {
    return this.theirs.client.messages.map((message) => told(message, message.front));
  }
}

function hostnameOf({ client }: GoldenConversation): string {
  const subscribe = client.messages.find(({ type }) => type === CEPH_MSG_MON_SUBSCRIBE);
  if (subscribe === undefined) throw new Error('nothing was subscribed to');
  return decodeAs(MMonSubscribe, subscribe, subscribe.front).hostname;
}

test('a session for the options says what stock librados says, byte for byte', () => {
  const client = new Recorded(bootstrap);
  client.answer();
  expect(client.done).toEqual([0]);
  expect(client.ours).toEqual(client.recorded);
});

test('the session for good says what stock librados says, byte for byte', () => {
  const client = new Recorded(session);
  client.answer();
  const { cct, messenger } = client.world;
  const objecter = new Objecter(cct, messenger, client.monc);
  client.monc.subWant('mgrmap', 0, 0);
  client.monc.renewSubs();
  objecter.start();
  expect(client.ours).toEqual(client.recorded);
});
