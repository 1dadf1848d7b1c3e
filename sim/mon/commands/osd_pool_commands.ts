import { EBUSY, EEXIST, EINVAL, EPERM } from '../../../src/common/errno.ts';
import type { Json } from '../../../src/common/json_formatter.ts';
import { utimeFromMs } from '../../../src/common/utime_t.ts';
import { dumpPool } from '../../../src/osd/dump/dump_pool.ts';
import { poolLines } from '../../../src/osd/dump/print_osdmap.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { newPgPool, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import { alwaysJson, type Command, type CommandContext, formatted, type Reply } from './command.ts';
import { createPool } from './create_pool.ts';
import { getVariables, POOL_VARIABLES } from './pool_variables.ts';
import { findPool, snapNamed, withoutSnap, withSnap } from './pools.ts';

const SURE = 'yes_i_really_really_mean_it';
const VARIABLES = [...POOL_VARIABLES.keys()];
const SETTABLE = VARIABLES.filter((name) => POOL_VARIABLES.get(name)?.set !== undefined);

function poolsInOrder(map: OSDMap): [id: number, name: string, pool: pg_pool_t][] {
  return [...map.pools]
    .sort(([a], [b]) => a - b)
    .map(([id, pool]) => [id, map.poolName(id) ?? '', pool]);
}

/** The pool as it will be, its `lastChange` told. */
function change(
  ctx: CommandContext,
  id: number,
  changes: Partial<pg_pool_t>,
  text: string,
  reply: Reply,
): void {
  ctx.osdMonitor.changePool(id, changes, () => reply({ text }));
}

function list({ map }: CommandContext, args: CommandArgs, reply: Reply): void {
  const pools = poolsInOrder(map);
  if (args.optString('detail', '') !== 'detail') {
    const plain = () => pools.map(([, name]) => `${name}\n`).join('');
    reply(formatted(args, plain, () => pools.map(([, name]) => name)));
    return;
  }
  const plain = () =>
    `${pools.map(([id, , pool]) => poolLines(map, id, pool).join('\n')).join('\n')}\n\n`;
  const json = (): Json =>
    pools.map(([id, name, pool]) => ({ pool_id: id, pool_name: name, ...dumpPool(pool) }));
  reply(formatted(args, plain, json));
}

function get({ map }: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(map, args.string('pool'));
  const values = getVariables(pool, name, map, args.string('var'));
  const plain = () => values.map(([key, value]) => `${key}: ${value}\n`).join('');
  reply(formatted(args, plain, () => ({ pool: name, pool_id: id, ...Object.fromEntries(values) })));
}

function set(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, pool } = findPool(ctx.map, args.string('pool'));
  const variable = args.string('var');
  const setter = POOL_VARIABLES.get(variable)?.set;
  if (setter === undefined) throw new CommandError(EINVAL, `unrecognized variable '${variable}'`);
  const changes = setter(pool, args, ctx.map);
  change(ctx, id, changes, `set pool ${id} ${variable} to ${args.string('val')}`, reply);
}

function remove({ map, osdMonitor }: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.string('pool');
  const id = map.lookupPgPoolName(name);
  if (id === undefined) {
    reply({ text: `pool '${name}' does not exist` });
    return;
  }
  if (
    args.optString('pool2', '') !== name ||
    !(args.flag(SURE) || args.flag('yes_i_really_really_mean_it_not_faking'))
  ) {
    throw new CommandError(
      EPERM,
      `WARNING: this will *PERMANENTLY DESTROY* all data stored in pool ${name}.  If you are *ABSOLUTELY CERTAIN* that is what you want, pass the pool name *twice*, followed by --yes-i-really-really-mean-it.`,
    );
  }
  if (map.pools.get(id)?.flags === undefined)
    throw new CommandError(EBUSY, `pool '${name}' is busy`);
  osdMonitor.change(
    (inc) => inc.oldPools.add(id),
    () => reply({ text: `pool '${name}' removed` }),
  );
}

