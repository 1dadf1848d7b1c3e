import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfFile, ConfFileError } from '../../../src/common/ConfFile.ts';

function values(text: string, section = 'global'): Record<string, string> {
  const lines = ConfFile.parse(text).sections.get(section)?.values() ?? [];
  return Object.fromEntries([...lines].map(({ key, value }) => [key, value]));
}

function problem(text: string): ConfFileError {
  try {
    ConfFile.parse(text);
  } catch (error) {
    if (error instanceof ConfFileError) return error;
  }
  throw new Error('it was read');
}

describe('ceph.conf', () => {
  test.each([
    ['a value may be empty', 'a =\n', { a: '' }],
    ['blanks about a value are no part of it', ' a  = \t b c \t\n', { a: 'b c' }],
    ['blanks in a key are one underscore', 'mon \t host = x\n', { mon_host: 'x' }],
    ['a dash in a key stays, and case counts', 'A-b = x\n', { 'A-b': 'x' }],
    ['of two lines with one key the last counts', 'a b = 1\na_b = 2\n', { a_b: '2' }],
    ['quotes are taken off', 'a = "b c"\nd = \'e"f\'\n', { a: 'b c', d: 'e"f' }],
    ['quotes within a value stay', 'a = b "c"\n', { a: 'b "c"' }],
    ['# and ; begin comments', 'a = b # c\n; d = e\nf = g;h\n', { a: 'b', f: 'g' }],
    ['a backslash takes the meaning of what follows', 'a = b\\;c\\#\\d\\\\\n', { a: 'b;c#d\\' }],
    ['a quote may be escaped within quotes', 'a = "b\\"c"\n', { a: 'b"c' }],
    ['a backslash at the end of a line joins the next', 'a = b\\\n c\n', { a: 'b c' }],
    ['lines may end as in DOS', 'a = b\r\nc = d\r\n', { a: 'b', c: 'd' }],
    ['a value may have = and [', 'a = b=[c]\n', { a: 'b=[c]' }],
  ])('%s', (_fact, text, expected) => {
    expect(values(`[global]\n${text}`)).toEqual(expected);
  });

  test('sections of one name are one section', () => {
    expect(values('[global]\na = 1\n[x]\na = 2\n[global]\na = 3\nb = 4\n')).toEqual({
      a: '3',
      b: '4',
    });
  });

  test('one line alone is of global', () => {
    expect(values('mon host = x\n')).toEqual({ mon_host: 'x' });
  });

  test('a joined line may be the last one', () => {
    expect(values('a = b\n\\\n')).toEqual({ a: 'b' });
  });

  test('nothing is read of an empty file', () => {
    expect(ConfFile.parse('').sections.size).toBe(0);
  });

  test('a line knows its number', () => {
    const file = ConfFile.parse('# x\n[global]\na = 1\\\n2\n\nb = 3\n');
    expect([...(file.sections.get('global')?.values() ?? [])].map(({ line }) => line)).toEqual([
      3, 6,
    ]);
  });
});

describe('what is no ceph.conf is refused at its line and column', () => {
  test.each([
    ['a last line without an end', '[global]\nfoo = bar', 2, 10, '<empty_line>'],
    ['a comment within quotes', '[global]\nfoo = "a;b"\n', 2, 9, '"""'],
    ['a quote without an end', '[global]\nfoo = "a\n', 2, 9, '"""'],
    ['something after quotes', '[global]\nfoo = "a" x\n', 2, 10, '<empty_line>'],
    ['a heading without an end', '[global\nfoo = a\n', 1, 8, '"]"'],
    ['an empty heading', '[global]\n[]\n', 2, 2, '<difference><unnamed-rule>"]"'],
    ['a key without a value', '[global]\nfoo\n', 2, 1, '<eoi>'],
    ['a heading after blanks', '[global]\n [client]\n', 2, 1, '<eoi>'],
    ['two lines without a section', 'a = 1\nb = 2\n', 2, 1, '<eoi>'],
  ])('%s', (_what, text, line, column, expected) => {
    const error = problem(text);
    expect({ ...error }).toMatchObject({ line, column, reason: `expected '${expected}'` });
  });
});

test('any text is read or refused', () => {
  const atoms = [...'[]#;\\"\'= \t\n\ra', '[global]\n', 'a = 1\n', '\\\n'];
  const texts = fc.array(fc.constantFrom(...atoms)).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      try {
        ConfFile.parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfFileError);
      }
    }),
  );
});

test('what is written with escapes is read as it was', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\r\n]|^\s|\s$/.test(value));
  fc.assert(
    fc.property(text, (value) => {
      const escaped = value.replace(/["'#;\\]/g, '\\$&');
      expect(values(`[global]\na = "${escaped}"\nb = ${escaped}\n`)).toEqual({
        a: value,
        b: value,
      });
    }),
  );
});

test('lines are counted to the end of a large file', () => {
  const text = `[global]\n${'a = 1 # b\n'.repeat(50_000)}b = 2\n`;
  expect(ConfFile.parse(text).sections.get('global')?.get('b')?.line).toBe(50_002);
});
