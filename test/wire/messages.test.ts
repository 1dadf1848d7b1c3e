import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { DecodeError } from '../../src/common/errors.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Message } from '../../src/msg/Message.ts';
import { type GoldenMessage, goldenConversations } from '../helpers/golden.ts';

const RECORDINGS = ['v1-none-get', 'v1-none-ops', 'v1-none-maps'];
/** CEPH_MSG_MDS_MAP: of CephFS. */
const NOT_SPOKEN = 21;

/** Every message of the recordings with a name for it, each encoding once. */
const golden = RECORDINGS.flatMap((recording) =>
  goldenConversations(recording).flatMap(({ client, server, serverPort }) =>
    [...client.messages, ...server.messages].map((message) => ({
      name: `${recording} type ${message.type} seq ${message.seq} port ${serverPort} from ${message.srcType}.${message.srcNum}`,
      message,
    })),
  ),
);
const distinct = [
  ...new Map(golden.map((one) => [Buffer.from(one.message.front).toString('hex'), one])).values(),
];

function decode(message: GoldenMessage, front = message.front, data = message.data): Message {
  const decoded = decodeMessage(message, new Decoder(front, 'front'), message.middle, data);
  if (decoded === undefined) throw new Error(`type ${message.type} is not known`);
  return decoded;
}

function encode(message: Message): Uint8Array {
  const enc = new Encoder();
  message.encodePayload(enc);
  return enc.take();
}

/** Decodes, which must work or be a DecodeError. */
function survives(message: GoldenMessage, front: Uint8Array, data?: Uint8Array): void {
  try {
    encode(decode(message, front, data));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

describe('every message of the recordings that we speak', () => {
  test.each(golden)('$name is encoded to the same front', ({ message }) => {
    expect(encode(decode(message))).toEqual(new Uint8Array(message.front));
  });

  test.each(golden)('$name has the same data', ({ message }) => {
    const decoded = decode(message);
    expect(Buffer.concat(decoded.data).equals(message.data)).toBe(true);
  });

  test.each(golden)('$name says the versions of its header', ({ message }) => {
    const { type, version, compatVersion } = decode(message);
    expect({ type, version, compatVersion }).toEqual({
      type: message.type,
      version: message.version,
      compatVersion: message.compatVersion,
    });
  });

  test.each(distinct)('each prefix of $name is a DecodeError', ({ message }) => {
    for (let end = 0; end < message.front.length; end++) {
      const front = message.front.subarray(0, end);
      expect(() => decode(message, front), `${end} bytes`).toThrow(DecodeError);
    }
  });

  test.each(distinct)(
    '$name with some bytes changed decodes or is a DecodeError',
    ({ message }) => {
      if (message.front.length === 0) return;
      const change = fc.tuple(fc.nat(message.front.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
          const front = message.front.slice();
          for (const [at, value] of changes) front[at] = value;
          survives(message, front);
        }),
        { numRuns: 200 },
      );
    },
  );

  test.each(distinct)(
    '$name with a lie for a length decodes or is a DecodeError',
    ({ message }) => {
      for (let at = 0; at + 4 <= message.front.length; at++) {
        for (const lie of [0xffffffff, 0x7fffffff, message.front.length]) {
          const front = new Uint8Array(message.front);
          new DataView(front.buffer).setUint32(at, lie, true);
          survives(message, front);
        }
      }
    },
  );
});

test('a type that we do not speak is not decoded', () => {
  for (const { message } of golden) {
    const front = new Decoder(message.front, 'front');
    const other = { ...message, type: NOT_SPOKEN };
    expect(decodeMessage(other, front, message.middle, message.data)).toBeUndefined();
  }
});

test('a message that needs a newer decoder is a DecodeError', () => {
  for (const { message } of distinct) {
    const newer = { ...message, compatVersion: 200 };
    expect(() => decode(newer)).toThrow(DecodeError);
  }
});
