import { cppStrerror, EINVAL } from '../../common/errno.ts';
import { formatJson, type Json } from '../../common/json_formatter.ts';

/** What a command was called with: its prefix, its arguments, its format. */
export type AdminArguments = ReadonlyMap<string, unknown>;

export interface AdminCommand {
  /** As in Ceph: `config get name=var,type=CephString`. */
  readonly desc: string;
  /** Empty: it is not listed. */
  readonly help: string;
  /** A text is answered as it is. Throws {@link AdminError}. */
  readonly call: (args: AdminArguments) => Json | RawText;
}

/** What is not to be put into JSON. */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A command that failed: a positive errno, and more of it than its name says. */
export class AdminError extends Error {
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

/** What an admin socket answers. Ceph: AdminSocket (src/common/admin_socket.cc). */
export class AdminCommands {
  readonly #commands = new Map<string, AdminCommand>();

  constructor(commands: readonly AdminCommand[]) {
    const own: AdminCommand[] = [
      // The version of the protocol.
      { desc: '0', help: '', call: () => new RawText('2') },
      { desc: 'help', help: 'list available commands', call: () => this.#help() },
      {
        desc: 'get_command_descriptions',
        help: 'list available commands',
        call: () => this.#descriptions(),
      },
    ];
    for (const command of [...own, ...commands].sort((a, b) => (a.desc < b.desc ? -1 : 1))) {
      this.#commands.set(prefixOf(command.desc), command);
    }
  }

  /** `request`: `{"prefix": "perf dump"}`. Answers what is to be said, of an error too. */
  execute(request: string): string {
    try {
      const args = parseRequest(request);
      const prefix = String(args.get('prefix'));
      const command = this.#commands.get(prefix);
      if (command === undefined) throw new AdminError(EINVAL, `unknown command prefix ${prefix}`);
      const answer = command.call(args);
      if (answer instanceof RawText) return answer.text;
      return formatJson(answer, args.get('format') !== 'json');
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      const { errno, message } = error;
      return `ERROR: ${cppStrerror(errno)}\n${message}\n`;
    }
  }

  #help(): Json {
    return new Map([...this.#commands].filter(([, { help }]) => help !== '').map(toHelp));
  }

  #descriptions(): Json {
    return new Map(
      [...this.#commands.values()].map(({ desc, help }, i) => [
        `cmd${String(i).padStart(3, '0')}`,
        { sig: desc.split(' ').map(signatureOf), help },
      ]),
    );
  }
}

function toHelp([prefix, { help }]: readonly [string, AdminCommand]): [string, string] {
  return [prefix, help];
}

function prefixOf(desc: string): string {
  return desc
    .split(' ')
    .filter((word) => !word.includes('='))
    .join(' ');
}

/** A word as it is; an argument as what is said of it. */
function signatureOf(word: string): Json {
  if (!word.includes('=')) return word;
  const pairs = word.split(',').map((pair) => pair.split('='));
  return new Map(pairs.map(([key = '', value = '']) => [key, value]));
}

function parseRequest(request: string): AdminArguments {
  let value: unknown;
  try {
    value = JSON.parse(request);
  } catch {
    throw new AdminError(EINVAL, 'invalid json');
  }
  if (typeof value !== 'object' || value === null || !('prefix' in value)) {
    throw new AdminError(EINVAL, 'invalid json, missing format and/or prefix');
  }
  return new Map(Object.entries(value));
}
