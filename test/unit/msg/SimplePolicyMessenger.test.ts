import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import type { LogEntry } from '../../../src/common/Log.ts';
import { AsyncMessenger } from '../../../src/msg/async/AsyncMessenger.ts';
import { Messenger } from '../../../src/msg/Messenger.ts';
import { lossyClient, statelessServer } from '../../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../../src/msg/simple/SimpleMessenger.ts';
import { MemoryNet } from '../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../helpers/messengers.ts';

const OPTIONS = {
  name: { type: CEPH_ENTITY_TYPE_OSD, num: 3 },
  lname: 'ms_public',
  nonce: 7,
  messageFactory: testFactory,
};

describe('Messenger.create', () => {
  it('makes a messenger of the type that is named, by default an asynchronous one', () => {
    const cct = new MemoryNet().context();
    const messenger = Messenger.create(cct, cct.conf.ms_type, OPTIONS);
    expect(messenger).toBeInstanceOf(AsyncMessenger);
    expect(messenger.who).toBe('osd.3');
    expect(Messenger.create(cct, 'simple', OPTIONS)).toBeInstanceOf(SimpleMessenger);
  });

  it('refuses a type that there is not', () => {
    const cct = new MemoryNet().context();
    expect(() => Messenger.create(cct, 'carrier pigeon', OPTIONS)).toThrow(
      "unrecognized ms_type 'carrier pigeon'",
    );
  });
});

describe('dispatchers', () => {
  function deliver(...takes: boolean[]): { asked: number[]; log: LogEntry[] } {
    const net = new MemoryNet();
    const log: LogEntry[] = [];
    const messenger = new SimpleMessenger(net.context({}, log), OPTIONS);
    const asked: number[] = [];
    takes.forEach((take, i) => {
      const dispatcher = new Recorder();
      dispatcher.msDispatch = () => asked.push(i) > 0 && take;
      if (i === 0) messenger.addDispatcherHead(dispatcher);
      else messenger.addDispatcherTail(dispatcher);
    });
    messenger.localConnection.sendMessage(new TestMessage('for whom?'));
    net.run();
    return { asked, log };
  }

  it('are asked in turn until one takes the message', () => {
    expect(deliver(false, true, true).asked).toEqual([0, 1]);
  });

  it('who all refuse a message leave a log entry', () => {
    const { asked, log } = deliver(false, false);
    expect(asked).toEqual([0, 1]);
    expect(log.at(-1)).toMatchObject({
      fn: 'Messenger.msDeliverDispatch',
      facts: { unhandled: 'test(for whom?)' },
    });
  });

  it('added at the head are asked first', () => {
    const net = new MemoryNet();
    const messenger = new SimpleMessenger(net.context(), OPTIONS);
    const first = new Recorder();
    const second = new Recorder();
    messenger.addDispatcherTail(second);
    messenger.addDispatcherHead(first);
    messenger.localConnection.sendMessage(new TestMessage('mine'));
    net.run();
    expect([first.texts, second.texts]).toEqual([['mine'], []]);
  });
});

it('a policy holds for its type of peer, the default for all others', () => {
  const messenger = new SimpleMessenger(new MemoryNet().context(), OPTIONS);
  messenger.setDefaultPolicy(statelessServer());
  messenger.setPolicy(CEPH_ENTITY_TYPE_MON, lossyClient());
  expect(messenger.getPolicy(CEPH_ENTITY_TYPE_MON).server).toBe(false);
  expect(messenger.getPolicy(CEPH_ENTITY_TYPE_OSD).server).toBe(true);
});
