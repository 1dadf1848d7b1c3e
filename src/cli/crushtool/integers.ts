import { readInteger } from '../ceph/integers.ts';
import { ToolExit } from '../ceph/ToolExit.ts';

export function missingArgument(text: string): never {
  throw new ToolExit(1, '', `${text}\n`);
}

export function toInteger(text: string): number {
  const { number, complaint } = readInteger(text);
  if (complaint !== '') throw new ToolExit(1, '', `${complaint}\n`);
  return number;
}
