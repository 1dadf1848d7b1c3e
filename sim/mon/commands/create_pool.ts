import { EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { utimeFromMs } from '../../../src/common/utime_t.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import {
  PG_AUTOSCALE_MODE_ON,
  POOL_TYPE_ERASURE,
  POOL_TYPE_REPLICATED,
  type pg_pool_t,
} from '../../../src/osd/pg_pool.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import type { CommandContext, Reply } from './command.ts';
import { chunksOf, type ErasureCodeProfile, profileNamed } from './erasure_code_commands.ts';

/** osd_pool_default_pg_num, osd_pool_default_size, osd_pool_erasure_code_stripe_unit. */
const PG_NUM_DEFAULT = 32;
const SIZE_DEFAULT = 3;
const STRIPE_UNIT = 4096;
const PG_NUM_MAX = 65_536;

type PoolFields = Partial<pg_pool_t> & { pgNum: number };

/** Ceph: OSDMonitor::prepare_new_pool. */
export function createPool(ctx: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.string('pool');
  if (ctx.map.lookupPgPoolName(name) !== undefined) {
    reply({ text: `pool '${name}' already exists` });
    return;
  }
  const pgNum = args.optInteger('pg_num', 0) || PG_NUM_DEFAULT;
  const pgpNum = args.optInteger('pgp_num', 0) || pgNum;
  if (pgNum > PG_NUM_MAX || pgpNum > pgNum) {
    throw new CommandError(
      EINVAL,
      `'pgp_num' must be greater than 0 and lower or equal than 'pg_num', which in this case is ${pgNum}`,
    );
  }
  const base = {
    pgNum,
    pgpNum,
    createTime: utimeFromMs(ctx.cct.clock.realNow()),
    pgAutoscaleMode: PG_AUTOSCALE_MODE_ON,
    lastChange: ctx.osdMonitor.nextEpoch,
  };
  const isErasure = args.optString('pool_type', 'replicated') === 'erasure';
  const done = (): void => reply({ text: `pool '${name}' created` });
  if (isErasure) createErasure(ctx, name, args, base, done);
  else ctx.osdMonitor.createPool(name, { ...base, ...replicated(ctx.map, args) }, done);
}

function replicated(map: OSDMap, args: CommandArgs): Partial<pg_pool_t> {
  const size = args.optInteger('size', 0) || Math.min(SIZE_DEFAULT, copiesPossible(map));
  // `osd pool create POOL PG_NUM RULE` puts the rule where a profile would be.
  const rule = args.optString('rule', args.optString('erasure_code_profile', ''));
  const crushRule =
    rule === '' ? map.crush.findRule(0, POOL_TYPE_REPLICATED, size) : map.crush.getRuleId(rule);
  if (crushRule === undefined)
    throw new CommandError(ENOENT, `specified rule ${rule} doesn't exist`);
  const minSize = size - Math.floor(size / 2);
  return { type: POOL_TYPE_REPLICATED, size, minSize, crushRule: Math.max(crushRule, 0) };
}

/** A cluster of fewer OSDs keeps fewer copies, so that a small one for tests is whole. */
function copiesPossible(map: OSDMap): number {
  const known = [...map.pools.values()].map((pool) => pool.size);
  return Math.max(1, known[0] ?? Math.min(SIZE_DEFAULT, map.maxOsd));
}

function createErasure(
  { map, osdMonitor }: CommandContext,
  name: string,
  args: CommandArgs,
  base: PoolFields,
  done: () => void,
): void {
  const profileName = args.optString('erasure_code_profile', 'default');
  const profile = profileNamed(map, profileName);
  if (profile === undefined) {
    throw new CommandError(
      EINVAL,
      "cannot determine the erasure code plugin because there is no 'plugin' entry in the erasure_code_profile {}",
    );
  }
  const { k, m } = chunksOf(profile);
  const ruleName = args.optString('rule', name);
  const { crush, crushRule } = ruleFor(map, ruleName, profile);
  const pool = {
    ...base,
    type: POOL_TYPE_ERASURE,
    size: k + m,
    minSize: k + Math.min(1, m - 1),
    crushRule,
    erasureCodeProfile: profileName,
    stripeWidth: k * STRIPE_UNIT,
  };
  if (crush !== undefined)
    osdMonitor.change(
      (inc) => (inc.crush = crush),
      () => undefined,
    );
  osdMonitor.createPool(name, pool, done);
}

/** The rule of that name, or the CRUSH map that has it from now on. */
export function ruleFor(
  map: OSDMap,
  name: string,
  profile: ErasureCodeProfile,
): { crush?: Uint8Array; crushRule: number } {
  const known = map.crush.getRuleId(name);
  if (known !== undefined) return { crushRule: known };
  const crush = CrushWrapper.decode(map.crush.encode());
  const root = profile.get('crush-root') ?? 'default';
  const domain = profile.get('crush-failure-domain') ?? 'host';
  try {
    const crushRule = crush.addSimpleRule(name, root, domain, 'indep', POOL_TYPE_ERASURE);
    const { k, m } = chunksOf(profile);
    const rule = crush.crush.rules[crushRule];
    if (rule !== undefined) crush.crush.rules[crushRule] = { ...rule, minSize: 3, maxSize: k + m };
    return { crush: crush.encode(), crushRule };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(ENOENT, error.message);
  }
}
