import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimCrypto } from '../../../sim/SimCrypto.ts';
import { constantTimeEqual } from '../../../src/common/Crypto.ts';
import { NodeCrypto } from '../../../src/node/NodeCrypto.ts';

/** McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 1 to 3. */
const GCM = [
  {
    key: '00'.repeat(16),
    nonce: '00'.repeat(12),
    text: '',
    sealed: '58e2fccefa7e3061367f1d57a4e7455a',
  },
  {
    key: '00'.repeat(16),
    nonce: '00'.repeat(12),
    text: '00'.repeat(16),
    sealed: '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    text:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
    sealed:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
      '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985' +
      '4d5c2af327cd64a62cf35abd2ba6fab4',
  },
];

/** NIST SP 800-38A, F.2.1: four blocks; here a fifth follows, of padding. */
const CBC = {
  key: '2b7e151628aed2a6abf7158809cf4f3c',
  iv: '000102030405060708090a0b0c0d0e0f',
  text:
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
    '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  encrypted:
    '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2' +
    '73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7',
};

/** RFC 4231, test cases 1, 2 and 6. */
const HMAC = [
  {
    key: '0b'.repeat(20),
    text: '4869205468657265',
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: '4a656665',
    text: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: 'aa'.repeat(131),
    text: Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
    mac: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
];

const CRYPTOS = [new NodeCrypto(), new SimCrypto()].map((crypto) => ({
  name: crypto.constructor.name,
  crypto,
}));

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function hex(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('hex');
}

describe.each(CRYPTOS)('$name', ({ crypto }) => {
  it.each(GCM)('seals and opens the published text $text', ({ key, nonce, text, sealed }) => {
    const aes = crypto.aesGcm(bytes(key));
    expect(hex(aes.seal(bytes(nonce), [bytes(text)]))).toBe(sealed);
    expect(hex([aes.open(bytes(nonce), bytes(sealed)) ?? bytes('ff')])).toBe(text);
  });

  it('does not keep the key that it was given', () => {
    const key = new Uint8Array(16);
    const aes = crypto.aesGcm(key);
    key.fill(1);
    expect(hex(aes.seal(new Uint8Array(12), []))).toBe(GCM[0]?.sealed);
  });

  it('opens nothing in which a bit was changed', () => {
    const { key = '', nonce = '', sealed = '' } = GCM[2] ?? {};
    const aes = crypto.aesGcm(bytes(key));
    const forged = bytes(sealed);
    for (let bit = 0; bit < forged.length * 8; bit++) {
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(aes.open(bytes(nonce), forged)).toBeUndefined();
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
  });

  it('encrypts the published text by AES-CBC, with padding, and decrypts it', () => {
    const aes = crypto.aesCbc(bytes(CBC.key));
    const encrypted = aes.encrypt(bytes(CBC.iv), bytes(CBC.text));
    expect(encrypted).toHaveLength(CBC.encrypted.length / 2 + 16);
    expect(hex([encrypted.subarray(0, -16)])).toBe(CBC.encrypted);
    expect(hex([aes.decrypt(bytes(CBC.iv), encrypted) ?? bytes('ff')])).toBe(CBC.text);
  });

  it.each([0, 1, 15, 17, 64])('decrypts nothing of %i bytes that nobody has padded', (length) => {
    const encrypted = bytes(CBC.encrypted).subarray(0, length);
    expect(crypto.aesCbc(bytes(CBC.key)).decrypt(bytes(CBC.iv), encrypted)).toBeUndefined();
  });

  it.each(HMAC)('signs $text as published', ({ key, text, mac }) => {
    expect(hex([crypto.hmacSha256(bytes(key), bytes(text))])).toBe(mac);
  });
});

const pieces = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
const keys = fc.uint8Array({ minLength: 16, maxLength: 16 });
const nonces = fc.uint8Array({ minLength: 12, maxLength: 12 });

it('a simulation seals as Node does', () => {
  fc.assert(
    fc.property(keys, nonces, pieces, (key, nonce, text) => {
      const sealed = hex(new NodeCrypto().aesGcm(key).seal(nonce, text));
      expect(hex(new SimCrypto().aesGcm(key).seal(nonce, text))).toBe(sealed);
    }),
  );
});

it('a simulation opens what Node has sealed', () => {
  fc.assert(
    fc.property(keys, nonces, pieces, (key, nonce, text) => {
      const sealed = bytes(hex(new NodeCrypto().aesGcm(key).seal(nonce, text)));
      const opened = new SimCrypto().aesGcm(key).open(nonce, sealed);
      expect(hex([opened ?? bytes('ff')])).toBe(hex(text));
    }),
  );
});

it('a simulation and Node decrypt by AES-CBC what the other has encrypted', () => {
  const ivs = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(keys, ivs, fc.uint8Array({ maxLength: 100 }), (key, iv, text) => {
      const [node, sim] = [new NodeCrypto().aesCbc(key), new SimCrypto().aesCbc(key)];
      const encrypted = node.encrypt(iv, text);
      expect(hex([sim.encrypt(iv, text)])).toBe(hex([encrypted]));
      expect(hex([sim.decrypt(iv, encrypted) ?? bytes('ff')])).toBe(hex([text]));
      expect(hex([node.decrypt(iv, encrypted) ?? bytes('ff')])).toBe(hex([text]));
    }),
  );
});

describe('constantTimeEqual', () => {
  const a = Uint8Array.of(1, 2, 3);
  it.each([
    [Uint8Array.of(1, 2, 3), true],
    [Uint8Array.of(0, 2, 3), false],
    [Uint8Array.of(1, 2, 4), false],
    [Uint8Array.of(1, 2), false],
    [Uint8Array.of(1, 2, 3, 0), false],
  ])('of 1 2 3 and %s is %s', (b, isEqual) => {
    expect(constantTimeEqual(a, b)).toBe(isEqual);
  });
});
