import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Packet } from '../../../../src/cli/trace/capture/Packet.ts';
import { readCapture } from '../../../../src/cli/trace/capture/read_capture.ts';
import { readPcapng } from '../../../../src/cli/trace/capture/read_pcapng.ts';
import { tcpSegment } from '../../../../src/cli/trace/capture/tcp_segment.ts';
import { dissect } from '../../../../src/cli/trace/dissect.ts';
import { writePcapng } from '../../../../src/cli/trace/pcapng/write_pcapng.ts';
import type { Flow, WireEvent } from '../../../../src/cli/trace/wire_event.ts';
import { flowOf, goldenEvents, tellFrames } from '../../../helpers/recorded_events.ts';

const dir = mkdtempSync(join(tmpdir(), 'radosim-pcapng-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** With a beginning and an end for each connection. */
function withEnds(events: readonly WireEvent[]): WireEvent[] {
  const flows = [...new Set(events.map(({ flow }) => flow))];
  return flows.flatMap((flow): WireEvent[] => {
    const ours = events.filter((event) => event.flow === flow);
    const [first, last] = [ours[0]?.at ?? 0, ours.at(-1)?.at ?? 0];
    return [
      { at: first, flow, from: 'client', what: 'syn' },
      { at: first, flow, from: 'server', what: 'accepted' },
      ...ours,
      { at: last, flow, from: 'client', what: 'fin' },
      { at: last, flow, from: 'server', what: 'fin' },
    ];
  });
}

const ALL = ['messages/v1-none-get', 'messages/v1-none-ops', 'frames/v2-none-get'];

test.each(ALL)('%s: what is written is read as the same frames at the same times', (name) => {
  const conversation = dissect(withEnds(goldenEvents(name)));
  const file = join(dir, 'written.pcapng');
  writeFileSync(file, writePcapng(conversation));
  const again = dissect(readCapture(file).events);
  expect(tellFrames(again)).toEqual(tellFrames(conversation));
  expect(again.frames.map(({ at }) => at)).toEqual(conversation.frames.map(({ at }) => at));
});

/** The sum of all 16-bit words, which is 0xffff where a checksum among them is right. */
function sum16(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat([...parts, Buffer.alloc(1)]);
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function packetsOf(events: readonly WireEvent[]): Packet[] {
  return [...readPcapng(writePcapng(dissect(events)))];
}

describe.each([
  ['IPv4', '10.0.0.1', '10.0.0.2'],
  ['IPv6', 'fd00::1', 'fd00::2'],
])('over %s', (_name, client, server) => {
  const flow: Flow = {
    ...flowOf(1),
    client: { ip: client, port: 40000 },
    server: { ip: server, port: 6789 },
  };
  const data = Buffer.concat([Buffer.from('ceph v2\n'), Buffer.alloc(200_000, 'x')]);
  const events: WireEvent[] = [
    { at: 1e15, flow, from: 'client', what: 'syn' },
    { at: 1e15, flow, from: 'server', what: 'accepted' },
    { at: 1e15 + 1, flow, from: 'client', what: data },
    { at: 1e15 + 2, flow, from: 'server', what: Buffer.from('abc') },
    { at: 1e15 + 3, flow, from: 'client', what: 'rst' },
  ];
  const packets = packetsOf(events);
  const isV6 = client.includes(':');

  test('every checksum is right', () => {
    for (const { bytes } of packets) {
      const [addresses, tcp] = isV6
        ? [bytes.subarray(8, 40), bytes.subarray(40)]
        : [bytes.subarray(12, 20), bytes.subarray(20)];
      const pseudo = Buffer.alloc(8);
      pseudo.writeUInt32BE(tcp.length, 0);
      pseudo.writeUInt8(6, 7);
      expect(sum16(addresses, pseudo, tcp)).toBe(0xffff);
      if (!isV6) expect(sum16(bytes.subarray(0, 20))).toBe(0xffff);
    }
  });

  test('sequence numbers go on by what was sent, over packets of at most 64 KiB', () => {
    const segments = packets.flatMap((packet) => tcpSegment(packet) ?? []);
    const next = new Map<number, number>();
    for (const { from, seq, payload, isSyn } of segments) {
      expect(seq).toBe(next.get(from.port) ?? seq);
      next.set(from.port, seq + payload.length + (isSyn ? 1 : 0));
    }
    expect(segments.map(({ payload }) => payload.length)).toEqual([
      ...[0, 0, 0, 65_475, 65_475, 65_475, 3583, 3, 0],
    ]);
  });

  test('a long frame is one that is told once', () => {
    const written = writePcapng(dissect(events)).toString('utf8');
    expect(written.split('B: ').length - 1).toBe(events.length);
    expect(written).toContain('part 4 of 4 of the frame');
  });
});
