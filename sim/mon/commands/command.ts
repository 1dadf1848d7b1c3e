import type { KeyServer } from '../../../src/auth/cephx/KeyServer.ts';
import type { CephContext } from '../../../src/common/CephContext.ts';
import { formatJson, type Json } from '../../../src/common/json_formatter.ts';
import type { MonMap } from '../../../src/mon/MonMap.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import type { ClusterStats } from '../ClusterStats.ts';
import type { ConfigMonitor } from '../ConfigMonitor.ts';
import type { OSDMonitor } from '../OSDMonitor.ts';
import type { CommandArgs } from './CommandArgs.ts';

/** What a command works on. */
export interface CommandContext {
  readonly cct: CephContext;
  readonly osdMonitor: OSDMonitor;
  /** The newest OSD map. */
  readonly map: OSDMap;
  readonly monMap: MonMap;
  readonly keys: KeyServer;
  readonly config: ConfigMonitor;
  readonly stats: ClusterStats;
  /** Ranks that are in the quorum. */
  readonly quorum: readonly number[];
}

/** What a command answers: `text` is for people (stderr of `ceph`), `data` is its output. */
export interface CommandReply {
  readonly text?: string;
  readonly data?: string | Uint8Array;
}

export type Reply = (reply: CommandReply) => void;

/**
 * One command of the monitors. `signature` is written as in Ceph's src/mon/MonCommands.h:
 * `osd pool create name=pool,type=CephPoolname name=pg_num,type=CephInt,req=false`.
 */
export interface Command {
  readonly signature: string;
  readonly help: string;
  readonly module: 'osd' | 'mon' | 'auth' | 'config-key' | 'config' | 'mgr' | 'pg' | 'log' | 'mds';
  readonly perm: 'r' | 'rw' | 'rx' | 'rwx';
  /** Calls `reply` once, when the change that it asks for has been made; or throws CommandError. */
  run(ctx: CommandContext, args: CommandArgs, reply: Reply): void;
}

/** The answer of one that asks only: as JSON where that is wanted, else `plain`. */
export function formatted(args: CommandArgs, plain: () => string, json: () => Json): CommandReply {
  return { data: args.isPlain ? plain() : formatJson(json(), args.isPretty) };
}

/** Of some, whose JSON ends with one more line. */
export function formattedLine(
  args: CommandArgs,
  plain: () => string,
  json: () => Json,
): CommandReply {
  return { data: args.isPlain ? plain() : `${formatJson(json(), args.isPretty)}\n` };
}

/** Of one that answers in JSON even where nobody asks for it, and then for people to read. */
export function alwaysJson(args: CommandArgs, json: Json): CommandReply {
  return { data: formatJson(json, args.isPlain || args.isPretty) };
}
