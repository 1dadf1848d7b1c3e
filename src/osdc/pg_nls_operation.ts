import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { DecodeError } from '../common/errors.ts';
import { compareHobjects } from '../osd/hobject_order.ts';
import { encodeHobject, type hobject_t } from '../osd/hobject_t.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import { decodePgNlsResponse, type pg_nls_response_t } from '../osd/pg_nls.ts';
import { CEPH_OSD_OP_PGNLS, CEPH_OSD_OP_PGNLS_FILTER } from '../osd/rados.ts';
import type { ObjectOperation } from './ObjectOperation.ts';

const EMPTY = new Uint8Array(0);

export interface PgNlsRequest {
  /** Where the list begins, or goes on: the handle of the answer before. */
  readonly handle: hobject_t;
  /** Of entries, at most. */
  readonly count: number;
  /** Of the OSD map by which the PG was found. */
  readonly startEpoch: number;
  /** Which objects are listed; empty: all. */
  readonly filter: Uint8Array;
}

/** Lists objects of one PG. Ceph: ObjectOperation::pg_nls (src/osdc/Objecter.h). */
export function pgNlsOperation(request: PgNlsRequest): ObjectOperation<[pg_nls_response_t]> {
  return {
    ops: [pgNlsOp(request)],
    decode: ({ outdata: [out = EMPTY] }) => [decodeResponse(out, request.handle)],
  };
}

/** In the data: hobject_t handle; before it, with a filter, the strings `pg` and `filter`, and the filter. */
function pgNlsOp({ handle, count, startEpoch, filter }: PgNlsRequest): OSDOp {
  const enc = new Encoder();
  if (filter.length > 0) {
    enc.string('pg');
    enc.string('filter');
    enc.raw(filter);
  }
  encodeHobject(enc, handle);
  return {
    op: filter.length > 0 ? CEPH_OSD_OP_PGNLS_FILTER : CEPH_OSD_OP_PGNLS,
    flags: 0,
    args: { kind: 'pgls', count, startEpoch },
    indata: enc.take(),
  };
}

/** Behind the response there may be what old OSDs say in addition. */
function decodeResponse(out: Uint8Array, asked: hobject_t): pg_nls_response_t {
  const response = decodePgNlsResponse(new Decoder(out, 'pgnls'));
  // Else the list would never end.
  if (compareHobjects(response.handle, asked) <= 0) {
    throw new DecodeError('pg_nls_response_t.handle', 0, 'the list does not go on');
  }
  return response;
}
