import { type CephArgs, parseCephArgs } from '../common/ceph_argparse.ts';
import { ConfigError } from '../common/config.ts';
import { cppStrerror, EINVAL } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import type { RadosClient } from '../librados/RadosClient.ts';
import { RadosError } from '../librados/RadosError.ts';
import { Rados } from '../node/Rados.ts';
import type { ByteOutput } from './ceph/Output.ts';
import { hasSwitch, withoutOtherOptions } from './ceph/other_options.ts';
import { ToolExit } from './ceph/ToolExit.ts';
import { parseArguments } from './rados/arguments.ts';
import { findCommand, isLeftOut } from './rados/commands.ts';
import { withFormatOption } from './rados/dash_f.ts';
import { openPool } from './rados/open_pool.ts';
import { errorExit, interpretOptions } from './rados/options.ts';
import { CallFailure, type Command, failureExit } from './rados/RadosRun.ts';
import { USAGE } from './rados/usage.ts';

/**
 * The half of Ceph's `rados` that reads: the same arguments, output and exit codes as 16.2's
 * (src/tools/rados/rados.cc). Its usage is shorter, and of connections that fail it says more.
 */

const VERSION = 'radosim, like rados of ceph 16.2 (pacific)\n';

/** Answers the exit code. */
export async function rados(args: readonly string[], output: ByteOutput): Promise<number> {
  try {
    return await run(args, output);
  } catch (error) {
    if (error instanceof DecodeError) {
      output.stderr(`rados: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof ToolExit)) throw error;
    await output.write(error.stdout);
    output.stderr(error.stderr);
    return error.code;
  }
}

async function run(args: readonly string[], output: ByteOutput): Promise<number> {
  if (args.length === 0) throw new ToolExit(1, '', 'rados: -h or --help for usage\n');
  if (hasSwitch(args, '-h', '--help')) throw new ToolExit(0, USAGE, '');
  if (hasSwitch(args, '-v', '--version')) throw new ToolExit(0, VERSION, '');
  const line = [...environmentArgs(), ...args];
  const ceph = parseLine(line);
  const parsed = parseArguments(withoutOtherOptions(withFormatOption(ceph.rest)));
  const [name, ...operands] = parsed.command;
  if (name === undefined) {
    throw new ToolExit(1, '', 'rados: you must give an action. Try --help\n');
  }
  const options = interpretOptions(parsed.options);
  const command = commandOf(name, operands, parsed.options.has('create'));
  await using client = await connect(ceph, hasSwitch(line, '--no-mon-config', '--no_mon_config'));
  try {
    const pool = await openPool(client, options, output);
    const { ioctx, pg, opSize = options.opSize } = pool ?? {};
    return await command({ rados: client, ioctx, pg, opSize, options, operands, output });
  } catch (error) {
    throw error instanceof CallFailure ? failureExit(error, client.osdMap) : error;
  }
}

/** They are put before the line, whatever they are. */
function environmentArgs(): string[] {
  return (process.env['CEPH_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
}

function parseLine(line: readonly string[]): CephArgs {
  try {
    return parseCephArgs(line, 'command line');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ToolExit(1, '', `rados: ${error.message}\n`);
  }
}

function commandOf(name: string, operands: readonly string[], isCreating: boolean): Command {
  if (isCreating || isLeftOut(name, operands)) {
    const what = isCreating ? '--create' : name;
    throw new ToolExit(1, '', `rados: ${what}: not here: this tool reads only\n`);
  }
  const command = findCommand(name);
  if (command !== undefined) return command;
  const { stderr } = errorExit(EINVAL);
  const complaint = `unrecognized command ${name}; -h or --help for usage\n`;
  throw new ToolExit(1, '', complaint + stderr);
}

async function connect(ceph: CephArgs, isWithoutMonConfig: boolean): Promise<RadosClient> {
  try {
    return await Rados.connect({ args: ceph });
  } catch (error) {
    if (!RadosError.is(error)) throw error;
    const said = `rados: ${error.message}\n`;
    if (error.code === 'EINVAL') throw new ToolExit(1, '', said);
    throw new ToolExit(
      1,
      '',
      isWithoutMonConfig
        ? `${said}couldn't connect to cluster: ${cppStrerror(error.errno)}\n`
        : `${said}failed to fetch mon config (--no-mon-config to skip)\n`,
    );
  }
}
