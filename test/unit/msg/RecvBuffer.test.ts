import { expect, test } from 'vitest';
import { RecvBuffer } from '../../../src/msg/RecvBuffer.ts';

/** Receives `bytes`, as much at a time as the buffer gives room for. */
function receive(recv: RecvBuffer, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const into = recv.readBuffer();
    const count = Math.min(into.length, bytes.length - at);
    expect(count).toBeGreaterThan(0);
    into.set(bytes.subarray(at, at + count));
    recv.onRead(count);
    at += count;
  }
}

test('there is room to read into, whatever was consumed after the pinned bytes', () => {
  const recv = new RecvBuffer((length) => new Uint8Array(length));
  const front = Uint8Array.of(1, 2, 3);
  receive(recv, front);
  recv.pin(front.length);
  recv.head += front.length;
  receive(recv, new Uint8Array(recv.bytes.length - front.length));
  recv.head += recv.available;

  receive(recv, Uint8Array.of(7, 8));

  expect(recv.available).toBe(2);
  expect([...recv.bytes.subarray(recv.head, recv.head + 2)]).toEqual([7, 8]);
  expect(recv.bytes.subarray(recv.pinned, recv.pinned + front.length)).toEqual(front);
});

test('bytes that nobody has consumed are kept behind the pinned ones', () => {
  const recv = new RecvBuffer((length) => new Uint8Array(length));
  receive(
    recv,
    Uint8Array.from({ length: recv.bytes.length }, (_, i) => i),
  );
  recv.head += 100;
  recv.pin(50);
  recv.head += recv.available - 4;

  receive(recv, Uint8Array.of(9));

  expect([...recv.bytes.subarray(recv.head, recv.head + recv.available)]).toEqual([
    252, 253, 254, 255, 9,
  ]);
  expect(recv.bytes[recv.pinned]).toBe(100);
  expect(recv.bytes[recv.pinned + 49]).toBe(149);
});
