import { EOPNOTSUPP } from '../../../common/errno.ts';
import type { CommandReply } from '../../../librados/cluster_stats.ts';
import type { RadosClient } from '../../../librados/RadosClient.ts';
import type { CommandTarget } from './find_target.ts';
import { dumpJson } from './python.ts';
import type { ValidatedArgs } from './validate.ts';

const NO_OUTPUT = new Uint8Array(0);

/** A command to whom it is for. Ceph: json_command, send_command (src/pybind/ceph_argparse.py). */
export async function sendCommand(
  rados: RadosClient,
  target: CommandTarget,
  args: ValidatedArgs,
  input: Uint8Array,
): Promise<CommandReply> {
  const kind = args.has('target') && Array.isArray(args.get('target')) ? 'mgr' : target.kind;
  const command = dumpJson(args);
  if (kind === 'mon') {
    const { id } = target;
    return rados.monCommand(command, input, id === '' ? {} : { target: id });
  }
  const message = `commands of ${kind === 'mgr' ? 'the manager' : `${kind}.${target.id}`} are not sent from here`;
  return { status: -EOPNOTSUPP, output: NO_OUTPUT, message };
}
