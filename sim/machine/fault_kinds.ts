import { CLIENT_FAULTS } from './client_faults.ts';
import type { FaultKind } from './FaultKind.ts';
import { MAP_FAULTS } from './map_faults.ts';
import { NETWORK_FAULTS } from './network_faults.ts';
import { OSD_FAULTS } from './osd_faults.ts';

export const FAULT_KINDS: readonly FaultKind[] = [
  ...NETWORK_FAULTS,
  ...MAP_FAULTS,
  ...OSD_FAULTS,
  ...CLIENT_FAULTS,
];

const BY_ID: ReadonlyMap<string, FaultKind> = new Map(FAULT_KINDS.map((kind) => [kind.id, kind]));

/** Throws RangeError for an id that is no kind's. */
export function faultKind(id: string): FaultKind {
  const kind = BY_ID.get(id);
  if (kind === undefined) throw new RangeError(`no kind of fault is called '${id}'`);
  return kind;
}
