import { Decoder } from '../../../src/common/Decoder.ts';
import { EINVAL } from '../../../src/common/errno.ts';
import type { MOSDOp } from '../../../src/messages/MOSDOp.ts';
import type { OSDOp } from '../../../src/osd/OSDOp.ts';
import {
  CEPH_OSD_FLAG_RETURNVEC,
  CEPH_OSD_FLAG_RWORDERED,
  CEPH_OSD_OP_CALL,
  CEPH_OSD_OP_WATCH,
  CEPH_OSD_WATCH_OP_PING,
} from '../../../src/osd/rados.ts';
import { METHOD_READS, METHOD_WRITES } from '../cls/ClassMethod.ts';
import { findMethod, methodNames } from '../cls/classes.ts';

/** Bits of an op code. Ceph: src/include/rados.h. */
const OP_MODE_READ = 0x1000;
const OP_MODE_WRITE = 0x2000;
const OP_MODE_CACHE = 0x8000;
const OP_TYPE = 0x0f00;
const OP_TYPE_PG = 0x0500;

/** What an op may do, which its steps say and the methods that they call. Ceph: OpInfo (src/osd/osd_op_util.h). */
export interface OpInfo {
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly mayCache: boolean;
  readonly isPgOp: boolean;
  /** Waits for writes of the object that are under way, as writes do. */
  readonly isRwOrdered: boolean;
  readonly allowsReturnvec: boolean;
  readonly needs: CapNeeds;
}

/** What a client has to be allowed: reads and writes of its own, and those of the methods that it calls. */
export interface CapNeeds {
  readonly r: boolean;
  readonly w: boolean;
  readonly classR: boolean;
  readonly classW: boolean;
}

interface Found {
  isRead: boolean;
  isWrite: boolean;
  isCache: boolean;
  isPgOp: boolean;
  isOrdered: boolean;
  readonly needs: { r: boolean; w: boolean; classR: boolean; classW: boolean };
}

/** Or the errno with which the op is refused. Ceph: OpInfo::set_from_op. */
export function opInfoOf({ ops, flags }: MOSDOp): OpInfo | number {
  const found: Found = {
    isRead: false,
    isWrite: false,
    isCache: false,
    isPgOp: false,
    isOrdered: (flags & CEPH_OSD_FLAG_RWORDERED) !== 0,
    needs: { r: false, w: false, classR: false, classW: false },
  };
  for (const op of ops) {
    const errno = look(op, found);
    if (errno !== 0) return errno;
  }
  const { isRead, isWrite, isCache, isPgOp, isOrdered } = found;
  const allowsReturnvec = (flags & CEPH_OSD_FLAG_RETURNVEC) !== 0;
  if (!isRead && !isWrite && !isCache && !isPgOp && !isOrdered && !allowsReturnvec) return EINVAL;
  return {
    mayRead: isRead,
    mayWrite: isWrite,
    mayCache: isCache,
    isPgOp,
    isRwOrdered: isWrite || isCache || isOrdered,
    allowsReturnvec,
    needs: found.needs,
  };
}

function look(op: OSDOp, found: Found): number {
  const { op: code } = op;
  if ((code & OP_TYPE) === OP_TYPE_PG) found.isPgOp = true;
  if (code & OP_MODE_CACHE) found.isCache = true;
  if (code === CEPH_OSD_OP_CALL) return lookAtCall(op, found);
  if (code & OP_MODE_READ) found.needs.r = true;
  if (code & OP_MODE_WRITE) found.needs.w = true;
  if (code & OP_MODE_READ || code === CEPH_OSD_OP_WATCH) found.isRead = true;
  // A ping writes nothing, but comes behind the writes before it.
  if (isPing(op)) found.isOrdered = true;
  else if (code & OP_MODE_WRITE) found.isWrite = true;
  return 0;
}

function lookAtCall(op: OSDOp, found: Found): number {
  const names = methodNames(op);
  if (names === undefined) return EINVAL;
  const method = findMethod(names.className, names.methodName);
  if (typeof method === 'number') return method;
  if (method.flags & METHOD_READS) found.isRead = found.needs.classR = true;
  if (method.flags & METHOD_WRITES) found.isWrite = found.needs.classW = true;
  return 0;
}

/** Union of WATCH: u64 cookie, u64 ver, u8 op. */
function isPing({ op, args }: OSDOp): boolean {
  if (op !== CEPH_OSD_OP_WATCH || args.kind !== 'raw') return false;
  const dec = new Decoder(args.bytes, 'watch');
  dec.skip(16);
  return dec.u8() === CEPH_OSD_WATCH_OP_PING;
}
