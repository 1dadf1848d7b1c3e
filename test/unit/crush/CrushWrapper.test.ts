import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import { golden, goldenText } from './golden.ts';

const MAPS = ['mixed', 'legacy', 'cluster', 'simple', 'deep'];
const IN = 0x10000;

describe.each(MAPS)("Ceph's map `%s`", (name) => {
  const bytes = golden(`${name}.crushmap`);

  test('comes out as it went in', () => {
    expect(CrushWrapper.decode(bytes).encode()).toEqual(new Uint8Array(bytes));
  });

  test.each([
    ['WebAssembly', true],
    ['TypeScript', false],
  ])('maps as crushtool does, by %s', (_how, wasm) => {
    const reweights: [number, number][] = ['mixed', 'legacy'].includes(name)
      ? [
          [3, IN / 2],
          [13, 0],
        ]
      : [];
    const numRep = reweights.length > 0 ? 4 : 3;
    const map = CrushWrapper.decode(bytes, { wasm });
    expect(mappings(map, numRep, new Map(reweights))).toBe(goldenText(`${name}.mappings`));
  });

  test('is refused, or is an older map, wherever it is cut off', () => {
    let older = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        CrushWrapper.decode(bytes.subarray(0, length)).doRule(0, 1, 3, [IN, IN, IN], 0);
        older++;
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
    // After the names, and after each of the tunables, classes and choose_args but the last.
    expect(older).toBe(8);
  });

  test('may have more behind it, from a newer release', () => {
    const msr = [100, 0, 0, 0, 100, 0, 0, 0];
    const longer = new Uint8Array([...bytes, ...msr, 1, 2, 3]);
    const known = new Uint8Array([...bytes, ...msr]);
    expect(CrushWrapper.decode(longer).encode()).toEqual(known);
  });
});

test('a map cut off after its names has the tunables of 2010', () => {
  const bytes = golden('simple.crushmap');
  // Tunables 4 × u32, 2 × u8, u32, u8; three class maps and choose_args, each an empty u32 count.
  const tail = 16 + 2 + 4 + 1 + 4 * 4;
  const { tunables } = CrushWrapper.decode(bytes.subarray(0, bytes.length - tail)).crush;
  expect(tunables).toEqual({
    chooseLocalTries: 2,
    chooseLocalFallbackTries: 5,
    chooseTotalTries: 19,
    chooseleafDescendOnce: 0,
    chooseleafVaryR: 0,
    chooseleafStable: 0,
    strawCalcVersion: 0,
    allowedBucketAlgs: 22,
  });
});

test('names may have 64-bit keys, as very old maps do', () => {
  const bytes = [...golden('simple.crushmap')];
  const at = Buffer.from(bytes).indexOf(Buffer.from('\0\0\0\0\x03\0\0\0osd', 'latin1'));
  bytes.splice(at + 4, 0, 0, 0, 0, 0);
  expect(CrushWrapper.decode(Uint8Array.from(bytes)).getTypeId('osd')).toBe(0);
});

describe('findRule', () => {
  const map = CrushWrapper.decode(golden('mixed.crushmap'));

  test('finds the rule of a ruleset, type and size', () => {
    expect(map.findRule(1, 3, 4)).toBe(1);
  });

  test('finds nothing for another type, a size out of range, an unknown ruleset', () => {
    expect([map.findRule(1, 1, 4), map.findRule(1, 3, 2), map.findRule(2, 1, 3)]).toEqual([
      -1, -1, -1,
    ]);
  });
});

describe('doRule', () => {
  const map = CrushWrapper.decode(golden('mixed.crushmap'));
  const weights = new Uint32Array(map.crush.maxDevices).fill(IN);

  test('gives nothing for a rule that does not exist', () => {
    expect([map.doRule(2, 1, 3, weights, 0), map.doRule(99, 1, 3, weights, 0)]).toEqual([[], []]);
  });

  test('gives nothing where nothing is wanted', () => {
    expect(map.doRule(0, 1, 0, weights, 0)).toEqual([]);
  });

  test('takes devices behind the end of the weights for out', () => {
    expect(map.doRule(0, 1, 3, [], 0)).toEqual([]);
  });

  test('uses the choose_args of its pool only', () => {
    const all = Array.from({ length: 50 }, (_, x) => x);
    const ofPool = all.map((x) => map.doRule(0, x, 3, weights, 0));
    const ofOther = all.map((x) => map.doRule(0, x, 3, weights, 7));
    expect(ofPool).not.toEqual(ofOther);
  });

  test('uses the choose_args of index -1 for a pool without its own', () => {
    const args = map.crush.chooseArgs.get(0);
    const other = CrushWrapper.decode(golden('mixed.crushmap'));
    other.crush.chooseArgs = new Map(args === undefined ? [] : [[-1, args]]);
    for (let x = 0; x < 50; x++) {
      expect(other.doRule(0, x, 3, weights, 7)).toEqual(map.doRule(0, x, 3, weights, 0));
    }
  });
});

/** What `crushtool --test --show-mappings` prints for x of 0 to 99. */
function mappings(map: CrushWrapper, numRep: number, reweights: Map<number, number>): string {
  const weights = Array.from({ length: map.crush.maxDevices }, (_, i) => reweights.get(i) ?? IN);
  let text = '';
  for (const [ruleno, rule] of map.crush.rules.entries()) {
    if (rule === undefined) continue;
    for (let x = 0; x < 100; x++) {
      text += `CRUSH rule ${ruleno} x ${x} [${map.doRule(ruleno, x, numRep, weights, 0).join(',')}]\n`;
    }
  }
  return text;
}
