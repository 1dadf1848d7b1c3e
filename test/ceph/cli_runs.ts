import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { ceph } from '../../src/cli/ceph.ts';
import { rados } from '../../src/cli/rados.ts';
import { utf8Encode } from '../../src/common/utf8.ts';

/** How a tool ended, and what it printed; more than is good to look at as its digest. */
export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TOOLS = { rados, ceph };
export type CliTool = keyof typeof TOOLS;

const SHOWN_MAX = 64 * 1024;
const OUTPUT_MAX = 2 ** 28;
const TIMEOUT_MS = 30_000;

/** Lines of Ceph's own log. */
const LOG_LINE = /^\d{4}-\d\d-\d\dT\S+ [0-9a-f]+ +-?\d+ .*\n+/gm;

function shown(bytes: Buffer): string {
  if (bytes.length <= SHOWN_MAX) return bytes.toString('latin1');
  return `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The real tool; of what it prints, its log is left out. */
export function theirs(tool: string, args: readonly string[]): Promise<CliRun> {
  return runProgram(tool, args);
}

/** Our tool, in this process, whose environment is the same. */
export async function ours(tool: CliTool, args: readonly string[]): Promise<CliRun> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const code = await TOOLS[tool](args, {
    stdout: (text) => void stdout.push(utf8Encode(text)),
    stderr: (text) => void stderr.push(utf8Encode(text)),
    write: async (data) => {
      stdout.push(typeof data === 'string' ? utf8Encode(data) : Buffer.from(data));
    },
  });
  return { code, stdout: shown(Buffer.concat(stdout)), stderr: shown(Buffer.concat(stderr)) };
}

export function runProgram(program: string, args: readonly string[]): Promise<CliRun> {
  const options = { encoding: 'buffer', maxBuffer: OUTPUT_MAX, timeout: TIMEOUT_MS } as const;
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      const said = shown(stderr).replaceAll(LOG_LINE, '');
      resolve({ code, stdout: shown(stdout), stderr: said });
    });
    child.stdin?.end();
  });
}

/** Our program as one file, to be run by node. */
export async function bundleProgram(folder: string): Promise<string> {
  const file = `${folder}/radosim.mjs`;
  await build({
    input: fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)),
    platform: 'node',
    logLevel: 'silent',
    transform: { target: 'es2022' },
    output: { file, format: 'esm', codeSplitting: false },
  });
  return file;
}
