#!/usr/bin/env node
import { makeProgram } from './program.ts';
import { UsageError } from './UsageError.ts';

try {
  await makeProgram().parseAsync();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`radosim: ${error.message}`);
  process.exitCode = 1;
}
