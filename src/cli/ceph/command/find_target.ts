import { ArgumentError } from './ArgumentError.ts';
import { argType } from './arg_types.ts';
import { parseArg, prefixArg } from './signature.ts';
import { validate } from './validate.ts';

/** Whom a command is for: `{ kind: 'osd', id: '0' }`; the id '' is any of them, or the active one. */
export interface CommandTarget {
  readonly kind: 'mon' | 'mgr' | 'osd' | 'mds' | 'client' | 'pg';
  readonly id: string;
}

const ANY_MONITOR: CommandTarget = { kind: 'mon', id: '' };

/** Throws ArgumentError. Ceph: find_cmd_target (src/pybind/ceph_argparse.py). */
export function findTarget(words: readonly string[]): CommandTarget {
  const name = secondArgument('tell', 'CephName', words);
  if (name !== undefined) return daemonTarget(name);
  const pgid = secondArgument('tell', 'CephPgid', words);
  if (pgid !== undefined) return { kind: 'pg', id: pgid };
  if (words[0] === 'tell' && words[1] !== undefined) {
    // What is neither is told as no name of a daemon.
    argType('CephName', {}).valid(words[1], false);
  }
  const ofPg = secondArgument('pg', 'CephPgid', words);
  return ofPg === undefined ? ANY_MONITOR : { kind: 'pg', id: ofPg };
}

/** What follows `verb`, if it is of `type`. */
function secondArgument(verb: string, type: string, words: readonly string[]): string | undefined {
  try {
    const args = [prefixArg(verb), parseArg({ name: 'target', type })];
    const target = validate(words, args, true, () => {}).get('target');
    return typeof target === 'string' ? target : undefined;
  } catch (error) {
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}

const KINDS = ['mon', 'mgr', 'osd', 'mds', 'client'] as const;

/** `osd.0`, `mon`; `*` alone is no daemon. */
function daemonTarget(name: string): CommandTarget {
  const dot = name.indexOf('.');
  const type = dot < 0 ? name : name.slice(0, dot);
  const kind = KINDS.find((each) => each === type);
  if (kind === undefined) throw new ArgumentError('valid', `Bad target type '${name}'`);
  return { kind, id: dot < 0 ? '' : name.slice(dot + 1) };
}

/** `osd.0`. */
export function targetText({ kind, id }: CommandTarget): string {
  return `${kind}.${id}`;
}
