import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colorsFor } from '../../../../src/cli/colors.ts';
import { dissect } from '../../../../src/cli/trace/dissect.ts';
import { traceJson } from '../../../../src/cli/trace/trace_json.ts';
import { traceText } from '../../../../src/cli/trace/trace_text.ts';
import type { WireEvent } from '../../../../src/cli/trace/wire_event.ts';
import { goldenConversations } from '../../../helpers/golden.ts';
import { bytesOf, flowOf, goldenEvents, tellFrames } from '../../../helpers/recorded_events.ts';

const V1 = ['messages/v1-none-get', 'messages/v1-none-ops', 'messages/v1-none-maps'];
const V2 = ['frames/v2-none-get', 'frames/v2-none-ops'];
const SECURE = 'frames/v2-cephx-get';

/** Cuts what each event brings at the given places. */
function recut(events: readonly WireEvent[], pieces: readonly number[]): WireEvent[] {
  let turn = 0;
  return events.flatMap((event) => {
    const { what } = event;
    if (typeof what === 'string') return [event];
    const cut: WireEvent[] = [];
    for (let at = 0; at < what.length; ) {
      const count = pieces[turn++ % pieces.length] ?? 1;
      cut.push({ ...event, what: what.subarray(at, at + count) });
      at += count;
    }
    return cut;
  });
}

describe.each([...V1, ...V2, SECURE])('%s', (name) => {
  const events = goldenEvents(name);
  const conversation = dissect(events);

  test('every byte is in a frame, in its order', () => {
    for (const { id } of conversation.flows) {
      for (const side of ['client', 'server'] as const) {
        expect(bytesOf(conversation.frames, id, side).equals(bytesOf(events, id, side))).toBe(true);
      }
    }
  });

  test('nothing is left unread, and no crc is wrong', () => {
    expect(conversation.frames.filter(({ tag, crc }) => tag === 'unread' || crc === 'bad')).toEqual(
      [],
    );
  });

  test('every message that we have a class for can be read', () => {
    expect(tellFrames(conversation).filter((line) => line.includes('cannot be read'))).toEqual([]);
  });

  test('the end of what was recorded may be anywhere', () => {
    const [first] = events;
    const ours = events.filter(({ flow }) => flow === first?.flow);
    const whole = tellFrames(dissect(ours));
    for (let count = 0; count < ours.length; count++) {
      const some = tellFrames(dissect(ours.slice(0, count))).filter(
        (line) => !line.includes('unread'),
      );
      expect(whole).toEqual(expect.arrayContaining(some));
    }
  });
});

