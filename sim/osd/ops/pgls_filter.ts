import type { Decoder } from '../../../src/common/Decoder.ts';
import type { StoredObject } from '../store/StoredObject.ts';
import { compareBytes } from './compare.ts';

export type PglsFilter = (object: StoredObject) => boolean;

/** Kinds of filters that compare an xattr: the OSD's own, and that of the class `hello`. */
const XATTR_FILTERS: readonly string[] = ['plain', 'hello.hello'];

/**
 * string class, string method (both unused), string type, and of that type: string xattr (as on disk, with the
 * underscore), string value. Undefined: no such type. Ceph: PrimaryLogPG::get_pgls_filter, PGLSPlainFilter.
 */
export function decodePglsFilter(dec: Decoder): PglsFilter | undefined {
  dec.string('class');
  dec.string('method');
  if (!XATTR_FILTERS.includes(dec.string('type'))) return undefined;
  const xattr = dec.string('xattr');
  const value = dec.blob('value').slice();
  return ({ head }) => {
    const there = xattr.startsWith('_') ? head?.xattrs.get(xattr.slice(1)) : undefined;
    return there !== undefined && compareBytes(there, value) === 0;
  };
}
