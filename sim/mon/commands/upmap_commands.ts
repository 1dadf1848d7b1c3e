import { EEXIST, EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { utimeFromMs } from '../../../src/common/utime_t.ts';
import { ADDR_TYPE_ANY, type entity_addr_t, parseAddr } from '../../../src/msg/msg_types.ts';
import { addrText, utimeText } from '../../../src/osd/dump/ceph_text.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { type pg_t, pgToString } from '../../../src/osd/osd_types.ts';
import type { UpmapItem } from '../../../src/osd/osdmap_data.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import { type Command, type CommandContext, formatted, type Reply } from './command.ts';
import { parseOsdId } from './osd_state_commands.ts';

/** mon_osd_blocklist_default_expire. */
const BLOCKLIST_EXPIRE = 3600;

/** `2.1f`, of a pool that has so many. Throws CommandError. */
function pgOf(map: OSDMap, args: CommandArgs): pg_t {
  const text = args.string('pgid');
  const [, pool, seed] = /^(\d+)\.([0-9a-f]+)$/.exec(text) ?? [];
  if (pool === undefined || seed === undefined)
    throw new CommandError(EINVAL, `invalid pgid '${text}'`);
  const pg = { pool: Number(pool), seed: Number.parseInt(seed, 16) };
  const known = map.pools.get(pg.pool);
  if (known === undefined || pg.seed >= known.pgNum) {
    throw new CommandError(ENOENT, `pg ${text} does not exist`);
  }
  return pg;
}

function setUpmapItems({ map, osdMonitor }: CommandContext, args: CommandArgs, reply: Reply): void {
  const pg = pgOf(map, args);
  const ids = args.list('id').map((text) => {
    const osd = parseOsdId(text);
    if (osd < 0 || !map.exists(osd)) throw new CommandError(ENOENT, `osd.${text} does not exist`);
    return osd;
  });
  if (ids.length % 2 !== 0) {
    throw new CommandError(EINVAL, `must specify an even number of osd ids`);
  }
  const items: UpmapItem[] = [];
  for (let i = 0; i < ids.length; i += 2) {
    const [from = 0, to = 0] = ids.slice(i, i + 2);
    if (from === to)
      throw new CommandError(EEXIST, `from osd.${from} == to osd.${to}, nothing to do`);
    items.push([from, to]);
  }
  const said = items.map(([from, to]) => `${from}->${to}`).join();
  const text = `set ${pgToString(pg)} pg_upmap_items mapping to [${said}]`;
  osdMonitor.setPgUpmapItems(pg, items, () => reply({ text }));
}

function removeUpmapItems(
  { map, osdMonitor }: CommandContext,
  args: CommandArgs,
  reply: Reply,
): void {
  const pg = pgOf(map, args);
  const text = `clear ${pgToString(pg)} pg_upmap_items mapping`;
  osdMonitor.setPgUpmapItems(pg, [], () => reply({ text }));
}

/** Throws CommandError. */
function addrOf(args: CommandArgs): entity_addr_t {
  const text = args.string('addr');
  try {
    return parseAddr(text, ADDR_TYPE_ANY);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new CommandError(EINVAL, `unable to parse address ${text}`);
  }
}

function blocklist(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { map, osdMonitor, cct } = ctx;
  const addr = addrOf(args);
  const known = map.data.blocklist.find(([other]) => other.equals(addr));
  if (args.string('blocklistop') === 'add') {
    const seconds = args.optNumber('expire', BLOCKLIST_EXPIRE);
    const until = utimeFromMs(cct.clock.realNow() + seconds * 1000);
    const text = `blocklisting ${addrText(addr)} until ${utimeText(until)} (${seconds} sec)`;
    osdMonitor.change(
      (inc) => inc.newBlocklist.push([addr, until]),
      () => reply({ text }),
    );
  } else if (known !== undefined) {
    const text = `un-blocklisting ${addrText(addr)}`;
    osdMonitor.change(
      (inc) => inc.oldBlocklist.push(addr),
      () => reply({ text }),
    );
  } else {
    reply({ text: `${addrText(addr)} isn't blocklisted` });
  }
}

export const UPMAP_COMMANDS: readonly Command[] = [
  {
    signature: 'osd pg-upmap-items name=pgid,type=CephPgid name=id,type=CephOsdName,n=N',
    help: 'put OSDs of a PG in place of others: <pgid> <from> <to> [<from> <to> ...]',
    module: 'osd',
    perm: 'rw',
    run: setUpmapItems,
  },
  {
    signature: 'osd rm-pg-upmap-items name=pgid,type=CephPgid',
    help: 'put the OSDs of a PG back',
    module: 'osd',
    perm: 'rw',
    run: removeUpmapItems,
  },
  {
    signature:
      'osd blocklist name=blocklistop,type=CephChoices,strings=add|rm name=addr,type=CephEntityAddr name=expire,type=CephFloat,range=0.0,req=false',
    help: 'let no client of an address talk to the OSDs, or let it again',
    module: 'osd',
    perm: 'rw',
    run: blocklist,
  },
  {
    signature: 'osd blocklist ls',
    help: 'the clients that may not talk to the OSDs',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const list = map.data.blocklist.map(([addr, until]) => [addrText(addr), utimeText(until)]);
      const plain = () => list.map(([addr, until]) => `${addr} ${until}\n`).join('');
      const json = () => list.map(([addr = '', until = '']) => ({ addr, until }));
      reply({ ...formatted(args, plain, json), text: `listed ${list.length} entries` });
    },
  },
];
