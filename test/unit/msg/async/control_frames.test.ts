import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { DecodeError } from '../../../../src/common/errors.ts';
import {
  decodeAuthBadMethod,
  decodeAuthDone,
  decodeAuthMore,
  decodeAuthRequest,
  decodeAuthSignature,
  decodeHello,
  encodeAuthBadMethod,
  encodeAuthDone,
  encodeAuthMore,
  encodeAuthRequest,
  encodeAuthSignature,
  encodeHello,
} from '../../../../src/msg/async/frames/auth_frames.ts';
import {
  decodeCompressionDone,
  decodeCompressionRequest,
  encodeCompressionDone,
  encodeCompressionRequest,
} from '../../../../src/msg/async/frames/compression_frames.ts';
import {
  decodeClientIdent,
  decodeIdentMissingFeatures,
  decodeServerIdent,
  encodeClientIdent,
  encodeIdentMissingFeatures,
  encodeServerIdent,
} from '../../../../src/msg/async/frames/ident_frames.ts';
import {
  decodeKeepalive,
  decodeReconnect,
  decodeReset,
  decodeSeq,
  encodeKeepalive,
  encodeReconnect,
  encodeReset,
  encodeSeq,
} from '../../../../src/msg/async/frames/session_frames.ts';
import { frameTagToString } from '../../../../src/msg/async/frames_v2.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { FrameSink } from '../../../helpers/frames.ts';
import { goldenConnections } from '../../../helpers/golden_v2.ts';

/** What a payload is decoded to, and what that is encoded to. */
interface Trip {
  readonly value: unknown;
  readonly encoded: Uint8Array;
}

type Codec = (payload: Uint8Array) => Trip;

function codec<T>(decode: (dec: Decoder) => T, encode: (enc: Encoder, value: T) => void): Codec {
  return (payload) => {
    const dec = new Decoder(payload, 'payload');
    const value = decode(dec);
    expect(dec.remaining).toBe(0);
    const enc = new Encoder();
    encode(enc, value);
    return { value, encoded: enc.take() };
  };
}

const SEQ = codec(decodeSeq, encodeSeq);
const AUTH_MORE = codec(decodeAuthMore, encodeAuthMore);
const KEEPALIVE = codec(decodeKeepalive, encodeKeepalive);

const CODECS: Readonly<Record<string, Codec>> = {
  HELLO: codec(decodeHello, encodeHello),
  AUTH_REQUEST: codec(decodeAuthRequest, encodeAuthRequest),
  AUTH_BAD_METHOD: codec(decodeAuthBadMethod, encodeAuthBadMethod),
  AUTH_REPLY_MORE: AUTH_MORE,
  AUTH_REQUEST_MORE: AUTH_MORE,
  AUTH_DONE: codec(decodeAuthDone, encodeAuthDone),
  AUTH_SIGNATURE: codec(decodeAuthSignature, encodeAuthSignature),
  CLIENT_IDENT: codec(decodeClientIdent, encodeClientIdent),
  SERVER_IDENT: codec(decodeServerIdent, encodeServerIdent),
  IDENT_MISSING_FEATURES: codec(decodeIdentMissingFeatures, encodeIdentMissingFeatures),
  SESSION_RECONNECT: codec(decodeReconnect, encodeReconnect),
  SESSION_RESET: codec(decodeReset, encodeReset),
  SESSION_RETRY: SEQ,
  SESSION_RETRY_GLOBAL: SEQ,
  SESSION_RECONNECT_OK: SEQ,
  WAIT: codec(
    () => 'nothing',
    () => undefined,
  ),
  KEEPALIVE2: KEEPALIVE,
  KEEPALIVE2_ACK: KEEPALIVE,
  ACK: SEQ,
  COMPRESSION_REQUEST: codec(decodeCompressionRequest, encodeCompressionRequest),
  COMPRESSION_DONE: codec(decodeCompressionDone, encodeCompressionDone),
};

interface Recorded {
  readonly name: string;
  readonly payload: Uint8Array;
}

