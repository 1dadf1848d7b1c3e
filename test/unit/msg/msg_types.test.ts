import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import {
  ADDR_TYPE_ANY,
  ADDR_TYPE_LEGACY,
  addrvecToString,
  BLANK_ADDR,
  decodeAddr,
  decodeAddrvec,
  decodeLegacyAddr,
  encodeAddr,
  encodeAddrvec,
  encodeLegacyAddr,
  entity_addr_t,
  entityNameToString,
  legacyAddr,
  parseAddr,
} from '../../../src/msg/msg_types.ts';
import { goldenConversations, goldenFile } from '../../helpers/golden.ts';

const decoderOf = (hex: string): Decoder => new Decoder(Buffer.from(hex, 'hex'), 'test');

function hexOf(write: (enc: Encoder) => void): string {
  const enc = new Encoder();
  write(enc);
  return Buffer.from(enc.take()).toString('hex');
}

/** The address of monitor a in v1-none.monmap: offset, and what it says. */
const MON_ADDR = {
  bytes: goldenFile('v1-none.monmap').subarray(95, 130),
  text: 'v1:127.0.0.1:24001/0',
};

const anyAddr = fc
  .tuple(
    fc.nat(3),
    fc.oneof(fc.constant(''), fc.ipV4(), fc.constantFrom('::1', 'fe80::1', '2001:db8::2:1')),
    fc.nat(0xffff),
    fc.nat(0xffffffff),
  )
  .map(([type, ip, port, nonce]) => new entity_addr_t(type, ip, ip === '' ? 0 : port, nonce));

describe('the form of MSG_ADDR2', () => {
  test('of a real monitor is read', () => {
    expect(String(decodeAddr(new Decoder(MON_ADDR.bytes, 'addr')))).toBe(MON_ADDR.text);
  });

  test('is written as the monitor wrote it', () => {
    const hex = hexOf((enc) => encodeAddr(enc, parseAddr(MON_ADDR.text)));
    expect(hex).toBe(Buffer.from(MON_ADDR.bytes).toString('hex'));
  });

  test('of IPv6 has flow info and scope around the address', () => {
    const hex = hexOf((enc) => encodeAddr(enc, parseAddr('v2:[2001:db8::1]:3300/7')));
    expect(hex).toBe(
      '01' +
        '0101' +
        '28000000' +
        '02000000' +
        '07000000' +
        '1c000000' +
        '0a00' +
        '0ce4' +
        '00000000' +
        '20010db8000000000000000000000001' +
        '00000000',
    );
  });

  test('of a blank address may have no sockaddr', () => {
    const addr = decodeAddr(
      decoderOf('01' + '0101' + '0c000000' + '03000000' + '09000000' + '00000000'),
    );
    expect([addr.type, addr.nonce, addr.family, addr.port]).toEqual([3, 9, 0, 0]);
  });

  test('survives', () => {
    fc.assert(
      fc.property(anyAddr, (addr) => {
        const enc = new Encoder();
        encodeAddr(enc, addr);
        const dec = new Decoder(enc.take(), 'addr');
        expect(decodeAddr(dec).equals(addr)).toBe(true);
        expect(dec.remaining).toBe(0);
      }),
    );
  });

  test('cut anywhere is a DecodeError', () => {
    for (let end = 0; end < MON_ADDR.bytes.length; end++) {
      const dec = new Decoder(MON_ADDR.bytes.subarray(0, end), 'addr');
      expect(() => decodeAddr(dec)).toThrow(DecodeError);
    }
  });

  test.each([
    [
      'of an unknown family',
      '01' + '0101' + '0e000000' + '01000000' + '00000000' + '02000000' + '6300',
    ],
    [
      'of a family without room',
      '01' + '0101' + '0d000000' + '01000000' + '00000000' + '01000000' + '02',
    ],
    [
      'of IPv4 without its address',
      '01' + '0101' + '10000000' + '01000000' + '00000000' + '04000000' + '02000050',
    ],
    ['longer than its family', `0101011d0000000100000000000000110000000200${'00'.repeat(15)}`],
    ['of another marker', `07${'00'.repeat(40)}`],
  ])('%s is a DecodeError', (_what, hex) => {
    expect(() => decodeAddr(decoderOf(hex))).toThrow(DecodeError);
  });
});

describe('the form from before MSG_ADDR2', () => {
  const [conversation] = goldenConversations('v1-none-get');
  const monAddr = conversation?.server.addrs[0] ?? new Uint8Array(0);

  test('of a real monitor is read', () => {
    expect(String(decodeLegacyAddr(new Decoder(monAddr, 'addr')))).toBe(MON_ADDR.text);
  });

  test('is written as the monitor wrote it', () => {
    const enc = new Encoder();
    encodeLegacyAddr(enc, parseAddr(MON_ADDR.text));
    expect([...enc.take()]).toEqual([...monAddr]);
  });

  test('of every side of the recordings is written as it was', () => {
    const sides = goldenConversations('v1-none-ops').flatMap(({ client, server }) => [
      client,
      server,
    ]);
    for (const bytes of sides.flatMap(({ addrs }) => addrs)) {
      const enc = new Encoder();
      encodeLegacyAddr(enc, decodeLegacyAddr(new Decoder(bytes, 'addr')));
      expect([...enc.take()]).toEqual([...bytes]);
    }
  });

  test('is taken for an address by the decoder of both', () => {
    expect(String(decodeAddr(new Decoder(monAddr, 'addr')))).toBe(MON_ADDR.text);
  });

  test('survives but for the type', () => {
    fc.assert(
      fc.property(anyAddr, (addr) => {
        const enc = new Encoder();
        encodeLegacyAddr(enc, addr);
        expect(enc.length).toBe(136);
        const read = decodeLegacyAddr(new Decoder(enc.take(), 'addr'));
        expect(read.equals(addr.with({ type: ADDR_TYPE_LEGACY }))).toBe(true);
      }),
    );
  });
});

