import { ToolExit } from '../ceph/ToolExit.ts';

export function missingArgument(text: string): never {
  throw new ToolExit(1, '', `${text}\n`);
}

/** Ceph: strict_strtol. */
export function toInteger(text: string): number {
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^[-+]?[0-9]/.test(text)) {
    throw new ToolExit(1, '', `Expected option value to be integer, got '${text}'\n`);
  }
  throw new ToolExit(1, '', `The option value '${text}' is invalid\n`);
}
