import type { CryptoKey } from '../../../src/auth/CryptoKey.ts';
import type { EntityAuth } from '../../../src/auth/Keyring.ts';
import { EINVAL, ENOENT } from '../../../src/common/errno.ts';
import { formatJson, type Json } from '../../../src/common/json_formatter.ts';
import type { CommandArgs } from './CommandArgs.ts';
import { CommandError } from './CommandError.ts';
import type { Command, CommandContext, CommandReply } from './command.ts';

const ENTITY = /^(client|osd|mon|mds|mgr|auth)\.[^\s]*$/;

interface Known extends EntityAuth {
  readonly key: CryptoKey;
}

/** Throws CommandError. */
function entityOf(args: CommandArgs): string {
  const entity = args.string('entity');
  if (!ENTITY.test(entity)) throw new CommandError(EINVAL, 'bad entity name');
  return entity;
}

/** `mon 'allow r' osd 'allow rw'`. Throws CommandError. */
function capsOf(args: CommandArgs): Map<string, string> {
  const words = args.list('caps');
  if (words.length % 2 !== 0)
    throw new CommandError(EINVAL, 'bad capabilities request; odd number of arguments');
  const caps = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) caps.set(words[i] ?? '', words[i + 1] ?? '');
  return new Map([...caps].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function known({ keys }: CommandContext, entity: string): Known | undefined {
  const auth = keys.getAuth(entity);
  return auth?.key === undefined ? undefined : { key: auth.key, caps: auth.caps };
}

/** Throws CommandError if what is asked for is not what there is. */
function checkSame(
  entity: string,
  { caps }: Known,
  wanted: ReadonlyMap<string, string>,
  what: string,
): void {
  for (const [service, cap] of wanted) {
    if (caps.get(service) !== cap) {
      throw new CommandError(EINVAL, `${what} ${entity} exists but cap ${service} does not match`);
    }
  }
}

function keyringText(entity: string, { key, caps }: Known, withCaps: boolean): string {
  const lines = withCaps ? [...caps].map(([service, cap]) => `\tcaps ${service} = "${cap}"\n`) : [];
  return `[${entity}]\n\tkey = ${key.print()}\n${lines.join('')}`;
}

function dumped(entity: string, { key, caps }: Known): Json {
  return { entity, key: key.print(), caps: new Map(caps) };
}

function shown(args: CommandArgs, entity: string, auth: Known, withCaps: boolean): CommandReply {
  if (args.isPlain) return { data: keyringText(entity, auth, withCaps) };
  return { data: formatJson([dumped(entity, auth)], args.isPretty) };
}

/** Daemons before clients, as Ceph's EntityName sorts. */
function inOrder({ keys }: CommandContext): string[] {
  const rank = (entity: string): number =>
    ['mon', 'mds', 'osd', 'client', 'mgr'].indexOf(entity.slice(0, entity.indexOf('.')));
  return [...keys.names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function list(ctx: CommandContext, args: CommandArgs): CommandReply {
  const all = inOrder(ctx).flatMap((entity): [string, Known][] => {
    const auth = known(ctx, entity);
    return auth === undefined ? [] : [[entity, auth]];
  });
  if (!args.isPlain) {
    const json = { auth_dump: all.map(([entity, auth]) => dumped(entity, auth)) };
    return { data: formatJson(json, args.isPretty) };
  }
  const text = all.map(([entity, { key, caps }]) => {
    const lines = [...caps].map(([service, cap]) => `\tcaps: [${service}] ${cap}\n`);
    return `${entity}\n\tkey: ${key.print()}\n${lines.join('')}`;
  });
  return { data: text.join(''), text: 'installed auth entries:\n\n' };
}

function getOrCreate(ctx: CommandContext, args: CommandArgs): { entity: string; auth: Known } {
  const entity = entityOf(args);
  const caps = capsOf(args);
  const existing = known(ctx, entity);
  if (existing !== undefined) {
    checkSame(entity, existing, caps, 'key for');
    return { entity, auth: existing };
  }
  const auth = { key: ctx.keys.generateSecret(), caps };
  ctx.keys.addAuth(entity, auth);
  return { entity, auth };
}

function add(ctx: CommandContext, args: CommandArgs): CommandReply {
  const entity = entityOf(args);
  const caps = capsOf(args);
  const existing = known(ctx, entity);
  if (existing !== undefined) checkSame(entity, existing, caps, 'entity');
  else ctx.keys.addAuth(entity, { key: ctx.keys.generateSecret(), caps });
  return { text: `added key for ${entity}` };
}

function setCaps(ctx: CommandContext, args: CommandArgs): CommandReply {
  const entity = entityOf(args);
  const existing = known(ctx, entity);
  if (existing === undefined) throw new CommandError(ENOENT, `couldn't find entry ${entity}`);
  ctx.keys.addAuth(entity, { key: existing.key, caps: capsOf(args) });
  return { text: `updated caps for ${entity}` };
}

function get(ctx: CommandContext, args: CommandArgs): CommandReply {
  const entity = entityOf(args);
  const auth = known(ctx, entity);
  if (auth === undefined) throw new CommandError(ENOENT, `failed to find ${entity} in keyring`);
  return { ...shown(args, entity, auth, true), text: `exported keyring for ${entity}` };
}

function printKey(ctx: CommandContext, args: CommandArgs): CommandReply {
  const entity = entityOf(args);
  const auth = known(ctx, entity);
  if (auth === undefined) throw new CommandError(ENOENT, `don't have ${entity}`);
  const key = auth.key.print();
  return { data: args.isPlain ? key : formatJson({ key }, args.isPretty) };
}

function remove(ctx: CommandContext, args: CommandArgs): CommandReply {
  const entity = entityOf(args);
  return { text: ctx.keys.removeAuth(entity) ? 'updated' : `entity ${entity} does not exist` };
}

const ENTITY_ARG = 'name=entity,type=CephString';
const CAPS_ARG = 'name=caps,type=CephString,n=N';

function command(
  signature: string,
  help: string,
  perm: Command['perm'],
  answer: (ctx: CommandContext, args: CommandArgs) => CommandReply,
): Command {
  return {
    signature,
    help,
    module: 'auth',
    perm,
    run: (ctx, args, reply) => reply(answer(ctx, args)),
  };
}

export const AUTH_COMMANDS: readonly Command[] = [
  command('auth ls', 'all entities with their keys and capabilities', 'rx', list),
  command('auth list', 'all entities with their keys and capabilities', 'rx', list),
  command(`auth get ${ENTITY_ARG}`, 'a keyring with one entity', 'rx', get),
  command(`auth get-key ${ENTITY_ARG}`, 'the key of an entity', 'rx', printKey),
  command(`auth print-key ${ENTITY_ARG}`, 'the key of an entity', 'rx', printKey),
  command(
    `auth get-or-create ${ENTITY_ARG} ${CAPS_ARG},req=false`,
    'a key for an entity, made if there is none',
    'rwx',
    (ctx, args) => {
      const { entity, auth } = getOrCreate(ctx, args);
      return shown(args, entity, auth, false);
    },
  ),
  command(
    `auth get-or-create-key ${ENTITY_ARG} ${CAPS_ARG},req=false`,
    'the key of an entity, made if there is none',
    'rwx',
    (ctx, args) => {
      const key = getOrCreate(ctx, args).auth.key.print();
      return { data: args.isPlain ? `${key}\n` : formatJson({ key }, args.isPretty) };
    },
  ),
  command(`auth add ${ENTITY_ARG} ${CAPS_ARG},req=false`, 'add an entity', 'rwx', add),
  command(`auth caps ${ENTITY_ARG} ${CAPS_ARG}`, 'what an entity may do', 'rwx', setCaps),
  command(`auth rm ${ENTITY_ARG}`, 'remove an entity', 'rwx', remove),
  command(`auth del ${ENTITY_ARG}`, 'remove an entity', 'rwx', remove),
];
