import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { PlantedProject } from '../helpers/planted.ts';

/** What a tool said, one finding a line, about files that break its rules on purpose. */
async function findings(
  configs: readonly string[],
  files: Readonly<Record<string, string>>,
  tool: string,
  ...args: string[]
): Promise<string[]> {
  await using project = await PlantedProject.create(configs, files);
  const { code, output } = await project.run(tool, ...args);
  expect(code).not.toBe(0);
  return output.split('\n');
}

function about(lines: readonly string[], rule: string): string {
  return lines.filter((line) => line.includes(rule)).join('\n');
}

describe('the layer rules', () => {
  const files: Record<string, string> = {
    'src/common/clean.ts': 'export const clean = 1;\n',
    'src/common/up.ts': "import { clean } from '../msg/clean.ts';\nexport const up = clean;\n",
    'src/common/reads_files.ts':
      "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;\n",
    'src/common/to_door.ts': "import { door } from '../index.ts';\nexport const d = door;\n",
    'src/common/impure.ts': "import pc from 'picocolors';\nexport const p = pc;\n",
    'src/common/dev.ts': "import fc from 'fast-check';\nexport const f = fc;\n",
    'src/common/ring_a.ts': "import type { B } from './ring_b.ts';\nexport type A = B | 1;\n",
    'src/common/ring_b.ts': "import type { A } from './ring_a.ts';\nexport type B = A | 2;\n",
    'src/msg/clean.ts':
      "import { clean as c } from '../common/clean.ts';\nexport const clean = c;\n",
    'src/msg/knows_a_message.ts':
      "import { clean } from '../messages/MPing.ts';\nexport const k = clean;\n",
    'src/messages/MPing.ts': 'export const clean = 1;\n',
    'src/osdc/Objecter.ts':
      "import { world } from '../../sim/world.ts';\nexport const o = world;\n",
    'src/node/io.ts': "import net from 'node:net';\nexport const io = net;\n",
    'src/cli/main.ts': "import { world } from '../../sim/world.ts';\nexport const main = world;\n",
    'src/index.ts': 'export const door = 1;\n',
    'sim/world.ts': 'export const world = 1;\n',
    'sim/talks_to_cli.ts': "import { main } from '../src/cli/main.ts';\nexport const t = main;\n",
    'sim/talks_to_node.ts': "import { io } from '../src/node/io.ts';\nexport const t = io;\n",
    'sim/opens_a_file.ts':
      "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;\n",
    'sim/index.ts': "import { io } from '../src/node/io.ts';\nexport const door = io;\n",
    'sim/osd/MockOSD.ts': "import { o } from '../../src/osdc/Objecter.ts';\nexport const m = o;\n",
    'sim/mon/MockMonitor.ts':
      "import type { o } from '../../src/osdc/Objecter.ts';\nexport type M = typeof o;\n",
    'sim/uses_a_test.ts': "import { helper } from '../test/helper.ts';\nexport const u = helper;\n",
    'test/helper.ts': 'export const helper = 1;\n',
    'examples/peeks.ts':
      "import { clean } from '../src/common/clean.ts';\nexport const p = clean;\n",
    'examples/door.ts': "import { door } from '../src/index.ts';\nexport const p = door;\n",
  };
  let lines: string[] = [];
  beforeAll(async () => {
    const configs = ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'];
    lines = await findings(configs, files, 'depcruise', 'src', 'sim', 'test', 'examples');
  });

  test.each([
    ['common-looks-down-only', 'src/common/up.ts'],
    ['common-looks-down-only', 'src/common/to_door.ts'],
    ['msg-looks-down-only', 'src/msg/knows_a_message.ts'],
    ['core-has-no-node', 'src/common/reads_files.ts'],
    ['core-has-no-node', 'sim/opens_a_file.ts'],
    ['core-uses-pure-packages-only', 'src/common/impure.ts'],
    ['product-needs-no-dev-package', 'src/common/dev.ts'],
    ['no-cycles', 'src/common/ring_a.ts'],
    ['src-never-sees-sim', 'src/osdc/Objecter.ts'],
    ['sim-has-no-io', 'sim/talks_to_cli.ts'],
    ['sim-has-no-io', 'sim/talks_to_node.ts'],
    ['a-mock-is-not-the-client', 'sim/osd/MockOSD.ts'],
    ['a-mock-is-not-the-client', 'sim/mon/MockMonitor.ts'],
    ['product-never-sees-tests', 'sim/uses_a_test.ts'],
    ['examples-use-the-public-door', 'examples/peeks.ts'],
  ])('%s refuses %s', (rule, file) => {
    expect(about(lines, rule)).toContain(`${file} →`);
  });

  test.each([
    'src/msg/clean.ts',
    'src/node/io.ts',
    'src/cli/main.ts',
    'sim/index.ts',
    'examples/door.ts',
  ])('nothing is said against %s', (file) => {
    expect(lines.join('\n')).not.toContain(`${file} →`);
  });
});

