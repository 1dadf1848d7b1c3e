import { afterAll, describe, expect, it } from 'vitest';
import { catchBug } from './plant.ts';
import { PLANTED_BUGS } from './planted_bugs.ts';

/** Seeds that a bug may take to be found. */
const SEEDS_MAX = Number(process.env['PLANTED'] ?? 0);

/** Takes minutes: `PLANTED=200 npm run test:planted`. */
describe.skipIf(SEEDS_MAX === 0)('the machine', () => {
  const lines: string[] = [];
  afterAll(() => console.log(`\n${lines.join('\n')}\n`));

  it.each(PLANTED_BUGS)(
    'finds it when $name',
    async (bug) => {
      const caught = await catchBug(bug, SEEDS_MAX);
      lines.push(
        `${String(caught?.seeds ?? '-').padStart(5)} seeds  ${caught?.by ?? 'missed'}  ${bug.name}`,
      );
      expect(caught).toBeDefined();
    },
    600_000,
  );
});
