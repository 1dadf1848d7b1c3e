import pc from 'picocolors';
import { expect, test } from 'vitest';
import type { DemoReport } from '../../../src/cli/demo.ts';
import { demoText, verdict } from '../../../src/cli/demo_text.ts';

const REPORT: DemoReport = {
  seed: '1',
  net: 'memory',
  osds: 1,
  hosts: 1,
  objects: 20,
  bytes: 5,
  milliseconds: 0.25,
  differences: {},
  reads: { 'osd.0': 20 },
  journey: { oid: 'a', steps: [] },
  counters: { objecter: { op_r: 20, op_resend: 0, oplen_avg: { avgcount: 20, sum: 20 } } },
};
const differences = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`o${i}`, `why ${i}`]));

test('the last line promises identity only where there is no difference', () => {
  expect(verdict(REPORT)).toBe('20 objects, 5 bytes read back identical');
  expect(verdict({ ...REPORT, differences })).toBe(
    '12 of 20 objects did not come back as they were put',
  );
});

test('differences are shown with their reasons, the first ten of them', () => {
  const lines = demoText({ ...REPORT, differences }, pc.createColors(false));
  expect(lines).toContain('  o9: why 9');
  expect(lines).not.toContain('  o10: why 10');
  expect(lines).toContain('  and 2 more');
});

test('counters are those that are not 0', () => {
  const text = demoText(REPORT, pc.createColors(false)).join('\n');
  expect(text).toMatch(/objecter\.op_r +20\n {2}objecter\.oplen_avg +20\n/);
  expect(text).not.toContain('op_resend');
});
