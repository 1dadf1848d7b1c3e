import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../../../src/cli/trace/capture/read_capture.ts';
import { dissect } from '../../../../src/cli/trace/dissect.ts';
import type { Recording } from '../../../../src/cli/trace/Recording.ts';
import { UsageError } from '../../../../src/cli/UsageError.ts';
import { goldenCapture } from '../../../helpers/golden_captures.ts';
import { tellFrames } from '../../../helpers/recorded_events.ts';

const dir = mkdtempSync(join(tmpdir(), 'radosim-capture-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(bytes: Uint8Array): Recording {
  const file = join(dir, 'capture');
  writeFileSync(file, bytes);
  return readCapture(file);
}

/** `> ` and `< ` tags of the connection with an OSD. */
function withOsd(recording: Recording): string[] {
  const conversation = dissect(recording.events);
  return conversation.frames
    .filter(({ flow }) => conversation.nameOf(flow, 'server').startsWith('osd.'))
    .map(({ from, tag }) => `${from === 'client' ? '>' : '<'} ${tag}`);
}

const READ_V1 = [
  ...['> syn', '< accepted', '> banner', '< banner', '< addresses', '> address', '> connect'],
  ...['< connect_reply', '< in_seq', '> in_seq', '> MSG', '< MSG', '> fin', '< fin'],
];

describe('what dumpcap caught', () => {
  const all = ['v1-get-ethernet.pcap', 'v1-get-cooked.pcapng', 'v2-get-cooked.pcap'];

  test.each(all)('%s: four connections, all of them read to their ends', (name) => {
    const { events, failure } = read(goldenCapture(name));
    const { flows, frames } = dissect(events);
    expect(failure).toBeUndefined();
    expect(flows).toHaveLength(4);
    expect(frames.filter(({ tag, crc }) => tag === 'unread' || crc === 'bad')).toEqual([]);
    expect(frames.filter(({ tag }) => tag === 'fin')).toHaveLength(8);
  });

  test.each(all)('%s: the op, and its reply of 3000 bytes', (name) => {
    const lines = tellFrames(dissect(read(goldenCapture(name)).events));
    const about = lines
      .filter((line) => line.includes('obj1'))
      .map((line) => line.split(' ').slice(6));
    expect(about.map((words) => words.join(' '))).toEqual([
      expect.stringMatching(
        /^osd_op\(client\.\d+\.0:1 1\.7 1:ff7b1f36:::obj1:head \[read 0~4194304\]/,
      ),
      expect.stringMatching(
        /^osd_op_reply\(1 obj1 \[read 0~3000 out=3000b\] v0'0 uv1 ondisk = 0\)$/,
      ),
    ]);
  });

  test.each(all.slice(0, 2))('%s: each frame of the connection with the OSD once', (name) => {
    expect(withOsd(read(goldenCapture(name)))).toEqual(READ_V1);
  });

  test('times are those of the packets, to the microsecond', () => {
    const { frames } = dissect(read(goldenCapture('v2-get-cooked.pcap')).events);
    const [first, last] = [frames[0], frames.at(-1)];
    expect(new Date((first?.at ?? 0) / 1000).toISOString()).toMatch(/^2026-11-22T20:13:/);
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBe(7652);
  });
});

describe('a file that is not as it should be', () => {
  const whole = goldenCapture('v1-get-ethernet.pcap');
  const wholeNg = goldenCapture('v1-get-cooked.pcapng');

  test('neither pcap nor pcapng', () => {
    expect(() => read(Buffer.from('hello'))).toThrow(/is neither pcap nor pcapng$/);
  });

  test('not there', () => {
    expect(() => readCapture(join(dir, 'nothing'))).toThrow(UsageError);
  });

  test('one with nothing of Ceph in it', () => {
    expect(read(whole.subarray(0, 24)).failure).toMatch(/no connection of Ceph's begins in it$/);
  });

  test.each([
    ['pcap', whole, 20_000],
    ['pcapng', wholeNg, 150_000],
  ])('a %s that breaks off is read as far as it goes', (_name, bytes, length) => {
    const { events, failure } = read(bytes.subarray(0, length));
    const { frames } = dissect(events);
    expect(failure).toContain('it ends');
    expect(frames.length).toBeGreaterThan(10);
  });

  test('a block that says that it is 0 bytes long', () => {
    const bytes = Buffer.from(wholeNg);
    bytes.writeUInt32LE(0, bytes.readUInt32LE(4) + 4);
    expect(read(bytes).failure).toContain('says that it is 0 bytes long');
  });

  test('one whose first bytes of a connection are fewer than a banner', () => {
    const bytes = Buffer.from(whole);
    bytes[8947] = 144;
    bytes[4] = 0;
    expect(() => read(bytes)).not.toThrow(RangeError);
  });

  test.each([
    ['pcap', whole],
    ['pcapng', wholeNg.subarray(0, 40_000)],
  ])('whatever bytes a %s has, it is read or refused', (_name, bytes) => {
    const place = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 20 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const [at, value] of changes) changed[at] = value;
        try {
          dissect(read(changed).events);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 100 },
    );
  });
});
