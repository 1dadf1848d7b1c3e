import { describe, expect, test } from 'vitest';
import { CrushCompileError } from '../../../src/crush/CrushCompileError.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import { golden, goldenText } from './golden.ts';

interface BadText {
  name: string;
  text: string;
  stderr: string;
}

const badTexts: BadText[] = JSON.parse(goldenText('compile_errors.json'));

function compileError(text: string): CrushCompileError {
  try {
    CrushWrapper.compile(text);
  } catch (error) {
    if (error instanceof CrushCompileError) return error;
    throw error;
  }
  throw new Error('it compiles');
}

test("a text compiles to crushtool's bytes", () => {
  const map = CrushWrapper.compile(goldenText('mixed.txt'));
  expect(map.encode()).toEqual(new Uint8Array(golden('mixed.crushmap')));
});

test.each(['mixed', 'cluster'])("the map `%s` decompiles to crushtool's text", (name) => {
  const map = CrushWrapper.decode(golden(`${name}.crushmap`));
  expect(map.decompile()).toBe(goldenText(`${name}.decompiled.txt`));
});

test.each(['mixed', 'legacy', 'cluster', 'simple'])(
  'the map `%s` decompiled compiles to the same text',
  (name) => {
    const text = CrushWrapper.decode(golden(`${name}.crushmap`)).decompile();
    expect(CrushWrapper.compile(text).decompile()).toBe(text);
  },
);

test('a weight halfway between two thousandths is printed as the even one', () => {
  const items = [0.0625, 0.1875, 0.3125].map((weight, i) => ` item osd.${i} weight ${weight}\n`);
  const devices = items.map((_, i) => `device ${i} osd.${i}\n`);
  const root = `root r {\n id -1\n alg straw2\n hash 0\n${items.join('')}}\n`;
  const text = CrushWrapper.compile(
    `${devices.join('')}type 0 osd\ntype 1 root\n${root}`,
  ).decompile();
  // crushtool's words.
  expect(text.match(/weight [0-9.]+/g)).toEqual([
    'weight 0.562',
    'weight 0.062',
    'weight 0.188',
    'weight 0.312',
  ]);
});

describe('what crushtool refuses is refused with its words:', () => {
  test.each(badTexts)('$name', ({ text, stderr }) => {
    const { cephText } = compileError(text);
    expect(cephText === '' ? '' : `${cephText}\n`).toBe(stderr);
  });
});

describe('a mistake has a line and a column', () => {
  test('of the word that was not understood', () => {
    const text = 'type 0 osd\ntype 1 host\nhost a {\n  alg straw2\n  item osd.0 weight heavy\n}\n';
    const error = compileError(text);
    expect([error.line, error.column]).toEqual([5, 21]);
    expect(error.message).toBe('5:21: expected a number');
  });

  test('of a name that is not defined', () => {
    const text = 'type 0 osd\ntype 1 host\nhost a {\n  alg straw2\n  item osd.0\n}\n';
    const error = compileError(text);
    expect(error.message).toBe("5:8: item 'osd.0' in bucket 'a' is not defined");
  });

  test('of what stands where a definition should begin', () => {
    expect(compileError('type 0 osd\n\n  ?').message).toMatch(/^3:3: expected /);
  });
});

test('comments and blank lines mean nothing', () => {
  const plain = CrushWrapper.compile('type 0 osd\ndevice 0 osd.0\n');
  const noted = CrushWrapper.compile('# a map\n\ntype 0 osd # one\n\n  device 0\n osd.0\n#');
  expect(noted.encode()).toEqual(plain.encode());
});

test('an empty text is an empty map', () => {
  expect(CrushWrapper.compile('').crush.buckets).toEqual([]);
});