function rename({ map, osdMonitor }: CommandContext, args: CommandArgs, reply: Reply): void {
  const [from, to] = [args.string('srcpool'), args.string('destpool')];
  const { id } = findPool(map, from);
  if (map.lookupPgPoolName(to) !== undefined) {
    throw new CommandError(EEXIST, `pool '${to}' already exists`);
  }
  osdMonitor.change(
    (inc) => inc.newPoolNames.set(id, to),
    () => reply({ text: `pool '${from}' renamed to '${to}'` }),
  );
}

function makeSnap(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(ctx.map, args.string('pool'));
  const snap = args.string('snap');
  if (snapNamed(pool, snap) !== undefined) {
    reply({ text: `pool ${name} snap ${snap} already exists` });
    return;
  }
  const stamp = utimeFromMs(ctx.cct.clock.realNow());
  const changes = withSnap(pool, snap, ctx.osdMonitor.nextEpoch, stamp);
  change(ctx, id, changes, `created pool ${name} snap ${snap}`, reply);
}

function removeSnap(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(ctx.map, args.string('pool'));
  const snap = args.string('snap');
  const snapid = snapNamed(pool, snap);
  if (snapid === undefined) {
    reply({ text: `pool ${name} snap ${snap} does not exist` });
    return;
  }
  ctx.osdMonitor.removePoolSnap(
    id,
    withoutSnap(pool, snapid, ctx.osdMonitor.nextEpoch),
    snapid,
    () => reply({ text: `removed pool ${name} snap ${snap}` }),
  );
}

function enableApplication(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(ctx.map, args.string('pool'));
  const app = args.string('app');
  const known = pool.applicationMetadata;
  if (!known.has(app) && known.size > 0 && !args.flag('yes_i_really_mean_it')) {
    throw new CommandError(
      EPERM,
      `Are you SURE? Pool '${name}' already has an enabled application; pass --yes-i-really-mean-it to proceed anyway`,
    );
  }
  const applicationMetadata = new Map(known).set(app, known.get(app) ?? new Map());
  const text = `enabled application '${app}' on pool '${name}'`;
  change(ctx, id, { applicationMetadata }, text, reply);
}

function disableApplication(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(ctx.map, args.string('pool'));
  const app = args.string('app');
  if (!args.flag('yes_i_really_mean_it')) {
    throw new CommandError(
      EPERM,
      'Are you SURE? Disabling an application within a pool might result in loss of application functionality; pass --yes-i-really-mean-it to proceed anyway',
    );
  }
  const applicationMetadata = new Map(pool.applicationMetadata);
  applicationMetadata.delete(app);
  const text = `disable application '${app}' on pool '${name}'`;
  change(ctx, id, { applicationMetadata }, text, reply);
}

function getApplication({ map }: CommandContext, args: CommandArgs, reply: Reply): void {
  const shown = (pool: pg_pool_t): Json =>
    new Map([...pool.applicationMetadata].map(([app, meta]) => [app, new Map(meta)]));
  const json: Json = args.has('pool')
    ? shown(findPool(map, args.string('pool')).pool)
    : new Map(poolsInOrder(map).map(([, name, pool]) => [name, shown(pool)]));
  reply(alwaysJson(args, json));
}

function setQuota(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const { id, name, pool } = findPool(ctx.map, args.string('pool'));
  const [field, val] = [args.string('field'), args.string('val')];
  const value = Number(val);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new CommandError(EINVAL, `error parsing value '${val}': Option value must be a number`);
  }
  if (field !== 'max_objects' && field !== 'max_bytes') {
    throw new CommandError(EINVAL, `unrecognized field '${field}'`);
  }
  const changes = field === 'max_objects' ? { quotaMaxObjects: value } : { quotaMaxBytes: value };
  change(
    ctx,
    id,
    newPgPool({ ...pool, ...changes }),
    `set-quota ${field} = ${value} for pool ${name}`,
    reply,
  );
}

