import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../src/cli/trace/capture/read_capture.ts';
import { type Conversation, dissect } from '../../src/cli/trace/dissect.ts';
import { writePcapng } from '../../src/cli/trace/pcapng/write_pcapng.ts';
import { recordSimulation } from '../../src/cli/trace/record_simulation.ts';
import { frameText } from '../../src/cli/trace/trace_text.ts';
import { goldenCapture } from '../helpers/golden_captures.ts';

function skipWithoutTshark(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v tshark'], { stdio: 'ignore' });
    return false;
  } catch {
    console.log('skipped: tshark is not installed (Debian: tshark)');
    return true;
  }
}

const isMissing = skipWithoutTshark();

const OUTPUT_MAX = 16 * 1024 * 1024;
const CHECK = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
/** Its dissector takes the banner of msgr v2 for that of v1. */
const PLAIN_TCP = ['--disable-protocol', 'ceph'];

/** A line a packet, a column a field. */
async function tshark(
  file: string,
  fields: readonly string[],
  ...args: string[]
): Promise<string[][]> {
  const columns = fields.flatMap((field) => ['-e', field]);
  const options = ['-r', file, ...CHECK, ...args, '-T', 'fields', '-E', 'separator=|', ...columns];
  const { stdout } = await promisify(execFile)('tshark', options, { maxBuffer: OUTPUT_MAX });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('|'));
}

/** `type seq tid` of each message; a packet may have several. */
function messagesOf(lines: readonly string[][]): string[] {
  return lines.flatMap(([types = '', seqs = '', tids = '']) => {
    const [seq, tid] = [seqs.split(','), tids.split(',')];
    return types.split(',').map((type, i) => [type, seq[i], tid[i]].map(Number).join(' '));
  });
}

describe.skipIf(isMissing)('what trace writes, as tshark reads it', () => {
  const files: Record<string, string> = {};
  const conversations: Record<string, Conversation> = {};
  let dir: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'radosim-tshark-'));
    for (const msType of ['simple', 'async'] as const) {
      const reading = { pool: 'p', oids: ['one', 'two'] };
      const { events } = await recordSimulation(reading, {
        seed: '1',
        msType,
        size: 200_000,
        all: true,
      });
      conversations[msType] = dissect(events);
      files[msType] = join(dir, `${msType}.pcapng`);
      await writeFile(files[msType], writePcapng(conversations[msType]));
    }
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  describe.each(['simple', 'async'])('of a simulation, ms_type %s', (msType) => {
    const all = () => conversations[msType] ?? dissect([]);
    const read = (fields: readonly string[], ...args: string[]) =>
      tshark(files[msType] ?? '', fields, ...args);

    test('is TCP with nothing wrong, and with right checksums', async () => {
      const wrong =
        'tcp.analysis.flags || tcp.checksum.status != 1 || ip.checksum.status != 1 || _ws.malformed';
      expect(await read(['frame.number', 'tcp.analysis.flags'], ...PLAIN_TCP, '-Y', wrong)).toEqual(
        [],
      );
    });

    test('has the comment of each frame, once, at its time', async () => {
      const lines = await read(
        ['frame.time_epoch', 'frame.comment'],
        ...PLAIN_TCP,
        '-Y',
        'frame.comment',
      );
      const told = lines.filter(([, comment]) => !comment?.startsWith('part '));
      expect(told).toEqual(
        all().frames.map((frame) => [`${(frame.at / 1e6).toFixed(6)}000`, frameText(all(), frame)]),
      );
    });

    test('has the bytes of each connection, by stream', async () => {
      const lines = await read(['tcp.stream', 'tcp.len'], ...PLAIN_TCP, '-Y', 'tcp.len > 0');
      const found = new Map<number, number>();
      for (const [stream, length] of lines) {
        const id = Number(stream) + 1;
        found.set(id, (found.get(id) ?? 0) + Number(length));
      }
      const expected = all().flows.map(({ id }): [number, number] => {
        const ours = all().frames.filter(({ flow }) => flow.id === id);
        return [id, ours.reduce((sum, { bytes }) => sum + bytes.length, 0)];
      });
      expect([...found].sort(([a], [b]) => a - b)).toEqual(expected);
    });
  });

  test('over v1 its own dissector finds the messages that we find', async () => {
    const file = files['simple'] ?? '';
    const lines = await tshark(file, ['ceph.type', 'ceph.seq', 'ceph.tid'], '-Y', 'ceph.head');
    const found = messagesOf(lines);
    const messages = conversations['simple']?.frames.flatMap(({ message }) => message ?? []) ?? [];
    expect(messages.length).toBeGreaterThan(20);
    expect(found.sort()).toEqual(
      messages.map(({ type, seq, tid }) => `${type} ${seq} ${tid}`).sort(),
    );
  });
});

describe.skipIf(isMissing)('what dumpcap caught, as tshark and trace read it', () => {
  test('the messages of msgr v1 are the same, in the same order', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'radosim-tshark-'));
    const file = join(dir, 'capture.pcap');
    await writeFile(file, goldenCapture('v1-get-ethernet.pcap'));
    const { frames } = dissect(readCapture(file).events);
    const fields = ['ceph.type', 'ceph.seq', 'ceph.tid'];
    const lines = await tshark(
      file,
      fields,
      '-Y',
      'ceph.head && tcp.stream >= 3 && tcp.stream <= 6',
    );
    await rm(dir, { recursive: true });
    const found = messagesOf(lines);
    const messages = frames.flatMap(({ message }) => message ?? []);
    expect(found).toEqual(messages.map(({ type, seq, tid }) => `${type} ${seq} ${tid}`));
  });
});
