import { EACCES, EINVAL } from '../../../src/common/errno.ts';
import { utf8Encode } from '../../../src/common/utf8.ts';
import { monCapAllows } from '../mon_cap.ts';
import { AUTH_COMMANDS } from './auth_commands.ts';
import { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import type { Command, CommandContext } from './command.ts';
import { CONFIG_COMMANDS } from './config_commands.ts';
import { CRUSH_COMMANDS } from './crush_commands.ts';
import { describeCommands, prefixOf } from './descriptions.ts';
import { ERASURE_CODE_COMMANDS } from './erasure_code_commands.ts';
import { MON_COMMANDS } from './mon_commands.ts';
import { OSD_MAP_COMMANDS } from './osd_map_commands.ts';
import { OSD_POOL_COMMANDS } from './osd_pool_commands.ts';
import { OSD_STATE_COMMANDS } from './osd_state_commands.ts';
import { STATUS_COMMANDS } from './status_commands.ts';
import { UPMAP_COMMANDS } from './upmap_commands.ts';

const COMMANDS: readonly Command[] = [
  ...STATUS_COMMANDS,
  ...MON_COMMANDS,
  ...AUTH_COMMANDS,
  ...CONFIG_COMMANDS,
  ...OSD_MAP_COMMANDS,
  ...OSD_STATE_COMMANDS,
  ...UPMAP_COMMANDS,
  ...CRUSH_COMMANDS,
  ...ERASURE_CODE_COMMANDS,
  ...OSD_POOL_COMMANDS,
];

const BY_PREFIX: ReadonlyMap<string, Command> = new Map(
  COMMANDS.map((command) => [prefixOf(command), command]),
);

/** As MMonCommandAck has it. */
export interface CommandResult {
  /** 0, or a negative errno. */
  readonly result: number;
  readonly text: string;
  readonly data: Uint8Array;
}

/** A command, and who gives it. */
export interface CommandRequest {
  /** JSON. */
  readonly cmd: string;
  readonly input: Uint8Array;
  /** What the client may do at a monitor; undefined: everything. */
  readonly caps: string | undefined;
}

interface Waiting {
  readonly request: CommandRequest;
  readonly done: (result: CommandResult) => void;
}

/**
 * Does what the commands say, one after the other: each sees the map that the one before has made.
 * Ceph: Monitor::handle_command.
 */
export class MonCommands {
  readonly #context: () => CommandContext;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  /** `context`: of this moment. */
  constructor(context: () => CommandContext) {
    this.#context = context;
  }

  handle(request: CommandRequest, done: (result: CommandResult) => void): void {
    this.#waiting.push({ request, done });
    this.#next();
  }

  #next(): void {
    const next = this.#isBusy ? undefined : this.#waiting.shift();
    if (next === undefined) return;
    this.#isBusy = true;
    const finish = (result: CommandResult): void => {
      this.#isBusy = false;
      next.done(result);
      this.#next();
    };
    try {
      this.#run(next.request, finish);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      finish({ result: -error.errno, text: error.message, data: new Uint8Array() });
    }
  }

  #run({ cmd, caps }: CommandRequest, finish: (result: CommandResult) => void): void {
    const args = CommandArgs.parse(cmd);
    if (args.prefix === 'get_command_descriptions') {
      finish(resultOf({ data: describeCommands(COMMANDS) }));
      return;
    }
    const command = BY_PREFIX.get(args.prefix);
    if (command === undefined) throw new CommandError(EINVAL, 'command not known');
    if (!monCapAllows(caps, command.perm, args.prefix)) {
      throw new CommandError(EACCES, 'access denied');
    }
    command.run(this.#context(), args, (reply) => finish(resultOf(reply)));
  }
}

function resultOf({
  text = '',
  data = '',
}: {
  text?: string;
  data?: string | Uint8Array;
}): CommandResult {
  return { result: 0, text, data: typeof data === 'string' ? utf8Encode(data) : data };
}
