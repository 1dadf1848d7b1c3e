import { describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import { ProtocolError } from '../../../../src/common/errors.ts';
import { SocketError } from '../../../../src/common/Stack.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { lossyClient, type Policy, statelessServer } from '../../../../src/msg/Policy.ts';
import { V2_ADDR } from '../../../helpers/async_messengers.ts';
import { type Cut, type CutMode, CuttingNet } from '../../../helpers/CuttingNet.ts';
import { Recorder, TestMessage, testFactory } from '../../../helpers/messengers.ts';
import { SecretAuth } from '../../../helpers/SecretAuth.ts';

/** Longer than any limit: of a handshake, of a frame, of silence. */
const LONG_MS = 4_000_000;
const DATA = new Uint8Array(100).fill(7);

interface Outcome {
  readonly net: CuttingNet;
  readonly answers: string[];
  /** Of both sides. */
  readonly errors: Error[];
  /** Connections that either side still has. */
  readonly leftOver: number;
}

/** A client asks, the server answers; what is lost is asked again, as the Objecter does. */
function askOnce(isSecure: boolean, cut: Cut | undefined): Outcome {
  const net = new CuttingNet(cut === undefined ? [] : [cut]);
  const start = (type: number, num: number, policy: Policy, got: Recorder): AsyncMessenger => {
    const cct = net.context();
    const identity = { name: { type, num }, lname: 'test', nonce: num };
    const messenger = new AsyncMessenger(cct, { ...identity, messageFactory: testFactory });
    messenger.setDefaultPolicy(policy);
    if (isSecure) {
      const auth = new SecretAuth(cct.random);
      messenger.authClient = auth;
      messenger.authServer = auth;
    }
    if (num === V2_ADDR.nonce) messenger.bind([V2_ADDR], () => {});
    messenger.start();
    messenger.addDispatcherTail(got);
    return messenger;
  };
  const [asked, got] = [new Recorder(), new Recorder()];
  const server = start(CEPH_ENTITY_TYPE_OSD, V2_ADDR.nonce, statelessServer(), asked);
  asked.onMessage = (from) => from.sendMessage(new TestMessage('answer', DATA));
  const client = start(CEPH_ENTITY_TYPE_CLIENT, 5, lossyClient(), got);
  const ask = (): void =>
    client.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR).sendMessage(new TestMessage('ask'));
  const msHandleReset = got.msHandleReset.bind(got);
  got.msHandleReset = (con, why) => {
    if (got.texts.length === 0) ask();
    return msHandleReset(con, why);
  };
  net.run();
  ask();
  net.run(LONG_MS);
  const leftOver = client.conns.size + server.conns.size;
  return { net, answers: got.texts, errors: [...got.errors, ...asked.errors], leftOver };
}

function isTyped(error: Error): boolean {
  return error instanceof SocketError || error instanceof ProtocolError;
}

const SIDES = ['dialler', 'listener'] as const;
const MODES: readonly CutMode[] = ['fin', 'rst', 'silence'];

describe.each([
  { name: 'crc', isSecure: false },
  { name: 'secure', isSecure: true },
])('in $name mode, a question whose connection ends after any byte', ({ isSecure }) => {
  const lengths = askOnce(isSecure, undefined).net.sockets.map(({ sent }) => sent.length);

  it.each(SIDES.flatMap((side) => MODES.map((mode): [Cut['side'], CutMode] => [side, mode])))(
    'from the %s by %s is answered in the end',
    (side, mode) => {
      const length = lengths[side === 'dialler' ? 0 : 1] ?? 0;
      expect(length).toBeGreaterThan(400);
      for (let after = 0; after < length; after++) {
        const { answers, errors, leftOver } = askOnce(isSecure, { side, after, mode });
        expect([after, answers, leftOver]).toEqual([after, ['answer'], 0]);
        expect(errors.filter((error) => !isTyped(error))).toEqual([]);
      }
    },
  );
});
