import { isIP } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SimPool } from '../../../sim/index.ts';
import { parseSeed, parseUpTo } from '../options.ts';
import type { ServeOptions } from './serve.ts';

const OSDS_MAX = 1000;
const MONS_MAX = 5;
const PGS_MAX = 65_536;
const SIZE_MAX = 10;

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description("A throw-away cluster over TCP, for Ceph's own clients, until it is stopped.")
    .requiredOption('--conf-dir <DIR>', 'where ceph.conf and keyring go; ceph.conf is there last')
    .option('--pool <NAME[:PGS[:SIZE]]>', 'a pool; may be repeated (default: data)', addPool)
    .option('--osds <N>', 'OSDs', parseUpTo(OSDS_MAX), 3)
    .option('--hosts <N>', 'hosts that they stand on (default: one for each)', parseUpTo(OSDS_MAX))
    .option('--mons <N>', 'monitors', parseUpTo(MONS_MAX), 1)
    .addOption(
      new Option('--auth <METHOD>', 'how clients show who they are')
        .choices(['cephx', 'none'])
        .default('cephx'),
    )
    .option('--seed <N>', 'what all chance but fsid and keys follows from', parseSeed, '1')
    .option('--host <ADDRESS>', 'the address to listen at', parseAddress, '127.0.0.1')
    .option('--verbose', 'print each op that an OSD gets')
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./serve.ts');
      await serve(options);
    });
}

/** `data`, `data:64` or `data:64:2`. */
function addPool(text: string, pools: readonly SimPool[] = []): SimPool[] {
  const [, name, pgNum, size] = /^([^:]+)(?::(\d{1,6})(?::(\d{1,3}))?)?$/.exec(text) ?? [];
  if (name === undefined || !isWithin(pgNum, PGS_MAX) || !isWithin(size, SIZE_MAX)) {
    throw new InvalidArgumentError(
      `It is NAME, NAME:PGS or NAME:PGS:SIZE, of at most ${PGS_MAX} PGs and ${SIZE_MAX} copies.`,
    );
  }
  if (pools.some((pool) => pool.name === name)) {
    throw new InvalidArgumentError('There is a pool of that name already.');
  }
  const pool = {
    name,
    ...(pgNum === undefined ? {} : { pgNum: Number(pgNum) }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
  return [...pools, pool];
}

function isWithin(digits: string | undefined, most: number): boolean {
  return digits === undefined || (Number(digits) >= 1 && Number(digits) <= most);
}

/** Clients are told of it, so it has to be one that they can reach. */
function parseAddress(text: string): string {
  if (isIP(text) !== 0 && text !== '0.0.0.0' && text !== '::') return text;
  throw new InvalidArgumentError('It is an IP address of this machine.');
}
