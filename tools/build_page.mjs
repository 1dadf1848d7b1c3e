// Writes the page of `radosim osdmaptool --html` to standard output: src/cli/html/page in one text,
// with room for a map.
//
// The policy lets nothing run but the script in here, whatever a map may hold, and lets nothing be
// loaded. 'wasm-unsafe-eval' is for the mapper's own WebAssembly.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const folder = new URL('../src/cli/html/page/', import.meta.url);

const script = await bundle();
const style = readFileSync(new URL('page.css', folder), 'utf8');
const markup = readFileSync(new URL('index.html', folder), 'utf8');
if (/<\/script|<!--/i.test(script)) throw new Error('the script would end its own element');

const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>\n</head>`;
const tail = `<!-- osdmap -->\n<script type="module">${script}</script>\n</body>`;
process.stdout.write(markup.replace('</head>', () => head).replace('</body>', () => tail));

async function bundle() {
  const { output } = await build({
    input: fileURLToPath(new URL('page.ts', folder)),
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
    output: { format: 'esm', minify: true },
  });
  const [chunk, ...more] = output;
  if (more.length > 0) throw new Error('the page is to be one script');
  return chunk.code;
}

function hash(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
