import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { DecodeError } from '../../src/common/errors.ts';
import { utf8Decode } from '../../src/common/utf8.ts';
import { compareHobjects } from '../../src/osd/hobject_order.ts';
import { sliceOfRange } from '../../src/osd/hobject_range.ts';
import {
  decodeHobject,
  HOBJECT_MAX,
  HOBJECT_NONE,
  type hobject_t,
} from '../../src/osd/hobject_t.ts';
import { hobjectToString, parseHobject } from '../../src/osd/hobject_text.ts';
import { decodePgNlsResponse, encodePgNlsResponse } from '../../src/osd/pg_nls.ts';
import { hashKey, newPgPool } from '../../src/osd/pg_pool.ts';
import { pgNlsOperation } from '../../src/osdc/pg_nls_operation.ts';

interface Cursors {
  readonly pool: number;
  readonly listing: { at: string; nspace: string; oid: string; locator: string; next: string }[];
  readonly slices: { n: number; m: number; start: string; finish: string }[];
  readonly parsed: { text: string; is: string | null }[];
}

interface Conversation {
  readonly request: { readonly front: string; readonly data: string };
  readonly reply: { readonly front: string; readonly data: string };
}

function golden(name: string): string {
  return readFileSync(new URL(`./golden/list/${name}.json`, import.meta.url), 'utf8');
}

const cursors: Cursors = JSON.parse(golden('cursors'));
const pages: Conversation[] = JSON.parse(golden('pgnls'));
const text = (hex: string): string => utf8Decode(Buffer.from(hex, 'hex'));
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

function parse(cursor: string): hobject_t {
  const object = parseHobject(cursor);
  if (object === undefined) throw new Error(`${cursor} is no cursor`);
  return object;
}

describe("librados' cursors", () => {
  test.each(cursors.parsed)('$text is $is', ({ text: cursor, is }) => {
    // librados takes no text for the beginning of all; here that is for who lists.
    const object = cursor === '' ? HOBJECT_NONE : parseHobject(cursor);
    expect(object === undefined ? null : hobjectToString(object)).toBe(is);
  });

  test('are written as they were read', () => {
    for (const { at, next } of cursors.listing) {
      expect(hobjectToString(parse(at))).toBe(at);
      expect(hobjectToString(parse(next))).toBe(next);
    }
  });

  test('ascend', () => {
    for (const { at, next } of cursors.listing) {
      expect(compareHobjects(parse(at), parse(next))).toBeLessThan(0);
    }
  });

  test('name the object that is listed next, of any name, namespace and key', () => {
    const { pool, listing } = cursors;
    const info = newPgPool({ pgNum: 8 });
    // Others are where a PG begins.
    const named = listing.filter(({ at }) => parse(at).oid !== '');
    expect(named.length).toBeGreaterThan(50);
    for (const { at, ...one } of named) {
      const [oid, nspace, key] = [text(one.oid), text(one.nspace), text(one.locator)];
      const hash = hashKey(info, key === '' ? oid : key, nspace);
      const object = { key, oid, snap: -2, hash, isMax: false, nspace, pool };
      expect(hobjectToString(object)).toBe(at);
    }
  });

  test.each(cursors.slices)(
    'part $n of $m is from $start to $finish',
    ({ n, m, start, finish }) => {
      const whole = { start: HOBJECT_NONE, end: HOBJECT_MAX };
      const slice = sliceOfRange(cursors.pool, whole, n, m);
      expect([slice.start, slice.end].map(hobjectToString)).toEqual([start, finish]);
    },
  );
});

describe('PGNLS', () => {
  test('asks with the bytes of librados', () => {
    for (const { request } of pages) {
      const [op] = pgNlsOperation({
        handle: handleOf(request.data),
        count: 1024,
        startEpoch: 0,
        filter: new Uint8Array(),
      }).ops;
      expect(Buffer.from(op?.indata ?? []).toString('hex')).toBe(request.data);
    }
  });

  test('answers list each object once, from page to page', () => {
    const listed = pages
      .map(({ request, reply }) => ({ at: handleOf(request.data), page: responseOf(reply.data) }))
      .sort((a, b) => compareHobjects(a.at, b.at));
    listed.forEach(({ page }, i) => {
      expect(page.handle).toEqual(listed[i + 1]?.at ?? HOBJECT_MAX);
    });
    const objects = listed.flatMap(({ page }) => page.entries);
    expect(objects).toEqual(
      cursors.listing.map(({ oid, nspace, locator }) => ({
        oid: text(oid),
        namespace: text(nspace),
        locator: text(locator),
      })),
    );
  });

  test('answers are encoded to the same bytes', () => {
    for (const { reply } of pages) {
      const enc = new Encoder();
      encodePgNlsResponse(enc, responseOf(reply.data));
      expect(Buffer.from(enc.take()).toString('hex')).toBe(reply.data);
    }
  });

  test('each prefix of an answer is a DecodeError', () => {
    const data = bytes(pages[0]?.reply.data ?? '');
    for (let end = 0; end < data.length; end++) {
      const dec = new Decoder(data.subarray(0, end), 'pgnls');
      expect(() => decodePgNlsResponse(dec)).toThrow(DecodeError);
    }
  });

  test('an answer that does not go on is a DecodeError', () => {
    const { handle } = responseOf(pages[0]?.reply.data ?? '');
    const request = { handle, count: 1024, startEpoch: 0, filter: new Uint8Array() };
    const outdata = [bytes(pages[0]?.reply.data ?? '')];
    const reply = { result: 1, outdata, rvals: [1], userVersion: 0 };
    expect(() => pgNlsOperation(request).decode(reply)).toThrow(DecodeError);
  });

  test('a filter goes before the handle, as class, method and bytes', () => {
    const filter = Uint8Array.of(5, 0, 0, 0, 0x70, 0x6c, 0x61, 0x69, 0x6e);
    const [op] = pgNlsOperation({ handle: HOBJECT_MAX, count: 9, startEpoch: 7, filter }).ops;
    const head = '02000000' + '7067' + '06000000' + '66696c746572' + '05000000706c61696e';
    expect(op).toMatchObject({ op: 0x1506, args: { kind: 'pgls', count: 9, startEpoch: 7 } });
    expect(
      Buffer.from(op?.indata ?? [])
        .toString('hex')
        .slice(0, head.length),
    ).toBe(head);
  });
});

function handleOf(hex: string): hobject_t {
  return decodeHobject(new Decoder(bytes(hex), 'handle'));
}

function responseOf(hex: string): ReturnType<typeof decodePgNlsResponse> {
  return decodePgNlsResponse(new Decoder(bytes(hex), 'pgnls'));
}
