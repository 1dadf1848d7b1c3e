// Compiles src/wasm/assembly/NAME.ts into src/wasm/NAME_bytes.ts (npm run build:wasm).
//
// The generated files are committed, so that install, build, tests and users of the sources need no
// AssemblyScript; `--check` compares instead of writing, and a unit test runs that.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

/** 64 KiB each: tables and what the engine lays in. Fixed, so that views of the memory stay valid. */
const PAGES = { straw2: 80, crc32c: 1 };

for (const [name, pages] of Object.entries(PAGES)) {
  const out = fileURLToPath(new URL(`../src/wasm/${name}_bytes.ts`, import.meta.url));
  const source = `src/wasm/assembly/${name}.ts`;
  const { error, stderr, binary } = await compile(source, String(pages));
  if (error || binary === undefined) {
    process.stderr.write(stderr.toString());
    process.exit(1);
  }
  const text = generated(name, source, binary);
  if (!process.argv.includes('--check')) {
    writeFileSync(out, text);
  } else if (readFileSync(out, 'utf8') !== text) {
    process.stderr.write(`${out} is not what its source gives: npm run build:wasm\n`);
    process.exit(1);
  }
}

async function compile(source, pages) {
  let binary;
  const options = ['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--use', 'abort='];
  const memory = ['--initialMemory', pages, '--maximumMemory', pages];
  const files = ['--baseDir', fileURLToPath(new URL('..', import.meta.url)), '-o', 'out.wasm'];
  const done = await main([source, ...options, ...memory, ...files], {
    writeFile: (_name, bytes) => {
      binary = bytes;
    },
  });
  return { ...done, binary };
}

function generated(name, source, bytes) {
  const lines = Buffer.from(bytes)
    .toString('hex')
    .match(/.{1,96}/g);
  return [
    `/** ${source}, compiled: ${bytes.length} bytes of WebAssembly in hexadecimal. */`,
    `export const ${name.toUpperCase()}_WASM: string =`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}
