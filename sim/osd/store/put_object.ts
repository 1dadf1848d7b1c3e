import type { utime_t } from '../../../src/common/utime_t.ts';
import type { eversion_t } from '../../../src/osd/osd_types.ts';
import { Extents } from './Extents.ts';
import { newObjectState, type ObjectState } from './ObjectState.ts';
import { Omap } from './Omap.ts';

/** An object as a test wants it. All bytes are the store's from then on. */
export interface PutObject {
  readonly data: Uint8Array;
  readonly mtime: utime_t;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly omap: ReadonlyMap<string, Uint8Array>;
  readonly omapHeader: Uint8Array;
}

export function objectStateOf(what: PutObject, version: eversion_t): ObjectState {
  const { data, mtime, xattrs } = what;
  const omap = new Omap();
  for (const [key, value] of what.omap) omap.set(key, value);
  omap.header = what.omapHeader;
  return {
    ...newObjectState(),
    data: Extents.of(data),
    mtime,
    xattrs,
    omap,
    isOmap: omap.size > 0 || omap.header.length > 0,
    version,
    userVersion: version.version,
  };
}
