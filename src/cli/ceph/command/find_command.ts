import { ArgumentError } from './ArgumentError.ts';
import {
  type CommandSignature,
  conciseSignature,
  FLAG_DEPRECATED,
  FLAG_HIDDEN,
  FLAG_MGR,
  FLAG_OBSOLETE,
  FLAG_POLL,
} from './signature.ts';
import { countMatches, type ValidatedArgs, validate } from './validate.ts';

const CLOSEST_MAX = 10;

/**
 * The arguments of the command that `words` are, as they are to be sent; undefined: there is none, and
 * `complain` has been told why. Ceph: validate_command (src/pybind/ceph_argparse.py).
 */
export function findCommand(
  commands: readonly CommandSignature[],
  words: readonly string[],
  complain: (text: string) => void,
): ValidatedArgs | undefined {
  const best = bestMatches(commands, words);
  let found: CommandSignature | undefined;
  let reason: ArgumentError | undefined;
  for (const command of byRequired(best)) {
    try {
      return withFlags(validate(words, command.args, false, complain), command.flags);
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      if (error.kind === 'prefix' || error.kind === 'tooFew') continue;
      reason = error;
      if (error.kind !== 'missing' || best.length === 1) found = command;
      break;
    }
  }
  if (found === undefined) complain(closestText(best));
  else {
    complain(`Invalid command: ${reason?.message}\n`);
    complain(`${conciseSignature(found.args)} :  ${found.help}\n`);
  }
  return undefined;
}

/** Those that fit best; to fit without a partial word counts half an argument more. */
function bestMatches(
  commands: readonly CommandSignature[],
  words: readonly string[],
): CommandSignature[] {
  let most = 0;
  let best: CommandSignature[] = [];
  for (const command of commands) {
    if (command.flags & FLAG_OBSOLETE) continue;
    const partly = countMatches(words, command.args, true);
    const isWhole =
      partly >= Math.floor(most) && partly === countMatches(words, command.args, false);
    const matches = isWhole ? partly + 0.5 : partly;
    if (matches < most) continue;
    if (matches > most) best = [];
    most = matches;
    best.push(command);
  }
  return best;
}

/** Those that need fewest arguments are tried first. */
function byRequired(commands: readonly CommandSignature[]): CommandSignature[] {
  const required = ({ args }: CommandSignature): number =>
    args.filter(({ isRequired }) => isRequired).length;
  return [...commands].sort((a, b) => required(a) - required(b));
}

function withFlags(args: ValidatedArgs, flags: number): ValidatedArgs {
  if (flags & FLAG_MGR) args.set('target', ['mon-mgr', '']);
  if (flags & FLAG_POLL) args.set('poll', true);
  return args;
}

function closestText(best: readonly CommandSignature[]): string {
  const closest = best
    .filter(({ flags }) => (flags & (FLAG_DEPRECATED | FLAG_HIDDEN)) === 0)
    .slice(0, CLOSEST_MAX);
  const lines = closest.map(({ args }) => `${conciseSignature(args)}\n`);
  return `no valid command found; ${closest.length} closest matches:\n${lines.join('')}`;
}
