import { describe, expect, it } from 'vitest';
import { OutQueue } from '../../../src/msg/OutQueue.ts';
import { TestMessage } from '../../helpers/messengers.ts';

describe('an OutQueue', () => {
  it('gives the highest priority first, and each in the order of coming', () => {
    const queue = new OutQueue();
    [63, 127, 63, 255, 127].forEach((priority, i) => {
      const message = new TestMessage(`${priority}/${i}`);
      message.priority = priority;
      queue.push(message);
    });
    expect(queue.length).toBe(5);
    const given = Array.from({ length: 5 }, () => String(queue.getNextOutgoing(false)));
    expect(given).toEqual([
      'test(255/3)',
      'test(127/1)',
      'test(127/4)',
      'test(63/0)',
      'test(63/2)',
    ]);
    expect(queue.getNextOutgoing(false)).toBe(undefined);
  });

  it('is empty after clear', () => {
    const queue = new OutQueue();
    queue.push(new TestMessage('gone'));
    queue.clear();
    expect(queue.length).toBe(0);
    expect(queue.getNextOutgoing(false)).toBe(undefined);
  });
});
