import { EINVAL, ENAMETOOLONG, ENOENT } from '../../src/common/errno.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import type { OSDOp } from '../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_FLAG_ACK,
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_FLAG_ONNVRAM,
  CEPH_OSD_OP_READ,
} from '../../src/osd/rados.ts';
import { doOsdOps, NO_DATA, type OpsResult } from './do_osd_ops.ts';
import type { StoredObject } from './ObjectStore.ts';

/** osd_max_object_name_len and osd_max_object_namespace_len. */
const NAME_LENGTH_MAX = 2048;
const NAMESPACE_LENGTH_MAX = 256;

/** Bits of an op code. Ceph: src/include/rados.h. */
const OP_MODE_READ = 0x1000;
const OP_MODE_WRITE = 0x2000;
const OP_MODE_CACHE = 0x8000;
const OP_TYPE = 0x0f00;
const OP_TYPE_PG = 0x0500;

const ANSWERED = CEPH_OSD_FLAG_ACK | CEPH_OSD_FLAG_ONDISK;

/** What an OSD answers to `op`; `object` is undefined when there is none. Ceph: PrimaryLogPG::do_op. */
export function answerOp(
  op: MOSDOp,
  object: StoredObject | undefined,
  osdmapEpoch: number,
): MOSDOpReply {
  return makeReply(op, object, osdmapEpoch, whyRefused(op, object));
}

/** The answer to an op that does not come to be executed. */
export function refusedReply(op: MOSDOp, errno: number, osdmapEpoch: number): MOSDOpReply {
  return makeReply(op, undefined, osdmapEpoch, errno);
}

/** `early`: the errno with which it is refused; 0: it is not. */
function makeReply(
  op: MOSDOp,
  object: StoredObject | undefined,
  osdmapEpoch: number,
  early: number,
): MOSDOpReply {
  const { result, ops, outdata, rvals } =
    early === 0 ? doOsdOps(object, op.ops) : refused(early, op.ops);
  const answered = early === 0 ? ANSWERED : op.flags & ANSWERED;
  const userVersion = early === 0 && result >= 0 ? (object?.version ?? 0) : 0;
  const reply = new MOSDOpReply({
    oid: op.oid,
    pgid: op.pgid.pgid,
    flags: (op.flags & ~(ANSWERED | CEPH_OSD_FLAG_ONNVRAM)) | answered,
    result,
    osdmapEpoch,
    ops,
    outdata,
    rvals,
    retryAttempt: op.retryAttempt,
    badReplayVersion: { version: userVersion, epoch: 0 },
    userVersion,
  });
  reply.tid = op.tid;
  reply.dataOff = dataOff(op.ops);
  return reply;
}

/** The errno of an op that does not come to be executed; 0: it does. Its reply is not acked. */
function whyRefused(op: MOSDOp, object: StoredObject | undefined): number {
  const { oid, oloc, ops } = op;
  if (!ops.some((step) => hasMode(step, OP_MODE_READ | OP_MODE_WRITE | OP_MODE_CACHE)))
    return EINVAL;
  if (ops.some((step) => (step.op & OP_TYPE) === OP_TYPE_PG)) return EINVAL;
  if (Math.max(oid.length, oloc.key.length) > NAME_LENGTH_MAX) return ENAMETOOLONG;
  if (oloc.nspace.length > NAMESPACE_LENGTH_MAX) return ENAMETOOLONG;
  if (oid === '') return EINVAL;
  const mayWrite = ops.some((step) => hasMode(step, OP_MODE_WRITE | OP_MODE_CACHE));
  return object === undefined && !mayWrite ? ENOENT : 0;
}

function refused(errno: number, ops: readonly OSDOp[]): OpsResult {
  return { result: -errno, ops, outdata: ops.map(() => NO_DATA), rvals: ops.map(() => 0) };
}

function hasMode(step: OSDOp, bits: number): boolean {
  return (step.op & bits) !== 0;
}

/** Of the first READ, in its low 16 bits: so that the client can align what it receives. */
function dataOff(ops: readonly OSDOp[]): number {
  const read = ops.find((step) => step.op === CEPH_OSD_OP_READ);
  return read?.args.kind === 'extent' ? read.args.offset & 0xffff : 0;
}
