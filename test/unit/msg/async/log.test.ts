import { expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import type { LogEntry } from '../../../../src/common/Log.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2 } from '../../../../src/msg/msg_types.ts';
import { startAsyncServer, V2_ADDR } from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../../helpers/messengers.ts';
import { SecretAuth } from '../../../helpers/SecretAuth.ts';

/** What a client of OSDs at an address of `type` writes down of one message. */
function written(type: number, isSecure: boolean): LogEntry['facts'] | undefined {
  const net = new MemoryNet();
  const log: LogEntry[] = [];
  const addr = V2_ADDR.with({ type });
  const server = startAsyncServer(net, { addrs: [addr] });
  const cct = net.context({}, log);
  const client = new AsyncMessenger(cct, {
    name: { type: CEPH_ENTITY_TYPE_OSD, num: 1 },
    lname: 'client',
    nonce: 4711,
    messageFactory: testFactory,
  });
  if (isSecure) {
    const auth = new SecretAuth(cct.random);
    client.authClient = auth;
    server.messenger.authServer = auth;
  }
  client.addDispatcherTail(new Recorder());
  const message = new TestMessage('logged', Uint8Array.of(1, 2, 3));
  client.getConnection(CEPH_ENTITY_TYPE_OSD, addr).sendMessage(message);
  net.run();
  return log.find(({ fn }) => fn.endsWith('.writeMessage'))?.facts;
}

const number = expect.any(Number);

it.each([
  [
    'v2',
    ADDR_TYPE_MSGR2,
    false,
    { seq: 1, bytes: number, crc: number, front: number, data: number },
  ],
  [
    'v1',
    ADDR_TYPE_LEGACY,
    false,
    { seq: 1, bytes: number, crc: number, front: number, data: number },
  ],
  ['v2, secure', ADDR_TYPE_MSGR2, true, { seq: 1, bytes: number, sealed: true }],
] as const)('what was written is logged with its crcs: %s', (_, type, isSecure, facts) => {
  expect(written(type, isSecure)).toEqual(facts);
});
