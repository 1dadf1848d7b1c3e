import { DecodeError, ProtocolError } from '../common/errors.ts';
import type { MOSDOpReply } from '../messages/MOSDOpReply.ts';
import { CEPH_OSD_OP_READ } from '../osd/rados.ts';
import type { Op } from './Op.ts';

/** DecodeError for a reply that does not fit what `op` asked. */
export function checkReply(op: Op, reply: MOSDOpReply): void {
  const count = op.ops.length;
  if (reply.ops.length !== count) {
    throw new DecodeError('MOSDOpReply.ops', 0, `${reply.ops.length} steps, ${count} were asked`);
  }
  for (let i = 0; i < count; i++) {
    const step = op.ops[i];
    if (step?.op !== CEPH_OSD_OP_READ) continue;
    const { args } = step;
    const length = reply.outdata[i]?.length ?? 0;
    if (args.kind === 'extent' && args.length > 0 && length > args.length) {
      throw new DecodeError('MOSDOpReply.outdata', i, `${length} bytes, ${args.length} were asked`);
    }
  }
}

/** What `op` fails with. */
export function badReply(op: Op, peer: string, error: DecodeError): ProtocolError {
  const { field, offset, reason } = error;
  const where = { peer, state: 'open', field, offset };
  return new ProtocolError(where, `${reason} (tid ${op.tid})`, { cause: error });
}
