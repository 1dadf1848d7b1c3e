import type { SimCluster } from '../SimCluster.ts';
import type { Draw } from './Draw.ts';
import type { PlannedFault } from './plan.ts';

/** Where faults are made. */
export interface Stage {
  readonly cluster: SimCluster;
  /** OSDs that were killed and are not to come back. */
  readonly dead: ReadonlySet<number>;
  /** The name in the network of the client that stands at place `index` now. */
  nameOf(index: number): string;
  /** Connections of all clients with a member of the network. */
  resetAll(peer: string): void;
  abortReads(index: number): void;
  /** Shuts a client down, with what it has under way, and lets another one connect in its place. */
  replaceClient(index: number): void;
  flood(index: number, reads: number): void;
  /** From now until the answer is called, reads of the object (default: of any) may fail with EIO. */
  allowEio(oid?: string): () => void;
  /** The object of that number, modulo how many there are. */
  object(index: number): { readonly pool: number; readonly oid: string };
  /** A PG by number, modulo how many there are. */
  pg(index: number): { readonly pool: number; readonly seed: number };
}

/** What ends a fault. */
export type EndFault = () => void;

/** One kind of fault. Ids are those of the catalogue of faults of the read path. */
export interface FaultKind {
  readonly id: string;
  /** What it is; Ceph's option of that kind, where there is one. */
  readonly text: string;
  /** Milliseconds that it lasts. */
  readonly lasts: readonly [least: number, most: number];
  readonly draw: (draw: Draw) => { readonly n: number; readonly how: string };
  /** Makes it; its end is called once, after `ms`, or earlier. */
  readonly begin: (stage: Stage, fault: PlannedFault) => EndFault;
}

export const NOTHING: EndFault = () => undefined;

/** For a kind that has neither `n` nor `how`. */
export function drawNothing(): { n: number; how: string } {
  return { n: 0, how: '' };
}
