import { type CephArgs, parseCephArgs } from '../common/ceph_argparse.ts';
import { ConfigError } from '../common/config.ts';
import { EACCES, EINVAL } from '../common/errno.ts';
import { RadosError } from '../librados/RadosError.ts';
import { Rados } from '../node/Rados.ts';
import { AdminSocketError, askAdminSocket } from './ceph/command/admin_socket.ts';
import { type AdminSocketCommand, adminSocketOf } from './ceph/command/admin_socket_path.ts';
import { CommandRun } from './ceph/command/CommandRun.ts';
import { type GlobalArgs, GlobalArgsError, parseGlobalArgs } from './ceph/command/global_args.ts';
import { heading, LOCAL_HELP, USAGE } from './ceph/command/help.ts';
import type { ByteOutput } from './ceph/Output.ts';
import { withoutOtherOptions } from './ceph/other_options.ts';
import { ToolExit } from './ceph/ToolExit.ts';

/**
 * Ceph's `ceph`: what a line means is told by the daemons, whose commands are asked for first. The
 * same arguments, output and exit codes as 16.2's (src/ceph.in). It is not interactive and watches nothing.
 */

const VERSION = 'radosim, like ceph 16.2 (pacific)\n';

/** Answers the exit code. */
export async function ceph(args: readonly string[], output: ByteOutput): Promise<number> {
  try {
    return await run(parseLine(args), output);
  } catch (error) {
    if (!(error instanceof ToolExit)) throw error;
    await output.write(error.stdout);
    output.stderr(error.stderr);
    return error.code;
  }
}

/** CEPH_ARGS come last, but what follows `injectargs` is one daemon's affair. */
function parseLine(args: readonly string[]): GlobalArgs {
  const said = (process.env['CEPH_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
  const at = args.indexOf('injectargs');
  const line =
    at < 0
      ? [...args, ...said.filter((arg) => !arg.includes('--admin-socket'))]
      : [...args.slice(0, at), ...said, ...args.slice(at)];
  try {
    return parseGlobalArgs(line);
  } catch (error) {
    if (!(error instanceof GlobalArgsError)) throw error;
    throw new ToolExit(2, '', `${USAGE}ceph: error: ${error.message}\n`);
  }
}

async function run(line: GlobalArgs, output: ByteOutput): Promise<number> {
  const { options } = line;
  if (options.has('version')) throw new ToolExit(0, VERSION, '');
  const socket = adminSocketOf(line);
  if (socket !== undefined) return daemonCommand(socket, options.get('format'), output);
  if (options.has('help')) {
    await output.write(
      `${heading('General usage:')}${USAGE}${heading('Local commands:')}${LOCAL_HELP}`,
    );
  }
  for (const name of options.keys()) {
    if (name.startsWith('watch')) throw new ToolExit(EINVAL, '', `ceph: --${name}: not here\n`);
  }
  const at = line.rest.indexOf('injectargs');
  const injected = at < 0 ? [] : line.rest.slice(at);
  const parsed = parseConfiguration(at < 0 ? line.rest : line.rest.slice(0, at));
  const words = [
    ...withoutFirst('--', withoutOtherOptions(parsed.rest)),
    ...withoutFirst('--', injected),
  ];
  await using rados = await connect(options, parsed);
  return await new CommandRun(rados, options, output).run(words);
}

function withoutFirst(text: string, words: readonly string[]): string[] {
  const at = words.indexOf(text);
  return words.filter((_, i) => i !== at);
}

async function daemonCommand(
  { path, words }: AdminSocketCommand,
  format: string | undefined,
  output: ByteOutput,
): Promise<number> {
  try {
    await output.write(await askAdminSocket(path, words, format, (text) => output.stderr(text)));
    return 0;
  } catch (error) {
    if (!(error instanceof AdminSocketError)) throw error;
    throw new ToolExit(EINVAL, '', `admin_socket: ${error.message}\n`);
  }
}

function parseConfiguration(words: readonly string[]): CephArgs {
  try {
    return parseCephArgs(words, 'command line');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ToolExit(1, '', `ceph: ${error.message}\n`);
  }
}

/** With --help, five seconds are enough. */
const HELP_TIMEOUT_S = 5;

async function connect(options: GlobalArgs['options'], args: CephArgs): Promise<Rados> {
  const id = options.get('id') ?? options.get('user');
  const name = options.get('name') ?? (id === undefined ? undefined : `client.${id}`);
  const seconds =
    Number(options.get('connect-timeout') ?? 0) || (options.has('help') ? HELP_TIMEOUT_S : 0);
  const confFile = options.get('conf');
  const cluster = options.get('cluster');
  try {
    return await Rados.connect({
      args,
      ...(name !== undefined && { name }),
      ...(confFile !== undefined && confFile !== '' && { confFile }),
      ...(cluster !== undefined && { cluster }),
      ...(seconds > 0 && { timeout: seconds * 1000 }),
    });
  } catch (error) {
    if (!RadosError.is(error)) throw error;
    throw connectExit(error, seconds > 0);
  }
}

const CONNECTING = '(error connecting to the cluster)';

/** The original's words, after those that name who did not answer. */
function connectExit(error: RadosError, hasTimeout: boolean): ToolExit {
  const said = `ceph: ${error.message}\n`;
  switch (error.code) {
    case 'EINVAL':
      return new ToolExit(1, '', `Error initializing cluster client: ${error.message}\n`);
    case 'EACCES':
      return new ToolExit(
        EACCES,
        '',
        `${said}[errno ${EACCES}] RADOS permission denied ${CONNECTING}\n`,
      );
    case 'ETIMEDOUT':
      return new ToolExit(
        1,
        '',
        said + (hasTimeout ? 'timed out\n' : `[errno 110] RADOS timed out ${CONNECTING}\n`),
      );
    default:
      return new ToolExit(1, '', `${said}[errno ${-error.errno}] ${CONNECTING}\n`);
  }
}
