import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The project under its own name, as its users import it, but from the sources.
const alias = [
  { find: /^radosim$/, replacement: here('src/index.ts') },
  { find: /^radosim\/sim$/, replacement: here('sim/index.ts') },
];

export default defineConfig({
  test: {
    reporters: ['default', './test/helpers/reporter.ts'],
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'main',
          include: ['test/{unit,wire,property,sim,tools}/**/*.test.ts', 'examples/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'ceph',
          include: ['test/ceph/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
