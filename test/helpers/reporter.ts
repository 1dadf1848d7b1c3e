import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Closes a run with what failed, a line each, and one line that scripts can add up: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    const failures = unhandledErrors.map((error) => `unhandled: ${firstLine(error)}`);
    for (const module of modules) {
      const before = failures.length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failures.push(failureOf(test));
        else skipped += 1;
      }
      // A file that does not load, or a hook that throws, fails without a failed test.
      if (failures.length === before && module.state() === 'failed') {
        failures.push(`${module.relativeModuleId}: ${firstLine(module.errors()[0])}`);
      }
    }
    for (const failure of failures) console.log(`FAILED: ${failure}`);
    if (skipped > 0) console.log(`${skipped} skipped`);
    console.log(`${passed} passed, ${failures.length} failed`);
  }
}

function failureOf(test: TestCase): string {
  const why = firstLine(test.result().errors?.[0]);
  return `${test.module.relativeModuleId} > ${test.fullName}: ${why}`;
}

function firstLine(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).split('\n', 1)[0] ?? '';
}
