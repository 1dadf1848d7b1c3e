import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { callStep } from '../../../src/osdc/call_step.ts';
import { checksumStep } from '../../../src/osdc/checksum_step.ts';
import { cmpXattrStep, omapCmpStep } from '../../../src/osdc/compare_steps.ts';
import { mapextStep, STAT_STEP, sparseReadStep } from '../../../src/osdc/data_steps.ts';
import type { Step } from '../../../src/osdc/ObjectOperation.ts';
import {
  omapGetKeysStep,
  omapGetValsByKeysStep,
  omapGetValsStep,
} from '../../../src/osdc/omap_steps.ts';
import { LIST_SNAPS_STEP } from '../../../src/osdc/snaps_step.ts';
import { LIST_WATCHERS_STEP } from '../../../src/osdc/watchers_step.ts';
import { GET_XATTRS_STEP, getXattrStep } from '../../../src/osdc/xattr_steps.ts';

const file = new URL('../../wire/golden/messages/step-outputs.json', import.meta.url);
const recorded: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const CRC = { offset: 0, length: 0, chunkSize: 0, init: 0n };
const decoders: Record<string, Step<unknown>> = {
  stat: STAT_STEP,
  sparse_read: sparseReadStep(0, 100),
  mapext: mapextStep(0, 100),
  crc32c: checksumStep('crc32c', CRC),
  getxattrs: GET_XATTRS_STEP,
  omap_get_keys: omapGetKeysStep('', 10),
  omap_get_vals: omapGetValsStep('', '', 10),
  omap_get_vals_by_keys: omapGetValsByKeysStep([]),
  list_snaps: LIST_SNAPS_STEP,
  list_watchers: LIST_WATCHERS_STEP,
};

const rows = Object.entries(decoders).map(([name, { decode }]) => {
  const out = new Uint8Array(Buffer.from(recorded[name] ?? '', 'hex'));
  return { name, out, decode: (changed: Uint8Array): unknown => decode(changed, 1n) };
});

function survives(decode: (out: Uint8Array) => unknown, out: Uint8Array): void {
  try {
    decode(out);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

describe('what a real OSD puts out', () => {
  test('for clones and snapshots is what librados made of it', () => {
    const out = new Uint8Array(Buffer.from(recorded['list_snaps'] ?? '', 'hex'));
    const overlap = [
      [0, 4096],
      [4103, 4089],
    ];
    expect(LIST_SNAPS_STEP.decode(out, 1n)).toEqual({
      seq: 3,
      clones: [
        { id: 1, snaps: [1], size: 8192, overlap },
        { id: 3, snaps: [2, 3], size: 8192, overlap: [] },
        { id: 'head', snaps: [], size: 5, overlap: [] },
      ],
    });
  });

  test('for watchers is what librados made of it', () => {
    const out = new Uint8Array(Buffer.from(recorded['list_watchers'] ?? '', 'hex'));
    const watcher = {
      addr: '127.0.0.1:0/2537543337',
      watcher: 'client.4132',
      timeoutSeconds: 30,
    };
    expect(LIST_WATCHERS_STEP.decode(out, 1n)).toEqual([
      { ...watcher, cookie: 94679852640848n },
      { ...watcher, cookie: 94679852641952n },
    ]);
  });

  test.each(rows)('for $name is read the same when it comes twice', ({ out, decode }) => {
    expect(decode(new Uint8Array(Buffer.concat([out, out])))).toEqual(decode(out));
  });
});

describe('hostile outputs', () => {
  test.each(rows)(
    'of $name: each prefix is a DecodeError that names it',
    ({ name, out, decode }) => {
      // Nothing at all is the checksum of nothing.
      for (let end = name === 'crc32c' ? 1 : 0; end < out.length; end++) {
        expect(() => decode(out.subarray(0, end))).toThrow(DecodeError);
      }
    },
  );

  test.each(rows)('of $name: a lie for a length is read, or a DecodeError', ({ out, decode }) => {
    for (let at = 0; at + 4 <= out.length; at++) {
      for (const lie of [0, 0x7fffffff, 0xffffffff]) {
        const changed = out.slice();
        new DataView(changed.buffer).setUint32(at, lie, true);
        survives(decode, changed);
      }
    }
  });

  test.each(rows)('of $name: changed bytes are read, or a DecodeError', ({ out, decode }) => {
    const change = fc.tuple(fc.nat(out.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = out.slice();
        for (const [at, value] of changes) changed[at] = value;
        survives(decode, changed);
      }),
      { numRuns: 300 },
    );
  });

  test.each(rows)('of $name: garbage is read, or a DecodeError', ({ decode }) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (out) => survives(decode, out)));
  });

  test('that count what is not there are refused before anything is made', () => {
    const lie = Uint8Array.of(0xff, 0xff, 0xff, 0x7f);
    expect(() => GET_XATTRS_STEP.decode(lie, 1n)).toThrow(
      'getxattrs.vals at offset 0: 2147483647 elements in 0 bytes',
    );
  });

  test('whose extents go back are refused', () => {
    const out = new Uint8Array(4 + 32);
    const view = new DataView(out.buffer);
    view.setUint32(0, 2, true);
    view.setUint32(4, 100, true);
    view.setUint32(12, 10, true);
    view.setUint32(20, 109, true);
    expect(() => mapextStep(0, 200).decode(out, 1n)).toThrow('mapext.extents at offset 28');
  });

  test('with more bytes than their extents say are refused', () => {
    const out = new Uint8Array(Buffer.from(recorded['sparse_read'] ?? '', 'hex'));
    out[12] = 21;
    expect(() => sparseReadStep(0, 100).decode(out, 1n)).toThrow('21 bytes in extents, 22 of data');
  });
});

