// Compiles src/wasm/assembly/straw2.ts into src/wasm/straw2_bytes.ts (npm run build:wasm).
//
// The generated file is committed, so that install, build, tests and users of the sources need no
// AssemblyScript; `--check` compares instead of writing, and a unit test runs that.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const OUT = fileURLToPath(new URL('../src/wasm/straw2_bytes.ts', import.meta.url));
const SOURCE = 'src/wasm/assembly/straw2.ts';
// 5 MiB, fixed: the tables and Straw2Engine's arena. It never grows, so that views of it stay valid.
const PAGES = '80';

const { error, stderr, binary } = await compile();
if (error || binary === undefined) {
  process.stderr.write(stderr.toString());
  process.exit(1);
}
const text = generated(binary);
if (!process.argv.includes('--check')) {
  writeFileSync(OUT, text);
} else if (readFileSync(OUT, 'utf8') !== text) {
  process.stderr.write(`${OUT} is not what its source gives: npm run build:wasm\n`);
  process.exit(1);
}

async function compile() {
  let binary;
  const options = ['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--use', 'abort='];
  const memory = ['--initialMemory', PAGES, '--maximumMemory', PAGES];
  const files = ['--baseDir', fileURLToPath(new URL('..', import.meta.url)), '-o', 'straw2.wasm'];
  const done = await main([SOURCE, ...options, ...memory, ...files], {
    writeFile: (_name, bytes) => {
      binary = bytes;
    },
  });
  return { ...done, binary };
}

function generated(bytes) {
  const lines = Buffer.from(bytes)
    .toString('hex')
    .match(/.{1,96}/g);
  return [
    `/** ${SOURCE}, compiled: ${bytes.length} bytes of WebAssembly in hexadecimal. */`,
    'export const STRAW2_WASM: string =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
