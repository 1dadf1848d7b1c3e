import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TcpReassembly } from '../../../../src/cli/trace/capture/TcpReassembly.ts';
import type { Segment } from '../../../../src/cli/trace/capture/tcp_segment.ts';
import { bytesOf } from '../../../helpers/recorded_events.ts';

const CLIENT = { ip: '10.0.0.1', port: 40000 };
const SERVER = { ip: '10.0.0.2', port: 6789 };

/** A segment of the client's. */
function segment(seq: number, text: string, flags: Partial<Segment> = {}): Segment {
  const plain = { isSyn: false, isAck: true, isFin: false, isRst: false };
  const payload = Buffer.from(text);
  return { at: 0, from: CLIENT, to: SERVER, seq: seq >>> 0, payload, ...plain, ...flags };
}

const SERVERS = { from: SERVER, to: CLIENT };
const syn = (seq: number): Segment => segment(seq, '', { isSyn: true, isAck: false });

function reassemble(segments: readonly Segment[]): TcpReassembly {
  const tcp = new TcpReassembly();
  for (const one of segments) tcp.onSegment(one);
  tcp.end();
  return tcp;
}

function told(segments: readonly Segment[]): string[] {
  return reassemble(segments).events.map(
    ({ flow, from, what }) =>
      `${flow.id} ${from} ${typeof what === 'string' ? what : `'${Buffer.from(what)}'`}`,
  );
}

describe('bytes of one side', () => {
  test('come in order, each once, however the segments were cut, repeated and mixed up', () => {
    const text = Array.from({ length: 200 }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');
    const piece = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 60 }));
    const start = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(start, fc.array(piece, { maxLength: 40 }), (isn, pieces) => {
        const some = pieces.map(([at, length]) =>
          segment(isn + 1 + at, text.slice(at, at + length)),
        );
        const all = [
          ...some,
          segment(isn + 1 + 100, text.slice(100)),
          segment(isn + 1, text.slice(0, 100)),
        ];
        const { events } = reassemble([syn(isn), ...all]);
        expect(bytesOf(events, 1, 'client').toString()).toBe(text);
      }),
    );
  });

  test('stop at a gap, which is told', () => {
    expect(told([syn(9), segment(10, 'ab'), segment(15, 'fg')])).toEqual([
      '1 client syn',
      "1 client 'ab'",
      '1 client lost',
    ]);
  });
});

describe('beginnings and ends', () => {
  test('a handshake whose packets were caught twice is told once', () => {
    const accepted = segment(70, '', { ...SERVERS, isSyn: true });
    const fin = segment(10, '', { isFin: true });
    expect(told([syn(9), syn(9), accepted, accepted, fin, fin])).toEqual([
      '1 client syn',
      '1 server accepted',
      '1 client fin',
    ]);
  });

  test('a reset in place of an answer is a refusal', () => {
    expect(told([syn(9), segment(0, '', { ...SERVERS, isRst: true })])).toEqual([
      '1 client syn',
      '1 server refused',
    ]);
  });

  test('the same ports may be used again after the end', () => {
    const fin = segment(12, '', { isFin: true });
    expect(told([syn(9), segment(10, 'ab'), fin, syn(500), segment(501, 'cd')])).toEqual([
      '1 client syn',
      "1 client 'ab'",
      '1 client fin',
      '2 client syn',
      "2 client 'cd'",
    ]);
  });

  test('where the beginning was not caught, the side at a port of Ceph is the server', () => {
    expect(told([segment(7, 'hello', SERVERS), segment(1, 'you')])).toEqual([
      "1 server 'hello'",
      "1 client 'you'",
    ]);
  });
});