test.each([...V1, ...V2])('%s: the frames do not depend on how the bytes come in', (name) => {
  const events = goldenEvents(name);
  const whole = tellFrames(dissect(events)).sort();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }), (pieces) => {
      expect(tellFrames(dissect(recut(events, pieces))).sort()).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test.each(V1)('%s: the messages are those that an independent parser finds', (name) => {
  const [, file = ''] = name.split('/');
  const expected = goldenConversations(file).map(({ client, server }) =>
    [client, server].map(({ messages }) =>
      messages.map((one) => [one.type, one.seq, one.tid, one.front.length, one.data.length]),
    ),
  );
  const { frames, flows } = dissect(goldenEvents(name));
  const found = flows.map((flow) =>
    (['client', 'server'] as const).map((side) =>
      frames.flatMap(({ flow: its, from, message }) =>
        its === flow && from === side && message !== undefined
          ? [[message.type, message.seq, message.tid, message.front, message.data]]
          : [],
      ),
    ),
  );
  expect(found).toEqual(expected);
});

test('a read over v1: who, to whom, what', () => {
  const conversation = dissect(goldenEvents('messages/v1-none-get'));
  const osd = traceText(conversation, colorsFor({})).filter((line) => line.includes('osd.'));
  const tags = osd.map((line) => line.trim().split(/ +/).slice(2, 7).join(' '));
  const [there, back] = [/^(client\.\d+) → osd\.\d v1 /, /^osd\.\d → client\.\d+ v1 /];
  expect(tags.map((tag) => tag.replace(there, '> ').replace(back, '< '))).toEqual([
    '> banner',
    '< banner',
    '< addresses',
    '> address',
    '> connect',
    '< connect_reply',
    '< in_seq',
    '> in_seq',
    '> MSG',
    '< MSG',
  ]);
  expect(osd.at(-2)).toMatch(
    / osd_op\(client\.\d+\.0:1 1\.7 1:ff7b1f36:::obj1:head \[read 0~4194304\]/,
  );
  expect(osd.at(-1)).toMatch(
    /148\+0\+3000 seq 1 tid 1 osd_op_reply\(1 obj1 \[read 0~3000 out=3000b\].*, crc ok$/,
  );
});

test('a handshake over v2', () => {
  const { frames } = dissect(goldenEvents('frames/v2-none-get'));
  const first = frames.filter(({ flow }) => flow.id === 1).slice(0, 10);
  expect(first.map(({ from, tag }) => `${from} ${tag}`).toSorted()).toEqual([
    'client AUTH_REQUEST',
    'client AUTH_SIGNATURE',
    'client CLIENT_IDENT',
    'client HELLO',
    'client banner',
    'server AUTH_DONE',
    'server AUTH_SIGNATURE',
    'server HELLO',
    'server SERVER_IDENT',
    'server banner',
  ]);
});

describe('with cephx', () => {
  const conversation = dissect(goldenEvents(SECURE));

  test('in secure mode what follows AUTH_DONE is told by its length alone', () => {
    const mon = conversation.frames.filter(({ flow }) => flow.id === 1);
    const done = mon.findIndex(({ tag }) => tag === 'AUTH_DONE');
    const after = mon.slice(done + 1).map(({ tag, text, crc }) => [tag, text, crc].join(' '));
    expect(new Set(after)).toEqual(new Set(['sealed encrypted sealed']));
  });

  test('no secret, and nothing that is handed over to authenticate, is printed', () => {
    const golden = new URL('../../../wire/golden/frames/v2-cephx-get.keys.json', import.meta.url);
    const keys: (Record<string, string> | null)[] = JSON.parse(readFileSync(golden, 'utf8'));
    const printed = [...traceText(conversation, colorsFor({})), ...traceJson(conversation)].join(
      '\n',
    );
    const payloads = conversation.frames
      .filter(({ tag }) => tag.startsWith('AUTH_'))
      .map(({ bytes }) => bytes.subarray(44, bytes.length - 4));
    const secrets = keys.flatMap((one) =>
      Object.values(one ?? {}).map((s) => Buffer.from(s, 'base64')),
    );
    for (const bytes of [...payloads, ...secrets]) {
      for (let at = 0; at + 8 <= bytes.length; at++) {
        const part = Buffer.from(bytes.subarray(at, at + 8));
        if (part.every((byte) => byte === part[0])) continue;
        expect(printed).not.toContain(part.toString('hex'));
      }
      if (bytes.length > 0) expect(printed).not.toContain(Buffer.from(bytes).toString('base64'));
    }
  });
});

describe('bytes that make no sense', () => {
  const flow = flowOf(1);
  const say = (text: string, from: 'client' | 'server' = 'client'): WireEvent => {
    return { at: 1, flow, from, what: Buffer.from(text, 'latin1') };
  };

  test('a banner of no messenger', () => {
    const { frames } = dissect([say('GET / HTTP/1.1')]);
    expect(frames.map(({ tag, text }) => [tag, text])).toEqual([
      ['unread', "banner at offset 0: 'GET / H' is that of no messenger"],
    ]);
  });

  test('frames of v2.0 are not guessed at', () => {
    const { frames } = dissect([say(`ceph v2\n\x10\0${'\0'.repeat(16)}${'x'.repeat(64)}`)]);
    expect(frames.map(({ tag }) => tag)).toEqual(['banner', 'unread']);
  });

  test('a gap in the recording ends the reading of that side', () => {
    const events = goldenEvents('messages/v1-none-get').slice(0, 4);
    const lost = { at: 5, flow: events[0]?.flow ?? flow, from: 'client', what: 'lost' } as const;
    const { frames } = dissect([...events, lost, { ...lost, what: Buffer.from('rest') }]);
    expect(frames.at(-1)).toMatchObject({
      tag: 'unread',
      text: 'bytes are missing in the recording',
    });
  });

  test('a name cannot steer a terminal', () => {
    const frame = { at: 0, flow, from: 'client', protocol: 'v1', crc: 'none' } as const;
    const evil = { ...frame, tag: 'x', text: '\u001b[2J\n', bytes: new Uint8Array(0) };
    const [line] = traceText({ ...dissect([]), frames: [evil], nameOf: () => 'a' }, colorsFor({}));
    expect(line).toContain('\\x1b[2J\\x0a');
  });

  test.each([...V1.slice(0, 1), ...V2.slice(0, 1)])('%s: any flipped bit', (name) => {
    const events = goldenEvents(name);
    const turn = fc.integer({ min: 0, max: events.length - 1 });
    fc.assert(
      fc.property(turn, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7), (i, where, bit) => {
        const { what } = events[i] ?? { what: '' };
        if (typeof what === 'string') return;
        const flipped = Buffer.from(what);
        const at = Math.floor(where * (flipped.length - 1));
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const changed = events.map((event, k) => (k === i ? { ...event, what: flipped } : event));
        const { frames, flows } = dissect(changed);
        for (const { id } of flows) {
          for (const side of ['client', 'server'] as const) {
            expect(bytesOf(frames, id, side).length).toBe(bytesOf(events, id, side).length);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
