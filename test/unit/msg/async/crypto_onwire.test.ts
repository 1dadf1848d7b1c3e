import { describe, expect, it } from 'vitest';
import { SimCrypto } from '../../../../sim/SimCrypto.ts';
import type { AesCbc, AesGcm, Crypto } from '../../../../src/common/Crypto.ts';
import { createHandlerPair, Nonces } from '../../../../src/msg/async/crypto_onwire.ts';
import { FrameAssembler } from '../../../../src/msg/async/FrameAssembler.ts';
import { TAG_MESSAGE } from '../../../../src/msg/async/frames_v2.ts';
import { SendBuffer } from '../../../../src/msg/SendBuffer.ts';
import { nodeContext } from '../../../../src/node/context.ts';
import { NodeCrypto } from '../../../../src/node/NodeCrypto.ts';
import { FrameSink, sent, writeFrame } from '../../../helpers/frames.ts';

const cct = nodeContext();
/** Key, nonce of the server, nonce of the client, and what is not used. */
const SECRET = Uint8Array.from({ length: 64 }, (_, i) => i);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Keeps each nonce that something is sealed with. */
class WatchedCrypto implements Crypto {
  readonly nonces: string[] = [];
  readonly #crypto = new NodeCrypto();

  aesGcm(key: Uint8Array): AesGcm {
    const aes = this.#crypto.aesGcm(key);
    return {
      seal: (nonce, plaintext) => {
        this.nonces.push(hex(nonce));
        return aes.seal(nonce, plaintext);
      },
      open: (nonce, sealed) => aes.open(nonce, sealed),
    };
  }

  aesCbc(key: Uint8Array): AesCbc {
    return this.#crypto.aesCbc(key);
  }

  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return this.#crypto.hmacSha256(key, bytes);
  }
}

describe('nonces', () => {
  it('count up behind the fixed part, little-endian', () => {
    const nonces = new Nonces(Buffer.from('0102030400000000000000ff', 'hex'));
    expect([1, 2, 3].map(() => hex(nonces.next()))).toEqual([
      '0102030400000000000000ff',
      '0102030401000000000000ff',
      '0102030402000000000000ff',
    ]);
  });

  it.each([
    ['01020304fffffffffe000000', '0102030400000000ff000000'],
    ['01020304ffffffffffffffff', '010203040000000000000000'],
  ])('%s is followed by %s', (first, second) => {
    const nonces = new Nonces(Buffer.from(first, 'hex'));
    nonces.next();
    expect(hex(nonces.next())).toBe(second);
  });

  it('run out rather than repeat', () => {
    const nonces = new Nonces(new Uint8Array(12), 2);
    nonces.next();
    nonces.next();
    expect(() => nonces.next()).toThrow('no nonce is left for this key');
  });

  it('never repeat, whoever sends', () => {
    const watched = new WatchedCrypto();
    const sides = [false, true].map((crossed) => {
      const out = new SendBuffer(cct.alloc);
      const assembler = new FrameAssembler(cct, out);
      assembler.secure(createHandlerPair(watched, SECRET, crossed).tx);
      return { out, assembler };
    });
    for (let i = 0; i < 2000; i++) {
      for (const { out, assembler } of sides) {
        const header = new Uint8Array(i % 3 === 0 ? 100 : 41);
        writeFrame(assembler, TAG_MESSAGE, [header, new Uint8Array(i % 5)], []);
        out.take();
      }
    }
    // The preamble's; for a long header, one; for a front, one.
    expect(watched.nonces.length).toBe(2 * (2000 + 667 + 1600));
    expect(new Set(watched.nonces).size).toBe(watched.nonces.length);
  });

  it('are those of the secret: first the client seals with the second, the server with the first', () => {
    const watched = new WatchedCrypto();
    createHandlerPair(watched, SECRET, false).tx.seal([]);
    createHandlerPair(watched, SECRET, true).tx.seal([]);
    expect(watched.nonces).toEqual([hex(SECRET.subarray(28, 40)), hex(SECRET.subarray(16, 28))]);
  });
});

it.each([0, 16, 39])('a secret of %i bytes is refused', (length) => {
  expect(() => createHandlerPair(cct.crypto, new Uint8Array(length), false)).toThrow(
    `connection_secret at offset 0: ${length} bytes, at least 40`,
  );
});

it('a simulation understands what Node has sealed, and the other way round', () => {
  const cryptos = [new NodeCrypto(), new SimCrypto()];
  for (const [sender, receiver] of [cryptos, [...cryptos].reverse()]) {
    if (sender === undefined || receiver === undefined) throw new Error('two are there');
    const out = new SendBuffer(cct.alloc);
    const assembler = new FrameAssembler(cct, out);
    assembler.secure(createHandlerPair(sender, SECRET, false).tx);
    const segments = [new Uint8Array(100), new Uint8Array(7), new Uint8Array(0), SECRET];
    writeFrame(assembler, TAG_MESSAGE, segments, [SECRET]);
    const sink = new FrameSink(cct, 0, createHandlerPair(receiver, SECRET, true).rx);
    sink.receive(sent(out));
    expect(sink.frames.map((frame) => frame.segments.map(hex))).toEqual([segments.map(hex)]);
  }
});
