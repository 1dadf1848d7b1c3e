#!/usr/bin/env node
import { runMirror } from './mirrors.ts';
import { UsageError } from './UsageError.ts';

try {
  const code = await runMirror(process.argv.slice(2));
  if (code === undefined) {
    const { makeProgram } = await import('./program.ts');
    await makeProgram().parseAsync();
  } else {
    process.exitCode = code;
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`radosim: ${error.message}`);
  process.exitCode = 1;
}