const NAME = 'name=pool,type=CephPoolname';

export const OSD_POOL_COMMANDS: readonly Command[] = [
  {
    signature: `osd pool create ${NAME} name=pg_num,type=CephInt,range=0,req=false name=pgp_num,type=CephInt,range=0,req=false name=pool_type,type=CephChoices,strings=replicated|erasure,req=false name=erasure_code_profile,type=CephString,req=false,goodchars=[A-Za-z0-9-_.] name=rule,type=CephString,req=false name=expected_num_objects,type=CephInt,range=0,req=false name=size,type=CephInt,range=0,req=false name=pg_num_min,type=CephInt,range=0,req=false name=pg_num_max,type=CephInt,range=0,req=false name=autoscale_mode,type=CephChoices,strings=on|off|warn,req=false name=bulk,type=CephBool,req=false name=target_size_bytes,type=CephInt,range=0,req=false name=target_size_ratio,type=CephFloat,range=0,req=false`,
    help: 'make a pool',
    module: 'osd',
    perm: 'rw',
    run: createPool,
  },
  {
    signature: 'osd pool ls name=detail,type=CephChoices,strings=detail,req=false',
    help: 'the pools',
    module: 'osd',
    perm: 'r',
    run: list,
  },
  {
    signature: `osd pool get ${NAME} name=var,type=CephChoices,strings=${VARIABLES.join('|')}|all`,
    help: 'a variable of a pool',
    module: 'osd',
    perm: 'r',
    run: get,
  },
  {
    signature: `osd pool set ${NAME} name=var,type=CephChoices,strings=${SETTABLE.join('|')} name=val,type=CephString name=yes_i_really_mean_it,type=CephBool,req=false`,
    help: 'set a variable of a pool',
    module: 'osd',
    perm: 'rw',
    run: set,
  },
  ...['rm', 'delete'].map(
    (word): Command => ({
      signature: `osd pool ${word} ${NAME} name=pool2,type=CephPoolname,req=false name=${SURE},type=CephBool,req=false name=yes_i_really_really_mean_it_not_faking,type=CephBool,req=false`,
      help: 'remove a pool and all that is in it',
      module: 'osd',
      perm: 'rw',
      run: remove,
    }),
  ),
  {
    signature: 'osd pool rename name=srcpool,type=CephPoolname name=destpool,type=CephPoolname',
    help: 'rename a pool',
    module: 'osd',
    perm: 'rw',
    run: rename,
  },
  {
    signature: `osd pool mksnap ${NAME} name=snap,type=CephString`,
    help: 'make a snapshot of a pool',
    module: 'osd',
    perm: 'rw',
    run: makeSnap,
  },
  {
    signature: `osd pool rmsnap ${NAME} name=snap,type=CephString`,
    help: 'remove a snapshot of a pool',
    module: 'osd',
    perm: 'rw',
    run: removeSnap,
  },
  {
    signature: `osd pool application enable ${NAME} name=app,type=CephString,goodchars=[A-Za-z0-9-_.] name=yes_i_really_mean_it,type=CephBool,req=false`,
    help: 'say what a pool is used for',
    module: 'osd',
    perm: 'rw',
    run: enableApplication,
  },
  {
    signature: `osd pool application disable ${NAME} name=app,type=CephString name=yes_i_really_mean_it,type=CephBool,req=false`,
    help: 'say what a pool is no longer used for',
    module: 'osd',
    perm: 'rw',
    run: disableApplication,
  },
  {
    signature: 'osd pool application get name=pool,type=CephPoolname,req=false',
    help: 'what pools are used for',
    module: 'osd',
    perm: 'r',
    run: getApplication,
  },
  {
    signature: `osd pool set-quota ${NAME} name=field,type=CephChoices,strings=max_objects|max_bytes name=val,type=CephString`,
    help: 'limit the objects or bytes of a pool; 0: no limit',
    module: 'osd',
    perm: 'rw',
    run: setQuota,
  },
];
