import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The project under its own name, as its users import it, but from the sources.
const alias = [
  { find: /^radosim$/, replacement: here('src/index.ts') },
  { find: /^radosim\/sim$/, replacement: here('sim/index.ts') },
];

// What the build writes beside the sources, made of the sources when a test asks for it.
const page = {
  name: 'page-from-sources',
  load(id: string): string | undefined {
    if (!id.endsWith('/src/cli/html/page_template.ts')) return undefined;
    const text = execFileSync(process.execPath, [here('tools/build_page.mjs')], {
      encoding: 'utf8',
    });
    return `export const pageTemplate = () => ${JSON.stringify(text)};`;
  },
};

const setupFiles = ['./test/helpers/fast_check_seed.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/reporter.ts'],
    projects: [
      {
        resolve: { alias },
        plugins: [page],
        test: {
          name: 'main',
          setupFiles,
          include: ['test/{unit,wire,property,sim,tools}/**/*.test.ts', 'examples/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        plugins: [page],
        test: {
          name: 'browser',
          setupFiles,
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        plugins: [page],
        test: {
          name: 'ceph',
          setupFiles,
          include: ['test/ceph/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
