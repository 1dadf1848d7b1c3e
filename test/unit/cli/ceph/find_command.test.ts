import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findCommand } from '../../../../src/cli/ceph/command/find_command.ts';
import { dumpJson } from '../../../../src/cli/ceph/command/python.ts';
import { parseSignatures } from '../../../../src/cli/ceph/command/signature.ts';

interface Case {
  readonly words: readonly string[];
  readonly stderr: string;
  readonly args: string | null;
}

const golden: { table: string; cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('golden/commands.json', import.meta.url), 'utf8'),
);
const commands = parseSignatures(golden.table);

describe('a command is found, and its arguments are taken, as ceph_argparse does', () => {
  test.each(golden.cases)('$words', ({ words, stderr, args }) => {
    let said = '';
    const found = findCommand(commands, words, (text) => {
      said += text;
    });
    expect(said).toBe(stderr);
    // Python writes what is not ASCII as escapes; JSON means the same.
    expect(found === undefined ? null : dumpJson(found)).toBe(
      args?.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ) ?? null,
    );
  });
});

test('a table with types that nobody knows, and with nonsense, is read', () => {
  const table = { a: { sig: ['x', { type: 'CephNew', name: 'y' }, 3, null] }, b: 1, c: { sig: 0 } };
  const signatures = parseSignatures(JSON.stringify(table));
  expect(signatures).toHaveLength(1);
  expect(() => findCommand(signatures, ['x', 'y', 'z'], () => {})).not.toThrow();
});
