import { utf8Compare } from '../../../common/utf8.ts';
import {
  type CommandSignature,
  conciseSignature,
  FLAG_DEPRECATED,
  FLAG_HIDDEN,
  FLAG_OBSOLETE,
} from './signature.ts';

export const USAGE = `\
usage: ceph [-h] [-c CONF] [-i FILE] [-o FILE] [--id ID | -n NAME] [--cluster NAME]
            [-m MONITORS] [-k KEYRING] [-f json|json-pretty|xml|xml-pretty|plain|yaml]
            [--connect-timeout SECONDS] [-s] [--version] [COMMAND]...
`;

/** What needs no monitor. */
export const LOCAL_HELP = `
daemon NAME|PATH COMMAND
                        asks a daemon of this machine over its socket, as --admin-daemon PATH COMMAND
tell NAME COMMAND       asks one monitor: mon.a, or all: mon.*

All options of ceph.conf are options: --client_mount_timeout 4
`;

/** A title as the original prints it, blanks and all. */
export function heading(title: string): string {
  return `\n ${title} \n ${'='.repeat(title.length)}\n`;
}

/** The commands that begin with `partial`, in two columns. Ceph: format_help (src/ceph.in). */
export function formatHelp(
  commands: readonly CommandSignature[],
  partial: string,
  terminalWidth: number,
): string {
  const width = terminalWidth - 1;
  const left = Math.floor(width / 2);
  const right = left + (width % 2);
  return commands
    .filter(({ flags }) => (flags & (FLAG_OBSOLETE | FLAG_DEPRECATED | FLAG_HIDDEN)) === 0)
    .map(({ args, help }) => ({ signature: conciseSignature(args), help }))
    .filter(({ signature, help }) => help !== '' && signature.startsWith(partial))
    .sort((a, b) => utf8Compare(a.signature, b.signature))
    .map(({ signature, help }) => columns(wrap(signature, left), wrap(help, right), left))
    .join('');
}

function columns(left: readonly string[], right: readonly string[], width: number): string {
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    return `${(left[i] ?? '').padEnd(width)} ${right[i] ?? ''}\n`;
  });
  return rows.join('');
}

/** Lines of at most `width`, broken where no word is; all but the first are indented by one. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '') {
    const indent = lines.length === 0 ? '' : ' ';
    const room = lines.length === 0 ? width : width - 1;
    if (rest.length <= room) return [...lines, indent + rest];
    const at = breakAt(rest, room);
    lines.push(indent + rest.slice(0, at).trimStart());
    rest = rest.slice(at);
  }
  return lines;
}

function breakAt(text: string, room: number): number {
  for (let at = room; at > 0; at--) {
    if (!/[A-Za-z{[<>\]}]/.test(text.charAt(at - 1))) return at;
  }
  return room;
}
