import { EACCES, EINVAL, ENOENT, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { autoscaleModeName, poolFlagOf } from '../../../src/osd/dump/names.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { POOL_TYPE_ERASURE, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';

type Shown = string | number | boolean;
type Change = Partial<pg_pool_t>;

/** What `osd pool get` and `set` know of a pool under one name. */
interface Variable {
  /** Undefined: the pool has no such thing. */
  get(pool: pg_pool_t, map: OSDMap): Shown | undefined;
  set?(pool: pg_pool_t, args: CommandArgs, map: OSDMap): Change;
}

const SIZE_MAX = 10;
const PG_NUM_MAX = 65_536;

const FLAGS = [
  'hashpspool',
  'nodelete',
  'nopgchange',
  'nosizechange',
  'write_fadvise_dontneed',
  'noscrub',
  'nodeep-scrub',
];

function integer(args: CommandArgs, min: number, max: number, what: string): number {
  const text = args.string('val');
  if (!/^-?\d+$/.test(text)) {
    throw new CommandError(
      EINVAL,
      `error parsing integer value '${text}': Expected option value to be integer, got '${text}'`,
    );
  }
  const value = Number(text);
  if (value < min || value > max)
    throw new CommandError(EINVAL, `${what} must be between ${min} and ${max}`);
  return value;
}

function setSize(pool: pg_pool_t, args: CommandArgs): Change {
  if (pool.type === POOL_TYPE_ERASURE) {
    throw new CommandError(EOPNOTSUPP, 'can not change the size of an erasure-coded pool');
  }
  const size = integer(args, 1, SIZE_MAX, 'pool size');
  if (size === 1 && !args.flag('yes_i_really_mean_it')) {
    throw new CommandError(
      EINVAL,
      'WARNING: setting pool size 1 could lead to data loss without recovery. If you are *ABSOLUTELY CERTAIN* that is what you want, pass the flag --yes-i-really-mean-it.',
    );
  }
  return { size, minSize: Math.min(pool.minSize, size) };
}

function setCrushRule(_pool: pg_pool_t, args: CommandArgs, map: OSDMap): Change {
  const name = args.string('val');
  const crushRule = map.crush.getRuleId(name);
  if (crushRule === undefined) throw new CommandError(ENOENT, `crush rule ${name} does not exist`);
  return { crushRule };
}

/** PGs split at once here: nothing has to move. */
function setPgNum(_pool: pg_pool_t, args: CommandArgs): Change {
  const pgNum = integer(args, 1, PG_NUM_MAX, 'pg_num');
  return { pgNum, pgNumTarget: pgNum, pgNumPending: pgNum, pgpNum: pgNum, pgpNumTarget: pgNum };
}

function setPgpNum(pool: pg_pool_t, args: CommandArgs): Change {
  const pgpNum = integer(args, 1, pool.pgNum, 'pgp_num');
  return { pgpNum, pgpNumTarget: pgpNum };
}

function setAutoscaleMode(_pool: pg_pool_t, args: CommandArgs): Change {
  const mode = args.string('val');
  const pgAutoscaleMode = [0, 1, 2].find((one) => autoscaleModeName(one) === mode);
  if (pgAutoscaleMode === undefined) throw new CommandError(EINVAL, 'specified invalid mode');
  return { pgAutoscaleMode };
}

function flagVariable(name: string): Variable {
  const flag = poolFlagOf(name) ?? 0;
  const isSet = (flags: number): boolean => Math.floor(flags / flag) % 2 === 1;
  return {
    get: (pool) => isSet(pool.flags),
    set: (pool, args) => {
      const text = args.string('val');
      const wanted = ['true', 'yes', '1'].includes(text);
      if (!wanted && !['false', 'no', '0'].includes(text)) {
        throw new CommandError(EINVAL, "expecting value 'true', 'false', '0', or '1'");
      }
      if (wanted === isSet(pool.flags)) return {};
      return { flags: wanted ? pool.flags + flag : pool.flags - flag };
    },
  };
}

/** In the order in which `all` shows them. */
export const POOL_VARIABLES: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['size', { get: (pool) => pool.size, set: setSize }],
  [
    'min_size',
    {
      get: (pool) => pool.minSize,
      set: (pool, args) => ({ minSize: integer(args, 1, pool.size, 'pool min_size') }),
    },
  ],
  ['pg_num', { get: (pool) => pool.pgNum, set: setPgNum }],
  ['pgp_num', { get: (pool) => pool.pgpNum, set: setPgpNum }],
  [
    'crush_rule',
    {
      get: (pool, map) => map.crush.crush.ruleNameMap.get(pool.crushRule) ?? pool.crushRule,
      set: setCrushRule,
    },
  ],
  ...FLAGS.map((name): [string, Variable] => [name, flagVariable(name)]),
  ['use_gmt_hitset', { get: (pool) => (pool.useGmtHitset ? 1 : 0) }],
  ['fast_read', { get: (pool) => (pool.fastRead ? 1 : 0) }],
  [
    'erasure_code_profile',
    { get: (pool) => (pool.type === POOL_TYPE_ERASURE ? pool.erasureCodeProfile : undefined) },
  ],
  [
    'pg_autoscale_mode',
    { get: (pool) => autoscaleModeName(pool.pgAutoscaleMode), set: setAutoscaleMode },
  ],
  ['bulk', flagVariable('bulk')],
]);

/** Names and values of `osd pool get`. Throws CommandError. */
export function getVariables(
  pool: pg_pool_t,
  name: string,
  map: OSDMap,
  variable: string,
): [name: string, value: Shown][] {
  if (variable !== 'all') {
    const value = POOL_VARIABLES.get(variable)?.get(pool, map);
    if (value === undefined) {
      const kind = variable === 'erasure_code_profile' ? 'a erasure' : 'a tier';
      throw new CommandError(EACCES, `pool '${name}' is not ${kind} pool: variable not applicable`);
    }
    return [[variable, value]];
  }
  return [...POOL_VARIABLES].flatMap(([key, { get }]): [string, Shown][] => {
    const value = get(pool, map);
    return value === undefined ? [] : [[key, value]];
  });
}
