import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

/** The code blocks of a language, and the block of plain text that says what each prints. */
function blocks(language: string): { code: string; prints: string }[] {
  const fence = new RegExp(
    `^\`\`\`${language}\\n(.*?)^\`\`\`\\n(?:\\n\`\`\`text\\n(.*?)^\`\`\`)?`,
    'gms',
  );
  return [...readme.matchAll(fence)].map(([, code = '', prints = '']) => ({ code, prints }));
}

describe('the README', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'radosim-readme-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test.each(blocks('ts').map((block, i) => ({ ...block, i })))(
    'shows code that prints what it says: block $i',
    async ({ code, prints, i }) => {
      const file = join(dir, `block_${i}.ts`);
      await writeFile(file, code);
      const log = vi.spyOn(console, 'log').mockReturnValue();

      await import(file);

      expect(log.mock.calls.map((words) => `${words.join(' ')}\n`).join('')).toBe(prints);
    },
  );

  test('names no command that is not there', () => {
    const scripts = [...readme.matchAll(/npm (?:run ([\w:]+)|(start|test))/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(scripts).toContain('start');
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
  });

  test('names no file that is not there', async () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) => path);
    for (const path of links) await readFile(new URL(`../../${path}`, import.meta.url));
  });
});
