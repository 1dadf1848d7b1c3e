import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { cppStrerror, EINVAL } from '../../../common/errno.ts';
import { utf8Decode } from '../../../common/utf8.ts';
import type { CommandReply } from '../../../librados/cluster_stats.ts';
import type { RadosClient } from '../../../librados/RadosClient.ts';
import type { ByteOutput } from '../Output.ts';
import { ToolExit } from '../ToolExit.ts';
import { ArgumentError } from './ArgumentError.ts';
import { errorcode } from './errno_names.ts';
import { findCommand } from './find_command.ts';
import { type CommandTarget, findTarget, targetText } from './find_target.ts';
import { formatHelp, heading } from './help.ts';
import { sendCommand } from './send_command.ts';
import { type CommandSignature, parseSignatures } from './signature.ts';

const NOTHING = new Uint8Array(0);
const DESCRIBE = new Map([['prefix', 'get_command_descriptions']]);
/** Where stdout is no terminal. */
const TERMINAL_WIDTH = 80;

/** One command, from when there is a session. Ceph: main (src/ceph.in). */
export class CommandRun {
  readonly #rados: RadosClient;
  readonly #options: ReadonlyMap<string, string>;
  readonly #output: ByteOutput;

  constructor(rados: RadosClient, options: ReadonlyMap<string, string>, output: ByteOutput) {
    this.#rados = rados;
    this.#options = options;
    this.#output = output;
  }

  /** Answers the exit code. Throws ToolExit. */
  async run(line: readonly string[]): Promise<number> {
    const isTell = line[0] === 'tell';
    if (this.#options.has('help')) {
      const title = isTell ? `Tell ${targetOf(line).kind} commands:` : 'Monitor commands:';
      return this.#help(title, targetOf(line), (isTell ? line.slice(2) : line).join(' '));
    }
    if (isTell && line[2] === 'help') {
      return this.#help(`Tell ${targetOf(line).kind} commands`, targetOf(line), '');
    }
    const input = this.#readInput();
    const file = this.#openOutput();
    try {
      const said = this.#options.has('status') ? ['status', ...line] : line;
      const target = targetOf(said);
      const words = said[0] === 'tell' ? said.slice(2) : said;
      if (words.length === 0) throw nothingToDo(said);
      return await this.#runOn(await this.#targets(target), words, input, file);
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  async #runOn(
    targets: readonly CommandTarget[],
    words: readonly string[],
    input: Uint8Array,
    file: number | undefined,
  ): Promise<number> {
    let code = 0;
    for (const target of targets) {
      const reply = await this.#command(target, words, input);
      const prefix = file === undefined && targets.length > 1 ? `${targetText(target)}: ` : '';
      if (file === undefined) await this.#printOutput(reply.output, prefix);
      else writeFileSync(file, reply.output);
      code = this.#printMessage(reply, prefix) || code;
    }
    return code;
  }

  async #command(
    target: CommandTarget,
    words: readonly string[],
    input: Uint8Array,
  ): Promise<CommandReply> {
    const table = await sendCommand(this.#rados, target, new Map(DESCRIBE), NOTHING);
    if (table.status !== 0) {
      const message = `problem getting command descriptions from ${targetText(target)}`;
      return { ...table, message };
    }
    const args = findCommand(readTable(table.output), words, (text) => this.#output.stderr(text));
    if (args === undefined) {
      return { status: -EINVAL, output: NOTHING, message: 'invalid command' };
    }
    const format = this.#options.get('format');
    if (format !== undefined) args.set('format', format);
    return sendCommand(this.#rados, target, args, input);
  }

  /** `*` is all of its kind. */
  async #targets(target: CommandTarget): Promise<CommandTarget[]> {
    const { kind, id } = target;
    if (id !== '*') return [target];
    const { osdMap } = this.#rados;
    const ids = kind === 'mon' ? await this.#monitorNames() : osdMap.getAllOsds().map(String);
    return ids.map((each) => ({ kind, id: each }));
  }

  async #monitorNames(): Promise<string[]> {
    const { output } = await this.#rados.monCommand({ prefix: 'mon dump', format: 'json' });
    return [...utf8Decode(output).matchAll(/"rank":\d+,"name":"([^"]*)"/g)].map(
      ([, name = '']) => name,
    );
  }

  async #printOutput(output: Uint8Array, prefix: string): Promise<void> {
    // An empty line stands where monitors once said a line that readers of JSON skip.
    if (this.#options.get('format')?.startsWith('json')) await this.#output.write('\n');
    if (output.length === 0) return;
    if (prefix === '') await this.#output.write(output);
    else await this.#output.write(`${prefix}${utf8Decode(output).trimEnd()}\n`);
  }

  /** Answers the exit code. */
  #printMessage({ status, message }: CommandReply, prefix: string): number {
    if (status < 0) this.#output.stderr(`Error ${errorcode(-status)}: ${message}\n`);
    else if (message !== '') this.#output.stderr(`${prefix}${message}\n`);
    return Math.max(0, -status);
  }

  async #help(title: string, target: CommandTarget, partial: string): Promise<number> {
    await this.#output.write(heading(title));
    const table = await sendCommand(this.#rados, target, new Map(DESCRIBE), NOTHING);
    if (table.status !== 0) {
      const what = `couldn't get command descriptions for ${targetText(target)}`;
      throw new ToolExit(-table.status, '', `${what}: ${table.message} (${table.status})\n`);
    }
    const width = process.stdout.columns ?? TERMINAL_WIDTH;
    await this.#output.write(formatHelp(readTable(table.output), partial, width));
    return 0;
  }

  #readInput(): Uint8Array {
    const file = this.#options.get('in-file');
    if (file === undefined) return NOTHING;
    try {
      return readFileSync(file === '-' ? 0 : file);
    } catch (error) {
      throw cannotOpen('input', file, error);
    }
  }

  #openOutput(): number | undefined {
    const file = this.#options.get('out-file');
    if (file === undefined || file === '-') return undefined;
    try {
      return openSync(file, 'w');
    } catch (error) {
      throw cannotOpen('output', file, error);
    }
  }
}

function targetOf(words: readonly string[]): CommandTarget {
  try {
    return findTarget(words);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ToolExit(1, '', `error handling command target: ${error.message}\n`);
  }
}

function readTable(output: Uint8Array): CommandSignature[] {
  try {
    return parseSignatures(utf8Decode(output));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ToolExit(1, '', `ceph: the table of commands is no JSON: ${error.message}\n`);
  }
}

function nothingToDo([verb]: readonly string[]): ToolExit {
  if (verb !== 'tell') return new ToolExit(EINVAL, '', 'ceph: no command given; try --help\n');
  const use = 'Try "ceph tell <name> <command> [options...]" instead.';
  return new ToolExit(EINVAL, '', `"ceph tell" requires additional arguments. ${use}\n`);
}

function cannotOpen(what: string, file: string, error: unknown): ToolExit {
  const errno = error instanceof Error && 'errno' in error ? error.errno : undefined;
  if (typeof errno !== 'number') throw error;
  const reason = cppStrerror(errno).replace(/^\(\d+\) /, '');
  return new ToolExit(
    1,
    '',
    `Can't open ${what} file ${file}: [Errno ${-errno}] ${reason}: '${file}'\n`,
  );
}
