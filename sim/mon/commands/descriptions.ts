import { formatJson, type Json } from '../../../src/common/json_formatter.ts';
import type { Command } from './command.ts';

/** Flags of a command that the monitors keep to themselves: none here. */
const NO_FLAGS = 0;

/** The words of a command, before its arguments. */
export function prefixOf({ signature }: Command): string {
  return words(signature)
    .filter((word) => !word.includes('='))
    .join(' ');
}

/** What `ceph` reads to know the commands. Ceph: format_command_descriptions (src/common/cmdparse.cc). */
export function describeCommands(commands: readonly Command[]): string {
  const entries = commands.map((command, i): [string, Json] => [
    `cmd${String(i).padStart(3, '0')}`,
    {
      sig: words(command.signature).map(describeWord),
      help: command.help,
      module: command.module,
      perm: command.perm,
      flags: NO_FLAGS,
    },
  ]);
  return formatJson(new Map(entries), false);
}

function words(signature: string): string[] {
  return signature.split(' ').filter((word) => word !== '');
}

/** `osd`, or `name=pool,type=CephPoolname,req=false`. */
function describeWord(word: string): Json {
  if (!word.includes('=')) return word;
  const parts = word.split(',').map((part): [string, Json] => {
    const at = part.indexOf('=');
    const [key, value] = [part.slice(0, at), part.slice(at + 1)];
    return [key, key === 'req' ? value === 'true' : value];
  });
  return new Map(parts);
}
