import type { ByteOutput } from './ceph/Output.ts';
import { ProcessOutput } from './ceph/ProcessOutput.ts';
import { ceph } from './ceph.ts';
import { crushtool } from './crushtool.ts';
import { osdmaptool } from './osdmaptool.ts';
import { rados } from './rados.ts';

/** Answers the exit code. */
type Tool = (args: readonly string[], output: ByteOutput) => number | Promise<number>;

/** Ceph's own tools, which take their arguments as they always did. */
const MIRRORS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ['crushtool', crushtool],
  ['osdmaptool', osdmaptool],
  ['rados', rados],
  ['ceph', ceph],
]);

export const MIRROR_NAMES: readonly string[] = [...MIRRORS.keys()];

/** Runs one of Ceph's tools and answers its exit code; `undefined`: `args` name none. */
export async function runMirror([name = '', ...args]: readonly string[]): Promise<
  number | undefined
> {
  return MIRRORS.get(name)?.(args, new ProcessOutput());
}
