import { beforeEach, describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import type { LogEntry } from '../../../src/common/Log.ts';
import { DispatchQueue } from '../../../src/msg/DispatchQueue.ts';
import { PipeConnection } from '../../../src/msg/simple/PipeConnection.ts';
import { SimpleMessenger } from '../../../src/msg/simple/SimpleMessenger.ts';
import { MemoryNet } from '../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../helpers/messengers.ts';

let net: MemoryNet;
let got: Recorder;
let queue: DispatchQueue;
let log: LogEntry[];
let a: PipeConnection;
let b: PipeConnection;

beforeEach(() => {
  net = new MemoryNet();
  got = new Recorder();
  log = [];
  const messenger = new SimpleMessenger(net.context({}, log), {
    name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
    lname: 'ms_public',
    nonce: 0,
    messageFactory: testFactory,
  });
  messenger.addDispatcherTail(got);
  queue = new DispatchQueue(messenger);
  queue.start();
  a = new PipeConnection(messenger, queue.getId());
  b = new PipeConnection(messenger, queue.getId());
});

function enqueue(con: PipeConnection, text: string, priority: number): void {
  const message = new TestMessage(text);
  message.priority = priority;
  queue.enqueue(message, con, con.id);
}

describe('a DispatchQueue', () => {
  it('delivers when the turn is over, not before', () => {
    enqueue(a, 'one', 127);
    expect(got.texts).toEqual([]);
    net.run();
    expect(got.texts).toEqual(['one']);
  });

  it('holds everything until it is started', () => {
    const early = new DispatchQueue(
      new SimpleMessenger(net.context(), {
        name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
        lname: 'ms_public',
        nonce: 0,
        messageFactory: testFactory,
      }),
    );
    early.enqueue(new TestMessage('early'), a, a.id);
    net.run();
    expect(got.texts).toEqual([]);
  });

  it('delivers strict priorities first, the highest before all', () => {
    for (const priority of [10, 63, 64, 127, 196]) enqueue(a, `${priority}`, priority);
    net.run();
    expect(got.texts).toEqual(['196', '127', '64', '63', '10']);
  });

  it('delivers events before messages', () => {
    enqueue(a, 'message', 196);
    queue.queueAccept(b, b.id);
    queue.queueReset(b, b.id, new Error('gone'));
    net.run();
    expect(got.events).toEqual(['accept', 'reset', 'test(message)']);
  });

  it('lets connections take turns, each in its order', () => {
    for (let i = 0; i < 3; i++) enqueue(a, `a${i}`, 127);
    for (let i = 0; i < 3; i++) enqueue(b, `b${i}`, 127);
    net.run();
    expect(got.texts).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  });

  it('delivers the events, but no message, of a connection whose queue was discarded', () => {
    queue.queueConnect(a, a.id);
    enqueue(a, 'a', 127);
    enqueue(a, 'a, weighted', 10);
    enqueue(b, 'b', 127);
    queue.discardQueue(a.id);
    queue.queueReset(a, a.id, new Error('gone'));
    net.run();
    expect(got.events).toEqual(['connect', 'reset', 'test(b)']);
  });

  it('delivers nothing of a connection of which all was discarded', () => {
    queue.queueConnect(a, a.id);
    enqueue(a, 'a', 127);
    enqueue(b, 'b', 127);
    queue.discardAll(a.id);
    net.run();
    expect(got.events).toEqual(['test(b)']);
  });

  it('delivers what a dispatcher queues, in the same turn', () => {
    got.onMessage = (_con, message) => {
      if (got.messages.length < 3) queue.localDelivery(message, a, a.id);
    };
    enqueue(a, 'again', 127);
    net.run();
    expect(got.texts).toEqual(['again', 'again', 'again']);
  });

  it('delivers nothing after shutdown', () => {
    enqueue(a, 'late', 127);
    queue.shutdown();
    enqueue(a, 'later', 127);
    net.run();
    expect(got.texts).toEqual([]);
  });

  it('logs who gets what, by tid', () => {
    const message = new TestMessage('logged');
    message.tid = 42;
    queue.enqueue(message, a, a.id);
    net.run();
    expect(log.map(({ who, fn, tid }) => [who, fn, tid])).toEqual([
      ['osd.0', 'DispatchQueue.enqueue', 42],
      ['osd.0', 'DispatchQueue.entry', 42],
    ]);
  });
});
