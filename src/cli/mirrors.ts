import type { ByteOutput } from './ceph/Output.ts';
import { ProcessOutput } from './ceph/ProcessOutput.ts';

/** Answers the exit code. */
type Tool = (args: readonly string[], output: ByteOutput) => number | Promise<number>;

/** Ceph's own tools, which take their arguments as they always did. What runs one loads no other. */
const MIRRORS: ReadonlyMap<string, () => Promise<Tool>> = new Map<string, () => Promise<Tool>>([
  ['crushtool', async () => (await import('./crushtool.ts')).crushtool],
  ['osdmaptool', async () => (await import('./osdmaptool.ts')).osdmaptool],
  ['rados', async () => (await import('./rados.ts')).rados],
  ['ceph', async () => (await import('./ceph.ts')).ceph],
]);

export const MIRROR_NAMES: readonly string[] = [...MIRRORS.keys()];

/** Runs one of Ceph's tools and answers its exit code; `undefined`: `args` name none. */
export async function runMirror([name = '', ...args]: readonly string[]): Promise<
  number | undefined
> {
  const load = MIRRORS.get(name);
  if (load === undefined) return undefined;
  const tool = await load();
  return tool(args, new ProcessOutput());
}
