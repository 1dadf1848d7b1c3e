import { ENOENT } from '../../../src/common/errno.ts';
import type { Json } from '../../../src/common/json_formatter.ts';
import { dumpAddrvec, dumpOSDMap } from '../../../src/osd/dump/dump_osdmap.ts';
import { dumpTree, printTree } from '../../../src/osd/dump/osd_tree.ts';
import { printOSDMap } from '../../../src/osd/dump/print_osdmap.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { type object_locator_t, pgToString } from '../../../src/osd/osd_types.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import {
  alwaysJson,
  type Command,
  type CommandContext,
  formatted,
  formattedLine,
} from './command.ts';
import { osdOf } from './osd_state_commands.ts';

/** The map of `epoch`, or the newest. Throws CommandError. */
function mapOf({ map, osdMonitor }: CommandContext, args: CommandArgs): OSDMap {
  if (!args.has('epoch')) return map;
  const epoch = args.integer('epoch');
  const found = osdMonitor.mapAt(epoch);
  if (found === undefined) throw new CommandError(ENOENT, `there is no map for epoch ${epoch}`);
  return found;
}

/** What `osd map` says of an object. */
function locate(map: OSDMap, args: CommandArgs): { plain: string; json: Json } {
  const pool = args.string('pool');
  const id = map.lookupPgPoolName(pool);
  if (id === undefined) throw new CommandError(ENOENT, `pool ${pool} does not exist`);
  const [object, nspace] = [args.string('object'), args.optString('nspace', '')];
  const oloc: object_locator_t = { pool: id, key: '', nspace, hash: -1 };
  const raw = map.objectLocatorToPg(object, oloc);
  const pgid = map.rawPgToPg(raw);
  const { up, upPrimary, acting, actingPrimary } = map.pgToUpActingOsds(pgid);
  const name = nspace === '' ? object : `${nspace}/${object}`;
  const plain = `osdmap e${map.epoch} pool '${pool}' (${id}) object '${name}' -> pg ${pgToString(raw)} (${pgToString(pgid)}) -> up ([${up}], p${upPrimary}) acting ([${acting}], p${actingPrimary})\n`;
  return {
    plain,
    json: {
      epoch: map.epoch,
      pool,
      pool_id: id,
      objname: name,
      raw_pgid: pgToString(raw),
      pgid: pgToString(pgid),
      up,
      up_primary: upPrimary,
      acting,
      acting_primary: actingPrimary,
    },
  };
}

function find(map: OSDMap, osd: number): Json {
  const { crush } = map.crush;
  const location = new Map<string, string>();
  let item = osd;
  for (;;) {
    const parent = crush.buckets.find(
      (bucket) => bucket?.items.includes(item) && !crush.nameMap.get(bucket.id)?.includes('~'),
    );
    if (parent === undefined) break;
    location.set(crush.typeMap.get(parent.type) ?? '', crush.nameMap.get(parent.id) ?? '');
    item = parent.id;
  }
  return {
    osd,
    addrs: dumpAddrvec(map.getAddrs(osd)),
    osd_fsid: map.data.osdUuid.at(osd) ?? '',
    host: location.get('host') ?? '',
    crush_location: new Map([...location].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const EPOCH = 'name=epoch,type=CephInt,range=0,req=false';

export const OSD_MAP_COMMANDS: readonly Command[] = [
  {
    signature: `osd dump ${EPOCH}`,
    help: 'the OSD map as text',
    module: 'osd',
    perm: 'r',
    run: (ctx, args, reply) => {
      const map = mapOf(ctx, args);
      reply(
        formattedLine(
          args,
          () => printOSDMap(map).replaceAll(/\n{2,}/g, '\n'),
          () => dumpOSDMap(map),
        ),
      );
    },
  },
  {
    signature: `osd tree ${EPOCH}`,
    help: 'the OSDs where they stand',
    module: 'osd',
    perm: 'r',
    run: (ctx, args, reply) => {
      const map = mapOf(ctx, args);
      reply(
        formattedLine(
          args,
          () => printTree(map),
          () => dumpTree(map),
        ),
      );
    },
  },
  {
    signature:
      'osd map name=pool,type=CephPoolname name=object,type=CephObjectname name=nspace,type=CephString,req=false',
    help: 'where an object is',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const { plain, json } = locate(map, args);
      reply(
        formatted(
          args,
          () => plain,
          () => json,
        ),
      );
    },
  },
  {
    signature: 'osd lspools',
    help: 'the pools',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const pools = [...map.pools.keys()].sort((a, b) => a - b);
      const name = (id: number): string => map.poolName(id) ?? '';
      const plain = () => pools.map((id) => `${id} ${name(id)}\n`).join('');
      reply(
        formattedLine(args, plain, () => pools.map((id) => ({ poolnum: id, poolname: name(id) }))),
      );
    },
  },
  {
    signature: `osd ls ${EPOCH}`,
    help: 'the ids of all OSDs',
    module: 'osd',
    perm: 'r',
    run: (ctx, args, reply) => {
      const ids = mapOf(ctx, args).getAllOsds();
      reply(
        formattedLine(
          args,
          () => ids.map((osd) => `${osd}\n`).join(''),
          () => ids,
        ),
      );
    },
  },
  {
    signature: 'osd stat',
    help: 'how many OSDs there are, up and in',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const up = map.getAllOsds().filter((osd) => map.isUp(osd)).length;
      const inside = map.getAllOsds().filter((osd) => !map.isOut(osd)).length;
      const all = map.getAllOsds().length;
      const plain = () => `${all} osds: ${up} up, ${inside} in; epoch: e${map.epoch}\n`;
      const json = () => ({
        epoch: map.epoch,
        num_osds: all,
        num_up_osds: up,
        num_in_osds: inside,
      });
      reply(formatted(args, plain, json));
    },
  },
  {
    signature: `osd getmap ${EPOCH}`,
    help: 'the OSD map as it is stored',
    module: 'osd',
    perm: 'r',
    run: (ctx, args, reply) => {
      const map = mapOf(ctx, args);
      reply({ data: map.encode({ simulated: true }), text: `got osdmap epoch ${map.epoch}` });
    },
  },
  {
    signature: `osd getcrushmap ${EPOCH}`,
    help: 'the CRUSH map as it is stored',
    module: 'osd',
    perm: 'r',
    run: (ctx, args, reply) => {
      const map = mapOf(ctx, args);
      reply({ data: map.crush.encode(), text: String(map.data.crushVersion) });
    },
  },
  {
    signature: 'osd getmaxosd',
    help: 'how many OSDs there is room for',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const plain = () => `max_osd = ${map.maxOsd} in epoch ${map.epoch}\n`;
      reply(formatted(args, plain, () => ({ epoch: map.epoch, max_osd: map.maxOsd })));
    },
  },
  {
    signature: 'osd find name=id,type=CephOsdName',
    help: 'where an OSD is',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => reply(alwaysJson(args, find(map, osdOf(map, args)))),
  },
];
