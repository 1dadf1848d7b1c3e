import { crushtool } from './crushtool.ts';
import { osdmaptool } from './osdmaptool.ts';

type Tool = (
  args: readonly string[],
  output: { stdout(text: string): void; stderr(text: string): void },
) => number;

/** Ceph's own tools, which take their arguments as they always did. */
const MIRRORS: ReadonlyMap<string, Tool> = new Map([
  ['crushtool', crushtool],
  ['osdmaptool', osdmaptool],
]);

export const MIRROR_NAMES: readonly string[] = [...MIRRORS.keys()];

/** Runs one of Ceph's tools and answers its exit code; `undefined`: `args` name none. */
export function runMirror([name = '', ...args]: readonly string[]): number | undefined {
  process.stdout.on('error', endWithReader);
  return MIRRORS.get(name)?.(args, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  });
}

/** Whoever read the output has seen enough (`| head`). */
function endWithReader(error: Error & { code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
