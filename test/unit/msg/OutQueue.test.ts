import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { OutQueue } from '../../../src/msg/OutQueue.ts';
import { TestMessage } from '../../helpers/messengers.ts';

function message(text: string, priority = 127): TestMessage {
  const made = new TestMessage(text);
  made.priority = priority;
  return made;
}

function queueOf(count: number): OutQueue {
  const queue = new OutQueue();
  for (let i = 1; i <= count; i++) queue.push(message(`${i}`));
  return queue;
}

/** Writes everything; answers `seq:text` of each. */
function drain(queue: OutQueue, keep: boolean): string[] {
  const out: string[] = [];
  for (let next = queue.getNextOutgoing(keep); next; next = queue.getNextOutgoing(keep)) {
    out.push(`${next.seq}:${(next as TestMessage).text}`);
  }
  return out;
}

describe('an OutQueue', () => {
  it('gives the highest priority first, and each in the order of coming', () => {
    const queue = new OutQueue();
    for (const [i, priority] of [63, 127, 63, 255, 127].entries()) {
      queue.push(message(`${priority}/${i}`, priority));
    }
    expect(queue.length).toBe(5);
    const given = ['1:255/3', '2:127/1', '3:127/4', '4:63/0', '5:63/2'];
    expect(drain(queue, false)).toEqual(given);
    expect(queue.length).toBe(0);
  });

  it('keeps nothing that is not to be kept', () => {
    const queue = queueOf(3);
    drain(queue, false);
    queue.requeueSent();
    expect(queue.length).toBe(0);
  });

  it('gives what was not acked again, under its seq and before what is more urgent', () => {
    const queue = queueOf(4);
    drain(queue, true);
    expect(queue.handleAck(2)).toBe(2);
    queue.push(message('urgent', 255));
    queue.requeueSent();
    expect(drain(queue, true)).toEqual(['3:3', '4:4', '5:urgent']);
    expect(queue.unacked).toBe(3);
  });

  it('drops of what was sent before all that the peer has', () => {
    const queue = queueOf(4);
    drain(queue, true);
    queue.requeueSent();
    expect(queue.discardRequeuedUpTo(3)).toBe(3);
    expect(drain(queue, true)).toEqual(['4:4']);
  });

  it('requeues in order what was lost half way through a replay', () => {
    const queue = queueOf(4);
    drain(queue, true);
    queue.requeueSent();
    queue.getNextOutgoing(true);
    queue.getNextOutgoing(true);
    queue.requeueSent();
    expect(drain(queue, true)).toEqual(['1:1', '2:2', '3:3', '4:4']);
  });

  it.each(['handleAck', 'discardRequeuedUpTo'] as const)(
    'refuses, by %s, that the peer has what was never sent',
    (how) => {
      const queue = queueOf(2);
      drain(queue, true);
      expect(() => queue[how](3)).toThrow(DecodeError);
    },
  );

  it('forgets all when it is cleared, and counts on from where it is told', () => {
    const queue = queueOf(3);
    queue.getNextOutgoing(true);
    queue.clear(70);
    queue.requeueSent();
    expect(queue.length).toBe(0);
    queue.push(message('first'));
    expect(drain(queue, true)).toEqual(['71:first']);
  });

  it('gives everything once and in order, however often it is requeued and acked', () => {
    const action = fc.constantFrom('push', 'write', 'lose', 'ack');
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const queue = new OutQueue();
        let pushed = 0;
        let received = 0;
        const write = (): void => {
          const next = queue.getNextOutgoing(true);
          if (next !== undefined && next.seq > received) {
            expect(next.seq).toBe(received + 1);
            expect((next as TestMessage).text).toBe(`${next.seq}`);
            received = next.seq;
          }
        };
        for (const what of actions) {
          if (what === 'push') queue.push(message(`${++pushed}`));
          else if (what === 'write') write();
          else if (what === 'ack') queue.handleAck(Math.max(0, received - 1));
          else {
            queue.requeueSent();
            queue.discardRequeuedUpTo(received);
          }
        }
        while (queue.length > 0) write();
        expect(received).toBe(pushed);
      }),
    );
  });
});
