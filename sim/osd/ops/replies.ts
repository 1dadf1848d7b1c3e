import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../../src/messages/MOSDOpReply.ts';
import { EVERSION_ZERO, type eversion_t } from '../../../src/osd/osd_types.ts';
import {
  CEPH_OSD_FLAG_ACK,
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_FLAG_ONNVRAM,
  CEPH_OSD_OP_READ,
} from '../../../src/osd/rados.ts';
import type { DoneWrite } from '../store/PgLog.ts';
import type { OpsResult } from './do_osd_ops.ts';
import { NO_DATA } from './step.ts';

const ANSWERED = CEPH_OSD_FLAG_ACK | CEPH_OSD_FLAG_ONDISK;

/** Ceph: MOSDOpReply::set_reply_versions, set_enoent_reply_versions. */
export interface ReplyVersions {
  readonly replay: eversion_t;
  readonly user: number;
  /** What very old clients look at; default: `replay` with the user's version in it. */
  readonly bad?: eversion_t;
}

/** The answer to an op that does not come to be executed. Ceph: OSDService::reply_op_error. */
export function refusedReply(op: MOSDOp, errno: number, epoch: number): MOSDOpReply {
  const ops = {
    result: -errno,
    ops: op.ops,
    outdata: op.ops.map(() => NO_DATA),
    rvals: op.ops.map(() => 0),
  };
  return makeReply(op, ops, epoch, op.flags & ANSWERED, undefined);
}

/** The answer to a write that has been done before. */
export function repeatedReply(op: MOSDOp, done: DoneWrite, epoch: number): MOSDOpReply {
  const { result, version, userVersion, outdata, rvals } = done;
  const ops = {
    result,
    ops: op.ops,
    outdata: outdata ?? op.ops.map(() => NO_DATA),
    rvals: rvals ?? op.ops.map(() => 0),
  };
  const versions = { replay: version, user: userVersion };
  return makeReply(op, ops, epoch, op.flags & ANSWERED, versions);
}

export function executedReply(
  op: MOSDOp,
  ops: OpsResult,
  epoch: number,
  versions: ReplyVersions | undefined,
): MOSDOpReply {
  return makeReply(op, ops, epoch, ANSWERED, versions);
}

function makeReply(
  op: MOSDOp,
  { result, ops, outdata, rvals }: OpsResult,
  osdmapEpoch: number,
  answered: number,
  versions: ReplyVersions | undefined,
): MOSDOpReply {
  const { replay, user, bad } = versions ?? { replay: EVERSION_ZERO, user: 0 };
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
    badReplayVersion: bad ?? (user === 0 ? replay : { ...replay, version: user }),
    replayVersion: replay,
    userVersion: user,
  });
  reply.tid = op.tid;
  reply.dataOff = dataOff(op);
  return reply;
}

/** Of the first READ, in its low 16 bits: so that the client can align what it receives. */
function dataOff({ ops }: MOSDOp): number {
  const read = ops.find((step) => step.op === CEPH_OSD_OP_READ);
  return read?.args.kind === 'extent' ? read.args.offset & 0xffff : 0;
}
