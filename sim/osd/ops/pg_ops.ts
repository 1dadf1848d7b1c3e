import { Decoder } from '../../../src/common/Decoder.ts';
import { Encoder } from '../../../src/common/Encoder.ts';
import { EINVAL } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import { compareHobjects } from '../../../src/osd/hobject_order.ts';
import { hobjectsOfPg } from '../../../src/osd/hobject_range.ts';
import {
  decodeHobject,
  encodeHobject,
  HOBJECT_MAX,
  type hobject_t,
} from '../../../src/osd/hobject_t.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import { ALL_NSPACES, encodePgNlsResponse, type ListedObject } from '../../../src/osd/pg_nls.ts';
import {
  CEPH_NOSNAP,
  CEPH_OSD_OP_PG_HITSET_LS,
  CEPH_OSD_OP_PGLS,
  CEPH_OSD_OP_PGLS_FILTER,
  CEPH_OSD_OP_PGNLS,
  CEPH_OSD_OP_PGNLS_FILTER,
} from '../../../src/osd/rados.ts';
import type { ObjectStore } from '../store/ObjectStore.ts';
import { hobjectOf } from '../store/PoolObjects.ts';
import type { StoredObject } from '../store/StoredObject.ts';
import type { OpsResult } from './do_osd_ops.ts';
import { decodePglsFilter, type PglsFilter } from './pgls_filter.ts';
import { failed, gave, NO_DATA, type StepResult } from './step.ts';

/** osd_max_pgls. */
const ENTRIES_MAX = 1024;

interface Page {
  /** Where the next page begins; undefined: this is the last. */
  readonly next: hobject_t | undefined;
  readonly objects: readonly StoredObject[];
}

/** Ops on a PG, of which there are those that list objects. Ceph: PrimaryLogPG::do_pg_op. */
export function doPgOps(op: MOSDOp, pgNum: number, store: ObjectStore): OpsResult {
  const outdata = op.ops.map(() => NO_DATA);
  let result = 0;
  for (const [i, step] of op.ops.entries()) {
    const { rval = result, out } = pgStep(op, step, pgNum, store);
    outdata[i] = out;
    result = rval;
    if (result < 0) break;
  }
  return { result, ops: op.ops, outdata, rvals: op.ops.map(() => 0) };
}

function pgStep(op: MOSDOp, step: OSDOp, pgNum: number, store: ObjectStore): StepResult {
  try {
    switch (step.op) {
      case CEPH_OSD_OP_PGNLS:
      case CEPH_OSD_OP_PGNLS_FILTER:
      case CEPH_OSD_OP_PGLS:
      case CEPH_OSD_OP_PGLS_FILTER:
        return list(op, step, pgNum, store);
      case CEPH_OSD_OP_PG_HITSET_LS:
        return gave(new Uint8Array(4));
      default:
        return failed(EINVAL);
    }
  } catch (error) {
    if (error instanceof DecodeError) return failed(EINVAL);
    throw error;
  }
}

function list(op: MOSDOp, step: OSDOp, pgNum: number, store: ObjectStore): StepResult {
  const dec = new Decoder(step.indata, 'pgls');
  const isFiltered = step.op === CEPH_OSD_OP_PGNLS_FILTER || step.op === CEPH_OSD_OP_PGLS_FILTER;
  const filter = isFiltered ? decodePglsFilter(dec) : undefined;
  if (isFiltered && filter === undefined) return failed(EINVAL);
  if (op.snapid !== CEPH_NOSNAP || step.args.kind !== 'pgls') return failed(EINVAL);
  const cursor = decodeHobject(dec);
  const { start, end } = hobjectsOfPg(op.pgid.pgid, pgNum);
  const isFirst = cursor.pool === undefined && !cursor.isMax;
  if (!isFirst && compareHobjects(cursor, start) < 0) return failed(EINVAL);
  if (!cursor.isMax && compareHobjects(cursor, end) >= 0) return failed(EINVAL);
  const max = Math.min(step.args.count, ENTRIES_MAX);
  const objects = store.pool(op.pgid.pgid.pool).from(isFirst ? start : cursor);
  const page = cursor.isMax
    ? { next: undefined, objects: [] }
    : takePage(objects, cursor, end, max);
  const isNamed = step.op === CEPH_OSD_OP_PGNLS || step.op === CEPH_OSD_OP_PGNLS_FILTER;
  const entries = page.objects.filter((object) =>
    isWanted(object, op.oloc.nspace, filter, isNamed),
  );
  return answer(entries, page.next, isNamed, end);
}

/** Of all that is stored, clones too. Ceph: PGBackend::objects_list_partial. */
function takePage(
  objects: Iterable<StoredObject>,
  cursor: hobject_t,
  end: hobject_t,
  max: number,
): Page {
  const heads: StoredObject[] = [];
  let count = 0;
  for (const object of objects) {
    const head = hobjectOf(object.id);
    if (compareHobjects(head, end) >= 0) break;
    const clones = object.snapset.clones.map(({ id }) => ({ ...head, snap: id }));
    const all = object.head === undefined ? clones : [...clones, head];
    for (const one of all) {
      if (compareHobjects(one, cursor) < 0) continue;
      if (count === max) return { next: one, objects: heads };
      count += 1;
      if (one === head) heads.push(object);
    }
  }
  return { next: undefined, objects: heads };
}

function isWanted(
  object: StoredObject,
  nspace: string,
  filter: PglsFilter | undefined,
  isNamed: boolean,
): boolean {
  const isInAll = isNamed && nspace === ALL_NSPACES;
  if (!isInAll && object.id.nspace !== nspace) return false;
  return filter === undefined || filter(object);
}

/** The result is 1 where the PG ends; PGNLS then gives where the next one begins. */
function answer(
  objects: readonly StoredObject[],
  next: hobject_t | undefined,
  isNamed: boolean,
  end: hobject_t,
): StepResult {
  const rval = next === undefined ? 1 : 0;
  const entries = objects.map(listed);
  const enc = new Encoder();
  if (isNamed) encodePgNlsResponse(enc, { handle: next ?? end, entries });
  else encodePgLsResponse(enc, next ?? HOBJECT_MAX, entries);
  return { rval, out: enc.take() };
}

/** pg_ls_response_t: u8 1, hobject_t handle, list of { string oid, string locator }. */
function encodePgLsResponse(
  enc: Encoder,
  handle: hobject_t,
  entries: readonly ListedObject[],
): void {
  enc.u8(1);
  encodeHobject(enc, handle);
  enc.u32(entries.length);
  for (const { oid, locator } of entries) {
    enc.string(oid);
    enc.string(locator);
  }
}

function listed({ id }: StoredObject): ListedObject {
  const { key, oid, nspace: namespace } = hobjectOf(id).key === '' ? { ...id, key: '' } : id;
  return { oid, namespace, locator: key };
}
