import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Node does not tell what a child has used. */
const WAIT4 = `
import json, os, sys
child = os.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
status, usage = os.wait4(child, 0)[1:]
report = {"status": status, "cpu": usage.ru_utime + usage.ru_stime, "kib": usage.ru_maxrss}
print(json.dumps(report), file=sys.stderr)
`;

/** A command that has run, as a whole process. */
export interface Measured {
  readonly stdout: string;
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** The most memory that it had, resident. */
  readonly bytes: number;
}

export async function runMeasured(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Measured> {
  const child = spawn('python3', ['-c', WAIT4, ...command], { env });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  const { status, cpu, kib } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
  return { stdout, cpu, bytes: kib * 1024 };
}
