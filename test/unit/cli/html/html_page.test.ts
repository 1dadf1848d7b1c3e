import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlPage } from '../../../../src/cli/html/html_page.ts';
import { osdmaptool } from '../../../../src/cli/osdmaptool.ts';
import { OSDMap } from '../../../../src/osd/OSDMap.ts';
import { upMap } from '../../../helpers/osdmaps.ts';

const NAME = '</script><script>alert(1)</script>';
const map = upMap(4, 2, [{ name: NAME, pgNum: 8 }]);

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'radosim-html-'));
  writeFileSync(join(dir, 'map'), map.encode());
});
afterAll(() => rmSync(dir, { recursive: true }));

function run(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = osdmaptool(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe('osdmaptool --html', () => {
  test('writes a page that holds the map', () => {
    const [file, html] = [join(dir, 'map'), join(dir, 'page.html')];
    expect(run(file, '--html', html)).toMatchObject({
      code: 0,
      stdout: `osdmaptool: wrote the page of epoch ${map.epoch} to ${html}\n`,
    });
    const [, base64 = ''] =
      /<script id="osdmap" [^>]*>([A-Za-z0-9+/=]*)<\/script>/.exec(readFileSync(html, 'utf8')) ??
      [];
    expect(OSDMap.decode(Buffer.from(base64, 'base64')).pools).toEqual(map.pools);
  });

  test('says where it cannot write', () => {
    const html = join(dir, 'nowhere', 'page.html');
    const { code, stderr } = run(join(dir, 'map'), '--html', html);
    expect(code).toBe(1);
    expect(stderr).toContain(`error writing to '${html}': (2) No such file or directory`);
  });
});

describe('the page', () => {
  test('holds no name of the map as markup', () => {
    expect(htmlPage(map)).not.toContain('alert(1)');
  });

  test('loads nothing and runs nothing but its own script', () => {
    const html = htmlPage(map);
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+' 'wasm-unsafe-eval'; style-src 'sha256-\S+'; /,
    );
    expect(html).not.toMatch(/\b(src|href)=/);
  });
});
