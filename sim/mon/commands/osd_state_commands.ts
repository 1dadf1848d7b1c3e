import { EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { mapFlagOf } from '../../../src/osd/dump/names.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { CEPH_OSD_IN } from '../../../src/osd/rados.ts';
import type { Committed } from '../OSDMonitor.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import type { Command, CommandContext, Reply } from './command.ts';

const WEIGHT_ONE = 0x10000;

const FLAG_NAMES = [
  'full',
  'pause',
  'noup',
  'nodown',
  'noout',
  'noin',
  'nobackfill',
  'norebalance',
  'norecover',
  'noscrub',
  'nodeep-scrub',
  'notieragent',
  'nosnaptrim',
  'pglog_hardlimit',
];

/** The name under which several go. */
const PAUSE = ['pauserd', 'pausewr'];

/** `osd.3` or `3`; -1: neither. */
export function parseOsdId(text: string): number {
  const [, digits = ''] = /^(?:osd\.)?(\d{1,9})$/.exec(text) ?? [];
  return digits === '' ? -1 : Number(digits);
}

/** Throws CommandError. */
export function osdOf(map: OSDMap, args: CommandArgs): number {
  const text = args.string('id');
  const osd = parseOsdId(text);
  if (osd < 0) throw new CommandError(EINVAL, `unable to parse osd id value '${text}'`);
  if (!map.exists(osd)) throw new CommandError(ENOENT, `osd.${osd} does not exist`);
  return osd;
}

interface Verb {
  readonly done: string;
  readonly already: string;
  /** For `any` and `all`. */
  applies(map: OSDMap, osd: number): boolean;
  act(ctx: CommandContext, osd: number, committed: Committed): void;
}

const DOWN: Verb = {
  done: 'marked down',
  already: 'is already down',
  applies: (map, osd) => map.isUp(osd),
  act: ({ osdMonitor }, osd, committed) => osdMonitor.markDown(osd, committed),
};

const OUT: Verb = {
  done: 'marked out',
  already: 'is already out',
  applies: (map, osd) => !map.isOut(osd),
  act: ({ osdMonitor }, osd, committed) => osdMonitor.markOut(osd, committed),
};

const IN: Verb = {
  done: 'marked in',
  already: 'is already in',
  applies: (map, osd) => map.isOut(osd),
  act: ({ osdMonitor }, osd, committed) => osdMonitor.markIn(osd, committed),
};

/** Each OSD that is named gets its words, whatever becomes of the others. */
function forEach(ctx: CommandContext, args: CommandArgs, verb: Verb, reply: Reply): void {
  const { map } = ctx;
  const said: string[] = [];
  const changed: number[] = [];
  for (const id of args.list('ids')) {
    if (id === 'any' || id === 'all' || id === '*') {
      for (let osd = 0; osd < map.maxOsd; osd++) {
        if (map.exists(osd) && verb.applies(map, osd)) changed.push(osd);
      }
      said.push(...changed.map((osd) => `${verb.done} osd.${osd}. `));
      continue;
    }
    const osd = parseOsdId(id);
    if (osd < 0) throw new CommandError(EINVAL, `invalid osd id${id}`);
    if (!map.exists(osd)) said.push(`osd.${osd} does not exist. `);
    else if (!verb.applies(map, osd)) said.push(`osd.${osd} ${verb.already}. `);
    else {
      changed.push(osd);
      said.push(`${verb.done} osd.${osd}. `);
    }
  }
  afterAll(
    changed.map((osd) => (committed: Committed) => verb.act(ctx, osd, committed)),
    () => reply({ text: said.join('') }),
  );
}

/** Calls `done` when all are committed; at once if there is nothing to do. */
function afterAll(actions: readonly ((committed: Committed) => void)[], done: () => void): void {
  let left = actions.length;
  if (left === 0) done();
  for (const act of actions) {
    act(() => {
      left -= 1;
      if (left === 0) done();
    });
  }
}

function setFlag(ctx: CommandContext, args: CommandArgs, isSet: boolean, reply: Reply): void {
  const key = args.string('key');
  const names = key === 'pause' ? PAUSE : [key];
  const flags = names.map(mapFlagOf).filter((flag) => flag !== undefined);
  if (!FLAG_NAMES.includes(key) || flags.length !== names.length) {
    throw new CommandError(EINVAL, `unrecognized flag '${key}'`);
  }
  const text = `${names} is ${isSet ? 'set' : 'unset'}`;
  const all = flags.reduce((bits, flag) => bits | flag, 0);
  ctx.osdMonitor.setFlag(all, isSet, () => reply({ text }));
}

/** 16.16. Throws CommandError. */
function weightOf(args: CommandArgs): number {
  const weight = args.number('weight');
  if (weight < 0 || weight > 1) throw new CommandError(EINVAL, `weight ${weight} is not in [0, 1]`);
  return Math.trunc(weight * WEIGHT_ONE);
}

export const OSD_STATE_COMMANDS: readonly Command[] = [
  {
    signature: 'osd down name=ids,type=CephString,n=N name=definitely_dead,type=CephBool,req=false',
    help: 'mark OSDs down: <id> [<id>...], or any',
    module: 'osd',
    perm: 'rw',
    run: (ctx, args, reply) => forEach(ctx, args, DOWN, reply),
  },
  {
    signature: 'osd out name=ids,type=CephString,n=N',
    help: 'mark OSDs out: <id> [<id>...], or any',
    module: 'osd',
    perm: 'rw',
    run: (ctx, args, reply) => forEach(ctx, args, OUT, reply),
  },
  {
    signature: 'osd in name=ids,type=CephString,n=N',
    help: 'mark OSDs in: <id> [<id>...], or any',
    module: 'osd',
    perm: 'rw',
    run: (ctx, args, reply) => forEach(ctx, args, IN, reply),
  },
  {
    signature: `osd set name=key,type=CephChoices,strings=${FLAG_NAMES.join('|')} name=yes_i_really_mean_it,type=CephBool,req=false`,
    help: 'set a flag of the OSD map',
    module: 'osd',
    perm: 'rw',
    run: (ctx, args, reply) => setFlag(ctx, args, true, reply),
  },
  {
    signature: `osd unset name=key,type=CephChoices,strings=${FLAG_NAMES.join('|')}`,
    help: 'unset a flag of the OSD map',
    module: 'osd',
    perm: 'rw',
    run: (ctx, args, reply) => setFlag(ctx, args, false, reply),
  },
  {
    signature: 'osd reweight name=id,type=CephOsdName name=weight,type=CephFloat,range=0.0|1.0',
    help: 'how much of its share an OSD gets, from 0 (out) to 1',
    module: 'osd',
    perm: 'rw',
    run: ({ map, osdMonitor }, args, reply) => {
      const osd = osdOf(map, args);
      const weight = weightOf(args);
      const text = `reweighted osd.${osd} to ${args.number('weight')} (${weight.toString(16)})`;
      osdMonitor.reweight(osd, Math.min(weight, CEPH_OSD_IN), () => reply({ text }));
    },
  },
  {
    signature:
      'osd primary-affinity name=id,type=CephOsdName name=weight,type=CephFloat,range=0.0|1.0',
    help: 'how willing an OSD is to be primary, from 0 to 1',
    module: 'osd',
    perm: 'rw',
    run: ({ map, osdMonitor }, args, reply) => {
      const osd = osdOf(map, args);
      const affinity = weightOf(args);
      // The original prints its manipulators, too: ios::hex is 8, ios::dec 2.
      const text = `set osd.${osd} primary-affinity to ${args.number('weight')} (8${affinity}2)`;
      osdMonitor.setPrimaryAffinity(osd, affinity, () => reply({ text }));
    },
  },
];
