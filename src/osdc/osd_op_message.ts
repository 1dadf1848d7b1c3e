import { MOSDOp } from '../messages/MOSDOp.ts';
import {
  CEPH_OSD_FLAG_KNOWN_REDIR,
  CEPH_OSD_FLAG_ONDISK,
  CEPH_OSD_FLAG_RETRY,
} from '../osd/rados.ts';
import type { Op } from './Op.ts';

/** Flags that librados sends with every op. */
const FLAGS = CEPH_OSD_FLAG_ONDISK | CEPH_OSD_FLAG_KNOWN_REDIR;

/** The next attempt of an op. Ceph: Objecter::_prepare_osd_op. */
export function prepareOsdOp(op: Op): MOSDOp {
  const { target, attempts } = op;
  const message = new MOSDOp({
    pgid: { pgid: target.pgid, shard: target.shard },
    hash: target.rawPgid.seed,
    osdmapEpoch: target.epoch,
    flags: target.flags | FLAGS | (attempts > 0 ? CEPH_OSD_FLAG_RETRY : 0),
    oloc: target.targetOloc,
    oid: target.targetOid,
    ops: op.ops,
    snapid: op.snapid,
    retryAttempt: attempts,
  });
  message.tid = op.tid;
  return message;
}
