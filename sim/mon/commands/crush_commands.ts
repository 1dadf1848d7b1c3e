import { EBUSY, EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { formatJson, type Json } from '../../../src/common/json_formatter.ts';
import { CrushWrapper } from '../../../src/crush/CrushWrapper.ts';
import { dumpCrush } from '../../../src/crush/dump/dump_crush.ts';
import { dumpCrushTree, printCrushTree } from '../../../src/osd/dump/osd_tree.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { POOL_TYPE_REPLICATED } from '../../../src/osd/pg_pool.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import { alwaysJson, type Command, type CommandContext, formatted, type Reply } from './command.ts';
import { ruleFor } from './create_pool.ts';
import { profileNamed } from './erasure_code_commands.ts';

function ruleNames(map: OSDMap): string[] {
  return [...map.crush.crush.ruleNameMap].sort(([a], [b]) => a - b).map(([, name]) => name);
}

/** As it is dumped; undefined: there is none of that name. */
function dumpedRule(map: OSDMap, name: string): Json | undefined {
  const id = map.crush.getRuleId(name);
  const { rules } = map.crush.crush;
  const only = { ...map.crush.crush, rules: rules.map((rule, i) => (i === id ? rule : undefined)) };
  return id === undefined ? undefined : Object(dumpCrush(only)).rules[0];
}

function dumpRules({ map }: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.optString('name', '');
  const dumped = name === '' ? Object(dumpCrush(map.crush.crush)).rules : dumpedRule(map, name);
  if (dumped === undefined) throw new CommandError(ENOENT, `unknown crush rule '${name}'`);
  // The original ends its text with one more line.
  const isCompact = !args.isPlain && !args.isPretty;
  reply({ data: `${formatJson(dumped, !isCompact)}\n` });
}

/** Throws CommandError. */
function createReplicated(
  { map, osdMonitor }: CommandContext,
  args: CommandArgs,
  reply: Reply,
): void {
  const name = args.string('name');
  if (map.crush.getRuleId(name) !== undefined) {
    reply({ text: `rule ${name} already exists` });
    return;
  }
  const [root, type, className] = [
    args.string('root'),
    args.string('type'),
    args.optString('class', ''),
  ];
  const { crush } = map;
  if (crush.getItemId(root) === undefined)
    throw new CommandError(ENOENT, `root item ${root} does not exist`);
  if (crush.getTypeId(type) === undefined) throw new CommandError(EINVAL, `unknown type ${type}`);
  const changed = CrushWrapper.decode(crush.encode());
  try {
    changed.addSimpleRule(name, root, type, 'firstn', POOL_TYPE_REPLICATED, className);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError(EINVAL, error.message);
  }
  setCrush(osdMonitor, changed.encode(), () => reply({}));
}

function setCrush(
  osdMonitor: CommandContext['osdMonitor'],
  crush: Uint8Array,
  done: () => void,
): void {
  osdMonitor.change((inc) => {
    inc.crush = crush;
  }, done);
}

function createErasure({ map, osdMonitor }: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.string('name');
  const profileName = args.optString('profile', 'default');
  const profile = profileNamed(map, profileName);
  if (profile === undefined) {
    throw new CommandError(ENOENT, `unknown erasure code profile '${profileName}'`);
  }
  const { crush, crushRule } = ruleFor(map, name, profile);
  if (crush === undefined) reply({ text: `rule ${name} already exists` });
  else setCrush(osdMonitor, crush, () => reply({ text: `created rule ${name} at ${crushRule}` }));
}

function removeRule({ map, osdMonitor }: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.string('name');
  const id = map.crush.getRuleId(name);
  if (id === undefined) {
    reply({ text: `rule ${name} does not exist` });
    return;
  }
  if ([...map.pools.values()].some((pool) => pool.crushRule === id)) {
    throw new CommandError(EBUSY, `crush ruleset ${name} ${id} is in use`);
  }
  const changed = CrushWrapper.decode(map.crush.encode());
  changed.removeRule(name);
  setCrush(osdMonitor, changed.encode(), () => reply({}));
}

function names(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join('');
}

export const CRUSH_COMMANDS: readonly Command[] = [
  {
    signature: 'osd crush rule ls',
    help: 'the names of the rules',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) =>
      reply(
        formatted(
          args,
          () => names(ruleNames(map)),
          () => ruleNames(map),
        ),
      ),
  },
  {
    signature: 'osd crush rule dump name=name,type=CephString,req=false',
    help: 'what a rule does, or all of them',
    module: 'osd',
    perm: 'r',
    run: dumpRules,
  },
  {
    signature:
      'osd crush rule create-replicated name=name,type=CephString name=root,type=CephString name=type,type=CephString name=class,type=CephString,req=false',
    help: 'make a rule for copies: <name> <root> <failure domain> [<device class>]',
    module: 'osd',
    perm: 'rw',
    run: createReplicated,
  },
  {
    signature:
      'osd crush rule create-erasure name=name,type=CephString name=profile,type=CephString,req=false',
    help: 'make a rule for a profile of erasure code',
    module: 'osd',
    perm: 'rw',
    run: createErasure,
  },
  {
    signature: 'osd crush rule rm name=name,type=CephString',
    help: 'remove a rule',
    module: 'osd',
    perm: 'rw',
    run: removeRule,
  },
  {
    signature: 'osd crush tree name=show_shadow,type=CephChoices,strings=--show-shadow,req=false',
    help: 'the hierarchy of the CRUSH map',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) =>
      reply(
        formatted(
          args,
          () => printCrushTree(map),
          () => dumpCrushTree(map),
        ),
      ),
  },
  {
    signature: 'osd crush dump',
    help: 'the CRUSH map as text',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => reply(alwaysJson(args, dumpCrush(map.crush.crush))),
  },
  {
    signature: 'osd crush class ls',
    help: 'the classes of devices',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => reply(alwaysJson(args, [...map.crush.crush.className.values()])),
  },
];
