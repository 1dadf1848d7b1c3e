import { decodeVector, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeHobject, encodeHobject, type hobject_t } from './hobject_t.ts';

/** An object in a list. Ceph: librados::ListObjectImpl. */
export interface ListedObject {
  readonly oid: string;
  readonly namespace: string;
  /** Its locator key; empty where it is placed by its name. */
  readonly locator: string;
}

/** Stands for all namespaces where objects are listed. Ceph: librados::all_nspaces. */
export const ALL_NSPACES = '\x01';

/** What PGNLS puts out. Ceph: pg_nls_response_t (src/osd/osd_types.h). */
export interface pg_nls_response_t {
  /** Where the list goes on: an object, or behind the PG. */
  readonly handle: hobject_t;
  readonly entries: readonly ListedObject[];
}

/** Three empty names. */
const ENTRY_LENGTH_MIN = 12;

/** Section v1 { hobject_t handle, vector { string namespace, string oid, string locator } }. */
export function encodePgNlsResponse(enc: Encoder, { handle, entries }: pg_nls_response_t): void {
  enc.encodeStart(1, 1);
  encodeHobject(enc, handle);
  encodeVector(enc, entries, ({ namespace, oid, locator }) => {
    enc.string(namespace);
    enc.string(oid);
    enc.string(locator);
  });
  enc.encodeFinish();
}

export function decodePgNlsResponse(dec: Decoder): pg_nls_response_t {
  dec.decodeStart('pg_nls_response_t', 1);
  const handle = decodeHobject(dec);
  const entries = decodeVector(dec, 'entries', ENTRY_LENGTH_MIN, () => {
    const namespace = dec.string('namespace');
    const oid = dec.string('oid');
    return { oid, namespace, locator: dec.string('locator') };
  });
  dec.decodeFinish();
  return { handle, entries };
}
