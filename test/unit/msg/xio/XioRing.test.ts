import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../../src/common/errors.ts';
import type { SocketError } from '../../../../src/common/Stack.ts';
import { makeRing, XioRing } from '../../../../src/msg/xio/XioRing.ts';
import { XioRingEndpoint } from '../../../../src/msg/xio/XioRingEndpoint.ts';

const CAPACITY = 64;

describe('a ring', () => {
  it('gives back what was written, in whatever pieces, round and round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 })),
        fc.integer({ min: 1 }),
        (all, piece) => {
          const shared = makeRing(CAPACITY);
          const [writer, reader] = [new XioRing(shared), new XioRing(shared)];
          const got: number[] = [];
          for (const bytes of all) {
            for (let at = 0; at < bytes.length; ) {
              at += writer.write(bytes, at);
              const into = new Uint8Array(Math.min(piece, CAPACITY));
              for (let count = reader.read(into, 0); count > 0; count = reader.read(into, 0)) {
                got.push(...into.subarray(0, count));
              }
            }
          }
          expect(got).toEqual(all.flatMap((bytes) => [...bytes]));
          expect([reader.available, writer.free]).toEqual([0, CAPACITY]);
        },
      ),
    );
  });

  it('whose counts make no sense is an error', () => {
    const shared = makeRing(CAPACITY);
    new Int32Array(shared)[1] = CAPACITY + 1;
    expect(() => new XioRing(shared).read(new Uint8Array(1), 0)).toThrow(DecodeError);
  });

  it.each([0, 63, 64 + 63, 64 + 65])('of %i bytes is none', (length) => {
    expect(() => new XioRing(new SharedArrayBuffer(length))).toThrow(DecodeError);
  });
});

it('a peer that writes anything at all loses its connection, or waits; nothing is thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: CAPACITY }), (bytes) => {
      const [out, back] = [makeRing(CAPACITY), makeRing(CAPACITY)];
      const ends: (SocketError | undefined)[] = [];
      const options = {
        remoteAddress: { ip: '127.0.0.1', port: 1 },
        out: new XioRing(out),
        in: new XioRing(back),
        alloc: (length: number) => new Uint8Array(length),
        wake: () => undefined,
        defer: () => undefined,
        hangUp: () => undefined,
      };
      const endpoint = new XioRingEndpoint(options, 'accepted');
      endpoint.setEvents({
        onConnect: () => undefined,
        readBuffer: () => new Uint8Array(4096),
        onRead: () => undefined,
        onMsg: () => undefined,
        onWritable: () => undefined,
        onClose: (error) => void ends.push(error),
      });
      new XioRing(back).write(bytes, 0);
      endpoint.run();
      expect(ends.length).toBeLessThanOrEqual(1);
      if (bytes.length >= 48 && ((bytes[0] ?? 0) === 0 || (bytes[0] ?? 0) > 3)) {
        expect(ends[0]?.code).toBe('EPROTO');
      }
    }),
  );
});
