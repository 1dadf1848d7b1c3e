import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/msg/Message.ts';
import { goldenConnections } from '../helpers/golden_v2.ts';
import { RawMessage } from '../helpers/replay.ts';
import { replayAsClientV2, replayAsServerV2, scriptOf } from '../helpers/replay_v2.ts';

const CONVERSATIONS = ['v2-none-get', 'v2-none-ops', 'v2-cephx-get']
  .flatMap(goldenConnections)
  // A ticket's session key, by which OSDs sign, is not among the keys.
  .filter(({ name, keys, isMon }) => !name.includes('cephx') || (isMon && keys !== undefined))
  .map((golden) => ({ name: golden.name, script: scriptOf(golden) }));

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function seen(message: Message): unknown {
  if (!(message instanceof RawMessage)) throw new Error('not of these tests');
  const { tid, type, priority, version, compatVersion, dataOff, front, middle, data } = message;
  const parts = [front, middle, Buffer.concat(data)].map(hex);
  return { tid, type, priority, version, compatVersion, dataOff, parts };
}

describe.each(CONVERSATIONS)('the conversation $name', ({ script }) => {
  it('is, from our client, what librados sent', () => {
    const { socket } = replayAsClientV2(script);
    expect(hex(socket.bytes)).toBe(hex(script.golden.client));
  });

  it('is, from our server, what the daemon sent', () => {
    const { socket } = replayAsServerV2(script);
    expect(hex(socket.bytes)).toBe(hex(script.golden.server));
  });

  it('gives our client the messages of the daemon, which bears its name', () => {
    const { got } = replayAsClientV2(script);
    expect(got.messages.map(seen)).toEqual(script.serverSent.map(({ message }) => seen(message)));
    const { serverType: type, serverIdent } = script;
    for (const { src } of got.messages) expect(src).toEqual({ type, num: serverIdent.gid });
  });

  it('gives our server the messages of librados', () => {
    const { got } = replayAsServerV2(script);
    expect(got.messages.map(seen)).toEqual(script.clientSent.map(({ message }) => seen(message)));
  });
});

it('there are conversations in crc and in secure mode, with monitors and with OSDs', () => {
  const kinds = CONVERSATIONS.map(
    ({ script: { golden } }) => `${golden.isMon ? 'mon' : 'osd'} ${golden.keys ? 'secure' : 'crc'}`,
  );
  expect([...new Set(kinds)].sort()).toEqual(['mon crc', 'mon secure', 'osd crc']);
});
