import { expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import type { LogEntry } from '../../../../src/common/Log.ts';
import { statelessServer } from '../../../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../../../src/msg/simple/SimpleMessenger.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { Recorder, SERVER_ADDR, TestMessage, testFactory } from '../../../helpers/messengers.ts';

function journey(): LogEntry[] {
  const net = new MemoryNet();
  const log: LogEntry[] = [];
  const osd = new SimpleMessenger(net.context({}, log), {
    name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
    lname: 'ms_public',
    nonce: SERVER_ADDR.nonce,
    messageFactory: testFactory,
  });
  osd.setDefaultPolicy(statelessServer());
  osd.bind([SERVER_ADDR], () => {});
  osd.addDispatcherTail(new Recorder());
  const client = new SimpleMessenger(net.context({}, log), {
    name: { type: CEPH_ENTITY_TYPE_CLIENT, num: 4123 },
    lname: 'client',
    nonce: 1,
    messageFactory: testFactory,
  });
  client.addDispatcherTail(new Recorder());
  net.run();
  const message = new TestMessage('logged');
  message.tid = 42;
  client.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR).sendMessage(message);
  net.run();
  return log.filter((entry) => entry.tid === 42);
}

it('one message can be followed by its tid, from sender to dispatcher', () => {
  expect(journey().map(({ who, fn }) => `${who} ${fn}`)).toEqual([
    'client.4123 SimpleMessenger.submitMessage',
    'client.4123 Pipe.send',
    'client.4123 Pipe.writeMessage',
    'osd.0 Pipe.reader',
    'osd.0 DispatchQueue.enqueue',
    'osd.0 DispatchQueue.entry',
  ]);
});

it('what was written is logged with its seq, bytes and crc', () => {
  const written = journey().find(({ fn }) => fn === 'Pipe.writeMessage');
  expect(written?.facts).toMatchObject({
    seq: 1,
    bytes: 1 + 53 + 10 + 21,
    crc: expect.any(Number),
  });
});
