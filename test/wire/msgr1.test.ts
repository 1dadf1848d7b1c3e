import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../src/common/entity_name.ts';
import type { Message } from '../../src/msg/Message.ts';
import {
  decodeConnect,
  decodeConnectReply,
  encodeConnect,
  encodeConnectReply,
} from '../../src/msg/msgr.ts';
import { chunkings } from '../helpers/chunkings.ts';
import {
  type GoldenConversation,
  type GoldenMessage,
  goldenConversations,
} from '../helpers/golden.ts';
import { RawMessage, replayAsClient, replayAsServer } from '../helpers/replay.ts';

/** What arrived, in the form of what was recorded. */
function seen(message: Message): unknown {
  if (!(message instanceof RawMessage)) throw new Error('not of these tests');
  const { seq, tid, type, priority, version, compatVersion, dataOff } = message;
  const { src, front, middle, data } = message;
  return {
    ...{ seq, tid, type, priority, version, compatVersion, dataOff },
    ...{ srcType: src?.type, srcNum: src?.num },
    front: hex(front),
    middle: hex(middle),
    data: hex(Buffer.concat(data)),
  };
}

function recorded(message: GoldenMessage): unknown {
  const { front, middle, data } = message;
  return { ...message, front: hex(front), middle: hex(middle), data: hex(data) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** `bytes` without the first KEEPALIVE2 after the handshake: its stamp is the time of day. */
function withoutKeepalive({ client }: GoldenConversation): Uint8Array {
  const at = 9 + 136 + 33 + client.authorizer.length + 8;
  if (client.bytes[at] !== 14) return client.bytes;
  return Buffer.concat([client.bytes.subarray(0, at), client.bytes.subarray(at + 9)]);
}

const CONVERSATIONS = ['v1-none-get', 'v1-none-ops'].flatMap((name) =>
  goldenConversations(name).map((golden, i) => ({ name: `${name} ${i}`, golden })),
);

describe.each(CONVERSATIONS)('the conversation $name', ({ golden }) => {
  it('is, from our client, what librados sent', () => {
    const { socket } = replayAsClient(golden, [golden.server.bytes]);
    expect(hex(socket.bytes)).toBe(hex(withoutKeepalive(golden)));
  });

  it('is, from our server, what the daemon sent', () => {
    const { socket } = replayAsServer(golden, [golden.client.bytes]);
    expect(hex(socket.bytes)).toBe(hex(golden.server.bytes));
  });

  it('gives our client the messages of the daemon, however it is cut', () => {
    for (const pieces of chunkings(golden.server.bytes)) {
      const { got } = replayAsClient(golden, pieces);
      expect(got.messages.map(seen)).toEqual(golden.server.messages.map(recorded));
    }
  });

  it('gives our server the messages of librados, however it is cut', () => {
    for (const pieces of chunkings(golden.client.bytes)) {
      const { got, socket } = replayAsServer(golden, pieces);
      expect(got.messages.map(seen)).toEqual(golden.client.messages.map(recorded));
      expect(socket.bytes.length).toBe(golden.server.bytes.length);
    }
  });

  it('encodes connect and its reply as they were', () => {
    const enc = new Encoder();
    encodeConnect(enc, decodeConnect(new Decoder(golden.client.connect, 'connect')));
    expect(hex(enc.take())).toBe(hex(golden.client.connect));
    encodeConnectReply(enc, decodeConnectReply(new Decoder(golden.server.connect, 'reply')));
    expect(hex(enc.take())).toBe(hex(golden.server.connect));
  });
});

it('there are conversations that the client began as lossless ones, and the server made lossy', () => {
  const flags = CONVERSATIONS.map(({ golden }) => golden.client.connect.at(-1));
  expect([...new Set(flags)].sort()).toEqual([0, 1]);
});

it('there are conversations with monitors and with OSDs', () => {
  const types = new Set(CONVERSATIONS.map(({ golden }) => golden.server.messages[0]?.srcType));
  expect([...types].sort()).toEqual([CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD]);
  expect(CONVERSATIONS[0]?.golden.client.messages[0]?.srcType).toBe(CEPH_ENTITY_TYPE_CLIENT);
});