function recorded(name: string, bytes: Uint8Array, authFrames: number): Recorded[] {
  const sink = new FrameSink(nodeContext(), authFrames, undefined);
  sink.receive(bytes);
  return sink.frames
    .slice(0, authFrames === 0 ? undefined : authFrames)
    .map(({ tag, segments: [payload = new Uint8Array(0)] }) => ({
      name: `${frameTagToString(tag)}${name}`,
      payload,
    }));
}

const FRAMES: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL('../../../wire/golden/frames/control_frames.json', import.meta.url), 'utf8'),
);

/** Of the authentication by cephx: that with the OSD, which is not sealed afterwards. */
const CEPHX = goldenConnections('v2-cephx-get').filter(({ isMon }) => !isMon);

const RECORDED = [
  ...Object.values(FRAMES)
    .flat()
    .flatMap((hex, i) => recorded(`, frame ${i}`, bytesOf(hex), 0)),
  ...CEPHX.flatMap(({ client }) => recorded(' of a client with cephx', client, 3)),
  ...CEPHX.flatMap(({ server }) => recorded(' of an OSD with cephx', server, 3)),
];

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function codecOf(name: string): Codec {
  const found = CODECS[/^\w+/.exec(name)?.[0] ?? ''];
  if (found === undefined) throw new Error(`no codec for ${name}`);
  return found;
}

describe.each(RECORDED)('$name', ({ name, payload }) => {
  it('is encoded as it was', () => {
    expect(codecOf(name)(payload).encoded).toEqual(payload);
  });

  it('is refused when its end is missing', () => {
    for (let length = 0; length < payload.length; length++) {
      expect(() => codecOf(name)(payload.subarray(0, length))).toThrow(DecodeError);
    }
  });
});

/** Of the first recorded frame with tag `name`. */
function recordedValue(name: string): unknown {
  const frame = RECORDED.find((one) => one.name.startsWith(`${name} `));
  if (frame === undefined) throw new Error(`no ${name} was recorded`);
  return codecOf(name)(frame.payload).value;
}

describe('what real peers have said', () => {
  it('a client names itself and whom it means', () => {
    expect(recordedValue('CLIENT_IDENT')).toMatchObject({
      targetAddr: { type: 2, ip: '127.0.0.1', port: 33000 },
      gid: -1,
      globalSeq: 6,
      supportedFeatures: 0x3f01cfbdfffdffffn,
      requiredFeatures: 0x800000000000000n,
      flags: 0,
    });
  });

  it('a server names all its addresses', () => {
    expect(recordedValue('SERVER_IDENT')).toMatchObject({
      addrs: [
        { type: 2, port: 33000 },
        { type: 1, port: 33001 },
      ],
      gid: 0,
      globalSeq: 1,
      requiredFeatures: 0x0c01020002040000n,
      cookie: 0n,
    });
  });

  it('a client that knows no offered method is told which there are', () => {
    expect(recordedValue('AUTH_BAD_METHOD')).toEqual({
      method: 2,
      result: -95,
      allowedMethods: [1],
      allowedModes: [2, 1],
    });
  });

  it('an OSD takes a session up again by its cookies', () => {
    expect(recordedValue('SESSION_RECONNECT')).toMatchObject({
      clientCookie: 0xd6570a1a7f57e782n,
      serverCookie: 0x379aa7ebb6a30a8en,
      globalSeq: 7,
      connectSeq: 2,
      msgSeq: 0,
    });
  });
});

describe('frames that nobody sent while it was recorded', () => {
  // Laid out by hand after src/msg/async/frames_v2.h.
  it.each([
    ['IDENT_MISSING_FEATURES', '0000000000000008', 0x800000000000000n],
    ['SESSION_RESET', '01', true],
    ['SESSION_RESET', '00', false],
    ['SESSION_RETRY_GLOBAL', '0700000000000000', 7],
    [
      'COMPRESSION_REQUEST',
      '01020000000200000001000000',
      { isCompress: true, preferredMethods: [2, 1] },
    ],
    ['COMPRESSION_DONE', '0102000000', { isCompress: true, method: 2 }],
  ])('%s %s', (name, hex, value) => {
    expect(codecOf(name)(bytesOf(hex))).toEqual({ value, encoded: bytesOf(hex) });
  });
});
