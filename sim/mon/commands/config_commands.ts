import { EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { isOption } from '../../../src/common/option_values.ts';
import { OPTION_DEFAULTS } from '../../../src/common/options.ts';
import { TextTable } from '../../../src/common/TextTable.ts';
import type { ConfigMonitor } from '../ConfigMonitor.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import { type Command, type CommandContext, formatted, type Reply } from './command.ts';

type Settings = ConfigMonitor['all'];

/** `isIndented`: who is not everybody stands further in. */
function table(settings: Settings, isIndented: boolean): string {
  const text = new TextTable();
  for (const heading of ['WHO', 'MASK', 'LEVEL', 'OPTION', 'VALUE', 'RO']) {
    text.defineColumn(heading, 'left');
  }
  for (const { who, name, value } of settings) {
    text.addRow([
      who === 'global' || !isIndented ? who : `  ${who}`,
      '',
      'advanced',
      name,
      value,
      '',
    ]);
  }
  return text.toString();
}

function set({ config }: CommandContext, args: CommandArgs, reply: Reply): void {
  const name = args.string('name');
  if (!config.set(args.string('who'), name, args.string('value'))) {
    throw new CommandError(EINVAL, `unrecognized config option '${name}'`);
  }
  reply({});
}

function get({ config }: CommandContext, args: CommandArgs, reply: Reply): void {
  const found = config.of(args.string('who'));
  if (args.has('key')) {
    const key = args.string('key');
    if (!isOption(key)) throw new CommandError(ENOENT, `unrecognized key '${key}'`);
    const value = found.get(key)?.value ?? String(OPTION_DEFAULTS[key]);
    reply({ data: `${value}\n` });
    return;
  }
  const settings = [...found.values()];
  const json = () =>
    new Map(
      settings.map(({ who, name, value }) => [
        name,
        { value, section: who, mask: {}, can_update_at_runtime: true },
      ]),
    );
  reply(formatted(args, () => table(settings, false), json));
}

function dump({ config }: CommandContext, args: CommandArgs, reply: Reply): void {
  const json = () =>
    config.all.map(({ who, name, value }) => ({
      section: who,
      name,
      value,
      level: 'advanced',
      can_update_at_runtime: true,
      mask: '',
    }));
  reply(formatted(args, () => table(config.all, true), json));
}

export const CONFIG_COMMANDS: readonly Command[] = [
  {
    signature:
      'config set name=who,type=CephString name=name,type=CephString name=value,type=CephString name=force,type=CephBool,req=false',
    help: 'set an option for clients: <who> <option> <value>',
    module: 'config',
    perm: 'rw',
    run: set,
  },
  {
    signature: 'config rm name=who,type=CephString name=name,type=CephString',
    help: 'forget an option',
    module: 'config',
    perm: 'rw',
    run: ({ config }, args, reply) => {
      config.remove(args.string('who'), args.string('name'));
      reply({});
    },
  },
  {
    signature: 'config get name=who,type=CephString name=key,type=CephString,req=false',
    help: 'the options of an entity',
    module: 'config',
    perm: 'r',
    run: get,
  },
  {
    signature: 'config dump',
    help: 'all options that are set',
    module: 'config',
    perm: 'r',
    run: dump,
  },
];