describe('several addresses', () => {
  const addrs = [parseAddr('v2:10.0.0.1:3300/1'), parseAddr('v1:10.0.0.1:6789/1')];

  test('of a real monitor are read', () => {
    const bytes = goldenFile('v2-none.monmap').subarray(90);
    expect(addrvecToString(decodeAddrvec(new Decoder(bytes, 'addrs')))).toBe(
      '[v2:127.0.0.1:24000/0,v1:127.0.0.1:24001/0]',
    );
  });

  test('survive', () => {
    fc.assert(
      fc.property(fc.array(anyAddr), (some) => {
        const enc = new Encoder();
        encodeAddrvec(enc, some);
        expect(decodeAddrvec(new Decoder(enc.take(), 'addrs')).map(String)).toEqual(
          some.map(String),
        );
      }),
    );
  });

  test('may be one in the new form', () => {
    expect(addrvecToString(decodeAddrvec(new Decoder(MON_ADDR.bytes, 'addrs')))).toBe(
      MON_ADDR.text,
    );
  });

  test('may be one in the old form', () => {
    const enc = new Encoder();
    encodeLegacyAddr(enc, parseAddr(MON_ADDR.text));
    expect(addrvecToString(decodeAddrvec(new Decoder(enc.take(), 'addrs')))).toBe(MON_ADDR.text);
  });

  test.each(['03', '02ffffffff', '0201000000'])('are not %s', (hex) => {
    expect(() => decodeAddrvec(decoderOf(hex))).toThrow(DecodeError);
  });

  test('have at most one of v1 that counts', () => {
    expect(String(legacyAddr(addrs))).toBe('v1:10.0.0.1:6789/1');
    expect(legacyAddr(addrs.slice(0, 1))).toBeUndefined();
  });
});

describe('the text of an address', () => {
  test.each([
    ['v1:10.0.0.1:6789/5', 'v1:10.0.0.1:6789/5'],
    ['10.0.0.1:6789', 'v1:10.0.0.1:6789/0'],
    ['10.0.0.1', 'v1:10.0.0.1:0/0'],
    ['v2:[::1]:3300', 'v2:[::1]:3300/0'],
    ['any:[2001:DB8::0:1]', 'any:[2001:db8::1]:0/0'],
  ])('%s is that of %s', (text, printed) => {
    expect(String(parseAddr(text))).toBe(printed);
  });

  test('has a default type', () => {
    expect(String(parseAddr('10.0.0.1', ADDR_TYPE_ANY))).toBe('any:10.0.0.1:0/0');
  });

  test.each([
    '',
    'v3:10.0.0.1',
    '10.0.0.1:65536',
    '10.0.0.1:1/4294967296',
    '::1',
    'host:1',
    '10.0.0.1:',
  ])('is not %j', (text) => {
    expect(() => parseAddr(text)).toThrow(DecodeError);
  });

  test('of a blank one is a dash', () => {
    expect(String(BLANK_ADDR)).toBe('none:-/0');
  });

  test('is one per address: equal text, equal address', () => {
    fc.assert(
      fc.property(anyAddr, anyAddr, (a, b) => {
        expect(String(a) === String(b)).toBe(a.equals(b));
      }),
    );
  });

  test('is read back', () => {
    fc.assert(
      fc.property(
        anyAddr.filter((addr) => addr.ip !== '' && addr.type !== 0),
        (addr) => {
          expect(parseAddr(String(addr)).equals(addr)).toBe(true);
        },
      ),
    );
  });
});

test('an address with something changed is otherwise the same', () => {
  expect(String(parseAddr('v1:10.0.0.1:1/2').with({ port: 9 }))).toBe('v1:10.0.0.1:9/2');
});

test.each(['', '0.0.0.0', '::'])('%j is blank', (ip) => {
  expect(new entity_addr_t(ADDR_TYPE_LEGACY, ip, 1, 1).isBlankIp()).toBe(true);
});

test.each([
  [{ type: CEPH_ENTITY_TYPE_OSD, num: 3 }, 'osd.3'],
  [{ type: CEPH_ENTITY_TYPE_CLIENT, num: -1 }, 'client.?'],
  [{ type: 99, num: 1 }, 'unknown.1'],
])('%j is %s', (name, text) => {
  expect(entityNameToString(name)).toBe(text);
});

test.each(['v1:0.0.0.0:6789/0', 'v1:10.0.0.1:0/0', 'v2:[::]:3300/0', '-'])(
  '%s is nowhere to dial',
  (text) => {
    const addr = text === '-' ? BLANK_ADDR : parseAddr(text);
    expect(addr.canBeDialled()).toBe(false);
  },
);
