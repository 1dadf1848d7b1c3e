import type { ObjectState } from './ObjectState.ts';
import type { Omap } from './Omap.ts';
import type { SnapSet } from './SnapSet.ts';
import type { ObjectId } from './StoredObject.ts';

/** What a write makes of an object. */
export interface Change {
  readonly id: ObjectId;
  /** What the write was made for: with anything else there, it is void. */
  readonly before: ObjectState | undefined;
  readonly snapsetBefore: SnapSet;
  /** Undefined: there is no object any more. */
  readonly after: ObjectState | undefined;
  readonly snapset: SnapSet;
  /** Of what was before, to be kept. */
  readonly clone: { readonly id: number; readonly state: ObjectState } | undefined;
  /** To be done to the omap of `after`, in order. */
  readonly omapChanges: readonly ((omap: Omap) => void)[];
}
