import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTree } from '../../../src/cli/read_tree.ts';

let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'radosim-tree-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

test('every file comes once, under its path, in the order of the names', async () => {
  await mkdir(join(dir, 'b'));
  await writeFile(join(dir, 'b', 'inner'), 'one');
  await writeFile(join(dir, 'c'), '');
  await writeFile(join(dir, 'a'), 'two');

  const tree = await readTree(dir);

  expect([...tree].map(([name, bytes]) => [name, String(bytes)])).toEqual([
    ['a', 'two'],
    ['b/inner', 'one'],
    ['c', ''],
  ]);
});

test('a symbolic link is left alone, also one that leads back', async () => {
  await writeFile(join(dir, 'a'), '');
  await symlink('.', join(dir, 'loop'));

  expect([...(await readTree(dir)).keys()]).toEqual(['a']);
});

test('an empty directory is told', async () => {
  await expect(readTree(dir)).rejects.toThrow(`${dir}: there is no file in it`);
});

test('a directory that does not exist is told', async () => {
  const path = join(dir, 'none');
  await expect(readTree(path)).rejects.toThrow(`${path}: no such file or directory`);
});

test('a file instead of a directory is told', async () => {
  const path = join(dir, 'a');
  await writeFile(path, '');
  await expect(readTree(path)).rejects.toThrow(`${path}: not a directory`);
});

test('a file that is larger than any object is told', async () => {
  const path = join(dir, 'a');
  await writeFile(path, '');
  await truncate(path, 128 * 1024 * 1024 + 1);
  await expect(readTree(dir)).rejects.toThrow(`${path}: larger than an object may be`);
});