describe('the lint rules', () => {
  const globals: Record<string, string> = {
    Date: 'Date.now()',
    performance: 'performance.now()',
    setTimeout: 'setTimeout(() => 1, 1)',
    setInterval: 'setInterval(() => 1, 1)',
    setImmediate: 'setImmediate(() => 1)',
    queueMicrotask: 'queueMicrotask(() => 1)',
    crypto: 'crypto.randomUUID()',
    process: 'process.pid',
    Buffer: 'Buffer.alloc(1)',
    globalThis: 'globalThis.name',
  };
  const uses = (expression: string): string => `export const used: unknown = ${expression};\n`;
  const files: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(globals).map(([name, use]) => [`src/osdc/uses_${name}.ts`, uses(use)]),
    ),
    'sim/uses_Date.ts': uses('Date.now()'),
    'sim/uses_random.ts': uses('Math.random()'),
    'src/node/uses_random.ts': uses('Math.random()'),
    'src/osdc/uses_any.ts': 'export const used: any = 1;\n',
    'src/osdc/uses_enum.ts': 'export enum Used {\n  A = 1,\n}\n',
    'src/osdc/uses_default.ts': 'export default 1;\n',
    'src/osdc/uses_bang.ts': "export const used: string = ['a'].at(0)!;\n",
    'src/osdc/uses_console.ts': "console.log('a');\n",
    'src/osdc/barrel.ts': "export { used } from './uses_any.ts';\n",
    'src/osdc/floats.ts':
      'async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n',
    'src/osdc/long.ts': `export function long(): void {\n${'  Math.abs(1);\n'.repeat(71)}}\n`,
    'src/librados/reads_clock.ts': uses('Date.now()'),
    'src/librados/makes_now.ts': uses('new Date()'),
    'src/librados/uses_random.ts': uses('Math.random()'),
    'src/librados/uses_Buffer.ts': uses('Buffer.alloc(1)'),
    'src/librados/shows_a_date.ts': uses('new Date(5)'),
    'src/node/clock.ts': uses('Date.now()'),
    'src/index.ts': uses('process.pid'),
    'sim/index.ts': uses('setImmediate(() => 1)'),
  };
  let lines: string[] = [];
  beforeAll(async () => {
    const args = ['lint', '--reporter=github', '--max-diagnostics=none'];
    lines = await findings(['biome.json', 'tools'], files, 'biome', ...args);
  });

  test.each([
    ...Object.keys(globals).map((name) => ['noRestrictedGlobals', `src/osdc/uses_${name}.ts`]),
    ['noRestrictedGlobals', 'sim/uses_Date.ts'],
    ['noRestrictedGlobals', 'src/librados/uses_Buffer.ts'],
    ['plugin', 'src/librados/reads_clock.ts'],
    ['plugin', 'src/librados/makes_now.ts'],
    ['plugin', 'src/librados/uses_random.ts'],
    ['plugin', 'sim/uses_random.ts'],
    ['plugin', 'src/node/uses_random.ts'],
    ['noExplicitAny', 'src/osdc/uses_any.ts'],
    ['noEnum', 'src/osdc/uses_enum.ts'],
    ['noDefaultExport', 'src/osdc/uses_default.ts'],
    ['noNonNullAssertion', 'src/osdc/uses_bang.ts'],
    ['noConsole', 'src/osdc/uses_console.ts'],
    ['noBarrelFile', 'src/osdc/barrel.ts'],
    ['noFloatingPromises', 'src/osdc/floats.ts'],
    ['noExcessiveLinesPerFunction', 'src/osdc/long.ts'],
  ])('%s refuses %s', (rule, file) => {
    expect(about(lines, rule)).toContain(`/${file},`);
  });

  test.each(['src/librados/shows_a_date.ts', 'src/node/clock.ts', 'src/index.ts', 'sim/index.ts'])(
    'nothing is said against %s',
    (file) => {
      expect(lines.join('\n')).not.toContain(`/${file},`);
    },
  );
});