describe('what an OSD is asked', () => {
  const asked = ({ op }: Step<unknown>): string => Buffer.from(op.indata).toString('latin1');

  test('has keys in the order of their bytes, each once', () => {
    const keys = ['\ud83d\udc19', '\uffff', 'b', 'a', '\udc80', 'b'];
    const sorted = ['a', 'b', '\x80', '\xef\xbf\xbf', '\xf0\x9f\x90\x99'];
    const encoded = sorted.map((key) => `${String.fromCharCode(key.length)}\0\0\0${key}`).join('');
    expect(asked(omapGetValsByKeysStep(keys))).toBe(`\x05\0\0\0${encoded}`);
  });

  test('has assertions in the order of the bytes of their keys', () => {
    const value = bytes('v');
    const assertions = new Map([
      ['b', { op: 'lt', value }],
      ['a', { op: 'eq', value }],
    ] as const);
    const one = (key: string, op: string): string => `\x01\0\0\0${key}\x01\0\0\0v${op}\0\0\0`;
    expect(asked(omapCmpStep(assertions))).toBe(`\x02\0\0\0${one('a', '\x01')}${one('b', '\x05')}`);
  });

  test('counts names in bytes, not in characters', () => {
    expect(getXattrStep('ä').op.args).toMatchObject({ nameLength: 2, valueLength: 0 });
    expect(cmpXattrStep('ä', 'gt', 7n).op).toMatchObject({
      args: { nameLength: 2, valueLength: 8, cmpOp: 3, cmpMode: 2 },
      indata: bytes('\xc3\xa4\x07\0\0\0\0\0\0\0'),
    });
    expect(callStep('ä', 'é', bytes('in')).op).toMatchObject({
      args: { classLength: 2, methodLength: 2, inputLength: 2 },
      indata: bytes('\xc3\xa4\xc3\xa9in'),
    });
  });

  test('has the first value of a checksum in as many bytes as the checksum', () => {
    const init = 0x01020304n;
    expect(asked(checksumStep('crc32c', { ...CRC, init }))).toBe('\x04\x03\x02\x01');
    expect(asked(checksumStep('xxhash64', { ...CRC, init }))).toBe('\x04\x03\x02\x01\0\0\0\0');
  });

  test('is the extents of all that there is, in the way of rados mapext', () => {
    expect(mapextStep(0, undefined).op.args).toMatchObject({ offset: 0, length: -1 });
    expect(mapextStep(5, undefined).op.args).toMatchObject({ offset: 5, length: 0xffffffff });
  });
});
