import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { crc32c } from '../../src/common/crc32c.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { DecodeError } from '../../src/common/errors.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import { newPgPool, type pg_pool_t } from '../../src/osd/pg_pool.ts';
import { decodePgPool, encodePgPool } from '../../src/osd/pg_pool_codec.ts';
import { HISTORY } from '../helpers/golden_osdmaps.ts';
import { incrementalOf, upMap } from '../helpers/osdmaps.ts';

/** A kind of map: how it is read, a rich specimen, and where in it the crc is, from the end. */
const KINDS = {
  full: { decode: OSDMap.decode, bytes: HISTORY.changed.last, crcFromEnd: 4 },
  incremental: {
    decode: OSDMapIncremental.decode,
    bytes: richest(HISTORY.changed.incrementals),
    crcFromEnd: 8,
  },
};

/** That with most sections. */
function richest(incrementals: readonly Uint8Array[]): Uint8Array {
  const count = (bytes: Uint8Array) => sectionsOf(OSDMapIncremental.decode, bytes).length;
  return incrementals.reduce((a, b) => (count(b) > count(a) ? b : a));
}

/** The bytes with `edit` done to them, and the crc that goes with that. */
function forged(kind: keyof typeof KINDS, edit: (bytes: Uint8Array, view: DataView) => void) {
  const { bytes: original, crcFromEnd } = KINDS[kind];
  const bytes = original.slice();
  const view = new DataView(bytes.buffer);
  edit(bytes, view);
  const at = bytes.length - crcFromEnd;
  view.setUint32(at, crc32c(crc32c(0xffffffff, bytes, 0, at), bytes, at + 4), true);
  return bytes;
}

/** Where each section of a map begins. */
function sectionsOf(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): number[] {
  const offsets: number[] = [];
  const { decodeStart } = Decoder.prototype;
  const spy = vi.spyOn(Decoder.prototype, 'decodeStart').mockImplementation(function (
    this: Decoder,
    ...args
  ) {
    offsets.push(this.offset);
    return decodeStart.apply(this, args);
  });
  decode(bytes);
  spy.mockRestore();
  return offsets;
}

describe.each(['full', 'incremental'] as const)('%s', (kind) => {
  const { decode, bytes } = KINDS[kind];

  test('no prefix of a map is one', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decode(bytes.subarray(0, length))).toThrow(DecodeError);
    }
  });

  test('a map in which one bit is flipped is refused', () => {
    for (let at = 0; at < bytes.length; at += 5) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at & 7));
      expect(() => decode(flipped)).toThrow(DecodeError);
    }
  });

  const sections = sectionsOf(decode, bytes);

  test('a map has sections to lie about', () => {
    expect(sections.length).toBeGreaterThan(10);
  });

  test.each<[string, (was: number, left: number) => number]>([
    ['0', () => 0],
    ['1', () => 1],
    ['one less', (was) => was - 1],
    ['one more than there is', (_, left) => left + 1],
    ['2^32 - 1', () => 0xffffffff],
  ])('a section that says its length is %s is refused', (_, lie) => {
    for (const at of sections) {
      const lying = forged(kind, (__, view) => {
        const was = view.getUint32(at + 2, true);
        view.setUint32(at + 2, lie(was, bytes.length - at - 6), true);
      });
      // A section of one byte that says it has one does not lie.
      if (lying.every((byte, i) => byte === bytes[i])) continue;
      expect(() => decode(lying), `section at ${at}`).toThrow(DecodeError);
    }
  });

  test('a section that no decoder of ours may read is refused', () => {
    for (const at of sections) {
      const newer = forged(kind, (edited) => {
        edited[at + 1] = 255;
      });
      expect(() => decode(newer), `section at ${at}`).toThrow(DecodeError);
    }
  });

  test('whatever stands in a map, it is read or it is no map, and it can be asked', () => {
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const edited = forged(kind, (copy) => {
          for (const [at, byte] of changes) copy[at] = byte;
        });
        const decoded = readOrRefuse(decode, edited);
        if (decoded instanceof OSDMap) askAll(decoded);
      }),
      { numRuns: 500 },
    );
  });
});

function readOrRefuse(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}