describe('the core, compiled without Node', () => {
  const names = ['Buffer', 'setTimeout', 'process', 'TextEncoder', 'performance', 'console'];
  const files: Record<string, string> = {
    ...Object.fromEntries(
      names.map((name) => [`src/osdc/uses_${name}.ts`, `export const used: unknown = ${name};\n`]),
    ),
    'sim/uses_Buffer.ts': 'export const used: unknown = Buffer;\n',
    'src/node/clock.ts': 'export const used: unknown = setTimeout;\n',
    'src/index.ts': 'export const used: unknown = process;\n',
    'sim/index.ts': 'export const used: unknown = process;\n',
  };
  let lines: string[] = [];
  beforeAll(async () => {
    const configs = ['tsconfig.json', 'tsconfig.core.json'];
    lines = await findings(configs, files, 'tsc', '-p', 'tsconfig.core.json', '--pretty', 'false');
  });

  test.each(names)('%s is no name in src', (name) => {
    expect(about(lines, `src/osdc/uses_${name}.ts`)).toMatch(`'${name}'`);
  });

  test('Buffer is no name in sim', () => {
    expect(about(lines, 'sim/uses_Buffer.ts')).toMatch("'Buffer'");
  });

  test.each(['src/node/clock.ts', 'src/index.ts', 'sim/index.ts'])('%s may use Node', (file) => {
    expect(about(lines, file)).toBe('');
  });
});

describe('unused code', () => {
  const files: Record<string, string> = {
    'src/index.ts': "export { used } from './common/used.ts';\n",
    'src/common/used.ts': 'export const used = 1;\nexport const nobodyAsks = 2;\n',
    'src/common/forgotten.ts': 'export const forgotten = 1;\n',
  };
  let lines: string[] = [];
  beforeAll(async () => {
    const configs = ['tsconfig.json', 'package.json', 'vitest.config.ts'];
    lines = await findings(configs, files, 'knip', '--reporter', 'compact');
  });

  test('a file that nothing imports is refused', () => {
    expect(lines.join('\n')).toContain('src/common/forgotten.ts');
  });

  test('an export that nobody imports is refused', () => {
    expect(about(lines, 'src/common/used.ts')).toContain('nobodyAsks');
  });

  test('nothing is said against what the door gives', () => {
    expect(about(lines, 'src/common/used.ts')).not.toMatch(/\bused\b(?!\.ts)/);
  });
});

describe('the lock file', async () => {
  interface LockFile {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  }
  const path = new URL('../../package-lock.json', import.meta.url);
  const lock: LockFile = JSON.parse(await readFile(path, 'utf8'));
  const packages = Object.entries(lock.packages);

  test('names no address to download from and no package that wants an install script', () => {
    const wants = packages.filter(([, it]) => 'resolved' in it || 'hasInstallScript' in it);
    expect(wants).toEqual([]);
  });

  test('lists what is for other platforms too, without which npm ci refuses it', () => {
    const wanted = packages.flatMap(([, it]) => Object.keys(it.optionalDependencies ?? {}));
    const listed = packages.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13));
    expect(wanted.filter((name) => !listed.includes(name))).toEqual([]);
  });
});
