import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { crc32c } from '../../../src/common/crc32c.ts';
import { Destination } from '../../../src/msg/Destination.ts';
import { RecvBuffer } from '../../../src/msg/RecvBuffer.ts';

const MIB = 1024 * 1024;
const noise = Uint8Array.from({ length: 3 * MIB }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 13);

let allocated: number[];
let recv: RecvBuffer;
let destination: Destination;

beforeEach(() => {
  allocated = [];
  const alloc = (length: number) => {
    allocated.push(length);
    return new Uint8Array(length).fill(0xa5);
  };
  recv = new RecvBuffer((length) => new Uint8Array(length));
  destination = new Destination(alloc, recv);
});

/** Receives `bytes`, `most` at a time, and fills after each read as a reader does. */
function receive(bytes: Uint8Array, most: number): boolean {
  let isFull = destination.fill();
  for (let at = 0; at < bytes.length; ) {
    const into = destination.readBuffer();
    const count = Math.min(into.length, most, bytes.length - at);
    into.set(bytes.subarray(at, at + count));
    destination.onRead(count);
    isFull = destination.fill();
    at += count;
  }
  return isFull;
}

describe('a destination', () => {
  test('is full, with its crc, however its bytes are cut', () => {
    const length = fc.nat({ max: noise.length });
    const most = fc.oneof(fc.integer({ min: 1000, max: 70_000 }), fc.constant(MIB));
    fc.assert(
      fc.property(length, most, fc.boolean(), (count, cut, withCrc) => {
        const bytes = noise.subarray(0, count);
        destination.begin(count, withCrc ? 0xffff_ffff : undefined);
        expect(receive(bytes, cut)).toBe(true);
        expect(Buffer.compare(destination.bytes, bytes)).toBe(0);
        expect(destination.crc).toBe(withCrc ? crc32c(0xffff_ffff, bytes) : 0);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves in the receive buffer what comes behind it', () => {
    recv.readBuffer().set([1, 2, 3, 4, 5]);
    recv.onRead(5);
    destination.begin(3, 0);
    expect(destination.fill()).toBe(true);
    expect([...destination.bytes]).toEqual([1, 2, 3]);
    expect(recv.available).toBe(2);
  });

  test('costs nothing before its first byte', () => {
    destination.begin(129 * MIB, 0);
    expect(destination.fill()).toBe(false);
    destination.readBuffer();
    expect(allocated).toEqual([]);
  });

  test('costs little until much of it has come', () => {
    destination.begin(129 * MIB, 0);
    receive(noise.subarray(0, 100), 100);
    expect(allocated).toEqual([64 * 1024]);
  });

  test('of 4 MiB is allocated once when the receive buffer is full of it', () => {
    destination.begin(4 * MIB, 0);
    recv.onRead(recv.readBuffer().length);
    destination.fill();
    expect(allocated).toEqual([4 * MIB]);
  });

  test('is given to the socket in pieces, one after the other', () => {
    destination.begin(MIB, 0);
    recv.onRead(recv.readBuffer().length);
    destination.fill();
    const first = destination.readBuffer();
    destination.onRead(first.length);
    const second = destination.readBuffer();
    expect([first.length, second.length]).toEqual([256 * 1024, 256 * 1024]);
    expect(second.byteOffset - first.byteOffset).toBe(256 * 1024);
  });

  test('may be a buffer that there is', () => {
    const bytes = new Uint8Array(100);
    destination.begin(100, 0, bytes);
    recv.readBuffer().fill(7, 0, 40);
    recv.onRead(40);
    expect(destination.fill()).toBe(false);
    destination.readBuffer().fill(9);
    destination.onRead(60);
    expect(destination.fill()).toBe(true);
    expect(destination.bytes).toBe(bytes);
    expect(bytes).toEqual(Uint8Array.from({ length: 100 }, (_, i) => (i < 40 ? 7 : 9)));
    expect(allocated).toEqual([]);
  });
});
