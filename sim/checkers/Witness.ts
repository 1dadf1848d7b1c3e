import type { Invariant } from './invariants.ts';
import type { NaiveMap } from './NaiveMap.ts';

/** What the checkers may know besides the bytes. */
export interface Witness {
  /** Milliseconds. */
  now(): number;
  /** By the oracle; undefined: no such epoch was made. */
  map(epoch: number): NaiveMap | undefined;
  /** Of the newest map that a client has, by its own word; 0: none. */
  heldEpoch(client: string): number;
  /** Maps that a client has got whole: epochs before them it has not seen one by one. */
  fullMaps(client: string): number;
  report(invariant: Invariant, text: string): void;
}
