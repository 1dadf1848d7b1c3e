import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  rewriteRelativeImportExtensions: true,
};

/** For threads, which Vitest does not reach: compiles `entry` and all that it imports to a new directory. */
export function compile(entry: string): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'radosim-thread-'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const targetOf = (path: string): string =>
    join(dir, relative(ROOT, path)).replace(/\.ts$/, '.js');
  const done = new Set<string>();
  const todo = [join(ROOT, entry)];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (done.has(path)) continue;
    done.add(path);
    const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
      compilerOptions: OPTIONS,
    });
    const target = targetOf(path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
    for (const { fileName } of ts.preProcessFile(outputText).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      todo.push(resolve(dirname(path), fileName).replace(/\.js$/, '.ts'));
    }
  }
  return { dir, file: targetOf(join(ROOT, entry)) };
}