/** Maps the first PGs of each pool: whatever the map says, that ends and never fails. */
function askAll(map: OSDMap): void {
  for (const [pool, { pgNum }] of map.pools) {
    for (let seed = 0; seed < Math.min(pgNum, 16); seed++) {
      map.pgToUpActingOsds({ pool, seed });
    }
  }
}

test('a map of a later release is read, and what it adds is skipped', () => {
  const { bytes } = KINDS.full;
  const [outer = 0, client = 0] = sectionsOf(OSDMap.decode, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const clientEnd = client + 6 + view.getUint32(client + 2, true);
  const longer = new Uint8Array(bytes.length + 7);
  longer.set(bytes.subarray(0, clientEnd));
  longer.set(bytes.subarray(clientEnd), clientEnd + 7);
  // map<pg_t, s32> pg_upmap_primaries, empty, and three bytes that nobody knows yet.
  longer.set([0, 0, 0, 0, 1, 2, 3], clientEnd);
  longer[client] = 99;
  const edited = new DataView(longer.buffer);
  edited.setUint32(outer + 2, view.getUint32(outer + 2, true) + 7, true);
  edited.setUint32(client + 2, view.getUint32(client + 2, true) + 7, true);
  const at = longer.length - 4;
  edited.setUint32(at, crc32c(0xffffffff, longer, 0, at), true);
  expect(OSDMap.decode(longer).encode()).toEqual(bytes);
});

describe('a map is refused', () => {
  const small = upMap(2, 2, []).encode();
  /** Behind outer and client headers: fsid, epoch, created, modified, pools, names, pool_max, flags. */
  const maxOsdAt = 12 + 16 + 4 + 8 + 8 + 4 + 4 + 4 + 4;

  test.each([0x7fffffff, 0xffffffff, 2 ** 20 + 1, 3, 1])('whose max_osd is %i, not 2', (maxOsd) => {
    const bytes = small.slice();
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(maxOsdAt, true)).toBe(2);
    view.setUint32(maxOsdAt, maxOsd, true);
    expect(() => OSDMap.decode(bytes)).toThrow(/max_osd|osd_state/);
  });

  test('whose states are more than the bytes that are left', () => {
    const bytes = small.slice();
    new DataView(bytes.buffer).setUint32(maxOsdAt + 4, 0x40000000, true);
    expect(() => OSDMap.decode(bytes)).toThrow(/osd_state.*elements in/);
  });
});

describe('a pool is refused', () => {
  const reencoded = (change: Partial<pg_pool_t>) => {
    const enc = new Encoder();
    encodePgPool(enc, { ...newPgPool({ pgNum: 8 }), ...change });
    return () => decodePgPool(new Decoder(enc.take(), 'pool'));
  };

  test.each<Partial<pg_pool_t>>([
    { pgNum: 0 },
    { pgNum: 0xffffffff },
    { pgpNum: 0 },
    { pgpNum: 0xffffffff },
    { size: 0 },
    { type: 2 },
  ])('with %o', (change) => {
    expect(reencoded(change)).toThrow(DecodeError);
  });

  test('not with the most copies that there can be', () => {
    expect(reencoded({ size: 255 })()).toMatchObject({ size: 255 });
  });
});

describe('an incremental is refused', () => {
  const map = upMap(3, 3, [{ name: 'p', pgNum: 8 }]);

  test('with more OSDs for one PG than a pool has copies', () => {
    const inc = incrementalOf(map, (change) =>
      change.newPgTemp.set({ pool: 1, seed: 0 }, new Array<number>(100_000).fill(1)),
    );
    expect(() => OSDMapIncremental.decode(inc.encode())).toThrow(/100000 OSDs of one PG/);
  });

  test('with more new states than bytes', () => {
    const bytes = incrementalOf(map, (change) => change.newState.set(1, 2)).encode();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // The one entry of new_state: count 1, osd 1, bits 2.
    const at = bytes.findIndex(
      (_, i) =>
        i + 12 <= bytes.length &&
        [1, 1, 2].every((value, j) => view.getUint32(i + 4 * j, true) === value),
    );
    view.setUint32(at, 0x20000001, true);
    expect(() => OSDMapIncremental.decode(bytes)).toThrow(/new_state.*elements in/);
  });
});
