import { benchCommand } from './bench_command.ts';
import { lock } from './locks.ts';
import { ls } from './ls.ts';
import { get, getxattr, listxattr, mapext, stat, stat2 } from './objects.ts';
import { getomapheader, getomapval, listomapkeys, listomapvals } from './omap.ts';
import { df, lspools } from './pools.ts';
import type { Command } from './RadosRun.ts';
import { listsnaps, lssnap } from './snaps.ts';
import { listwatchers } from './watchers.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['lspools', lspools],
  ['df', df],
  ['ls', ls],
  ['get', get],
  ['stat', stat],
  ['stat2', stat2],
  ['mapext', mapext],
  ['listxattr', listxattr],
  ['getxattr', getxattr],
  ['listomapkeys', listomapkeys],
  ['listomapvals', listomapvals],
  ['getomapval', getomapval],
  ['getomapheader', getomapheader],
  ['lssnap', lssnap],
  ['listsnaps', listsnaps],
  ['listwatchers', listwatchers],
  ['lock', lock],
  ['bench', benchCommand],
]);

/** What the original has besides: nearly all of it changes something. */
const OTHERS: ReadonlySet<string> = new Set([
  'cppool',
  'purge',
  'mksnap',
  'rmsnap',
  'put',
  'append',
  'truncate',
  'create',
  'rm',
  'cp',
  'setxattr',
  'rmxattr',
  'touch',
  'rollback',
  'cleanup',
  'load-gen',
  'setomapval',
  'rmomapkey',
  'clearomap',
  'setomapheader',
  'watch',
  'notify',
  'set-alloc-hint',
  'set-redirect',
  'set-chunk',
  'tier-promote',
  'unset-manifest',
  'tier-flush',
  'tier-evict',
  'export',
  'import',
  'list-inconsistent-pg',
  'list-inconsistent-obj',
  'list-inconsistent-snapset',
  'cache-flush',
  'cache-try-flush',
  'cache-evict',
  'cache-flush-evict-all',
  'cache-try-flush-evict-all',
]);

export function findCommand(name: string): Command | undefined {
  return COMMANDS.get(name);
}

/** Whether the original has such a command, and we do not. */
export function isLeftOut(name: string, operands: readonly string[]): boolean {
  const [first, second] = operands;
  if (name === 'lock') return first === 'get' || first === 'break';
  return OTHERS.has(name) || (name === 'bench' && second === 'write');
}
