import { EINVAL, EMSGSIZE, ENAMETOOLONG, ESHUTDOWN } from '../../src/common/errno.ts';
import { utf8Length } from '../../src/common/utf8.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { entity_addr_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { CEPH_NOSNAP, CEPH_OSD_OP_LIST_SNAPS, CEPH_SNAPDIR } from '../../src/osd/rados.ts';
import type { OpInfo } from './ops/op_info.ts';

/** osd_max_object_name_len and osd_max_object_namespace_len. */
const NAME_LENGTH_MAX = 2048;
const NAMESPACE_LENGTH_MAX = 256;

/** osd_max_write_size. */
const WRITE_SIZE_MAX = 90 * 1024 * 1024;

const PARALLELEXEC = 0x0200;

/** The errno of an op on an object that does not come to be executed; 0: it does. Ceph: PrimaryLogPG::do_op. */
export function whyRefused(op: MOSDOp, info: OpInfo, map: OSDMap, addr: entity_addr_t): number {
  const { ops, snapid } = op;
  if (op.flags & PARALLELEXEC) return EINVAL;
  const named = whyNameRefused(op.oid, op.oloc.key, op.oloc.nspace);
  if (named !== 0) return named;
  if (isBlocklisted(map, addr)) return ESHUTDOWN;
  if (info.mayWrite && snapid !== CEPH_NOSNAP) return EINVAL;
  if (info.mayWrite && op.dataLength() > WRITE_SIZE_MAX) return EMSGSIZE;
  const isOfSnaps = ops.every((step) => step.op === CEPH_OSD_OP_LIST_SNAPS);
  const isAboutSnaps = ops.some((step) => step.op === CEPH_OSD_OP_LIST_SNAPS);
  return (snapid === CEPH_SNAPDIR ? isOfSnaps : !isAboutSnaps) ? 0 : EINVAL;
}

/** Of a name, a locator key and a namespace that no OSD takes; 0: it does. */
export function whyNameRefused(oid: string, key: string, nspace: string): number {
  if (utf8Length(oid) > NAME_LENGTH_MAX || utf8Length(key) > NAME_LENGTH_MAX) return ENAMETOOLONG;
  if (utf8Length(nspace) > NAMESPACE_LENGTH_MAX) return ENAMETOOLONG;
  return oid === '' ? EINVAL : 0;
}

/** One process, or with no port and nonce a whole machine. Ceph: OSDMap::is_blocklisted. */
function isBlocklisted({ data }: OSDMap, { ip, port, nonce }: entity_addr_t): boolean {
  return data.blocklist.some(
    ([addr]) =>
      addr.ip === ip &&
      ((addr.port === port && addr.nonce === nonce) || (addr.port === 0 && addr.nonce === 0)),
  );
}
