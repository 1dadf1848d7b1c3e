import { EBUSY, EINVAL, ENOENT, EPERM } from '../../../src/common/errno.ts';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import { CommandError } from './CommandError.ts';
import { type Command, formatted, formattedLine } from './command.ts';

/** Ceph: osd_pool_default_erasure_code_profile. */
const DEFAULT_PROFILE: ReadonlyMap<string, string> = new Map([
  ['plugin', 'jerasure'],
  ['technique', 'reed_sol_van'],
  ['k', '2'],
  ['m', '2'],
]);

/** What the plugin says of a profile that does not say it itself. */
const JERASURE_DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['crush-device-class', ''],
  ['crush-failure-domain', 'host'],
  ['crush-root', 'default'],
  ['jerasure-per-chunk-alignment', 'false'],
  ['k', '2'],
  ['m', '1'],
  ['plugin', 'jerasure'],
  ['technique', 'reed_sol_van'],
  ['w', '8'],
]);

export type ErasureCodeProfile = ReadonlyMap<string, string>;

/** Undefined: there is none of that name. The default one need not be in the map. */
export function profileNamed(map: OSDMap, name: string): ErasureCodeProfile | undefined {
  const known = map.data.erasureCodeProfiles.get(name);
  return known ?? (name === 'default' ? DEFAULT_PROFILE : undefined);
}

/** Data and coding chunks. */
export function chunksOf(profile: ErasureCodeProfile): { readonly k: number; readonly m: number } {
  return { k: Number(profile.get('k')), m: Number(profile.get('m')) };
}

/** Throws CommandError. */
function parseProfile(words: readonly string[]): ErasureCodeProfile {
  const profile = new Map(JERASURE_DEFAULTS);
  for (const word of words) {
    const at = word.indexOf('=');
    if (at > 0) profile.set(word.slice(0, at), word.slice(at + 1));
  }
  const { k, m } = chunksOf(profile);
  if (!Number.isInteger(k) || k < 2) throw new CommandError(EINVAL, `k=${k} must be >= 2`);
  if (!Number.isInteger(m) || m < 1) throw new CommandError(EINVAL, `m=${m} must be >= 1`);
  return new Map([...profile].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function profileText(profile: ErasureCodeProfile): string {
  return [...profile].map(([key, value]) => `${key}=${value}`).join();
}

function names(map: OSDMap): string[] {
  return [...new Set(['default', ...map.data.erasureCodeProfiles.keys()])].sort();
}

export const ERASURE_CODE_COMMANDS: readonly Command[] = [
  {
    signature:
      'osd erasure-code-profile set name=name,type=CephString name=profile,type=CephString,n=N,req=false name=force,type=CephBool,req=false',
    help: 'make a profile: <name> [k=<chunks> m=<chunks> …]',
    module: 'osd',
    perm: 'rw',
    run: ({ map, osdMonitor }, args, reply) => {
      const name = args.string('name');
      const profile = parseProfile(args.list('profile'));
      const known = profileNamed(map, name);
      if (known !== undefined && profileText(known) === profileText(profile)) {
        reply({});
        return;
      }
      if (known !== undefined && !args.flag('force')) {
        throw new CommandError(
          EPERM,
          `will not override erasure code profile ${name} because the existing profile {${profileText(known)}} is different from the proposed profile {${profileText(profile)}}`,
        );
      }
      osdMonitor.change(
        (inc) => inc.newErasureCodeProfiles.set(name, profile),
        () => reply({}),
      );
    },
  },
  {
    signature: 'osd erasure-code-profile get name=name,type=CephString',
    help: 'what a profile says',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const name = args.string('name');
      const profile = profileNamed(map, name);
      if (profile === undefined) {
        throw new CommandError(ENOENT, `unknown erasure code profile '${name}'`);
      }
      const lines = [...profile].sort(([a], [b]) => (a < b ? -1 : 1));
      const plain = () => lines.map(([key, value]) => `${key}=${value}\n`).join('');
      reply(formattedLine(args, plain, () => new Map(lines)));
    },
  },
  {
    signature: 'osd erasure-code-profile rm name=name,type=CephString',
    help: 'remove a profile',
    module: 'osd',
    perm: 'rw',
    run: ({ map, osdMonitor }, args, reply) => {
      const name = args.string('name');
      if ([...map.pools.values()].some((pool) => pool.erasureCodeProfile === name)) {
        throw new CommandError(EBUSY, `ec pool(s) are using the erasure code profile '${name}'`);
      }
      if (!map.data.erasureCodeProfiles.has(name)) {
        reply({ text: `erasure-code-profile ${name} does not exist` });
        return;
      }
      osdMonitor.change(
        (inc) => inc.oldErasureCodeProfiles.push(name),
        () => reply({}),
      );
    },
  },
  {
    signature: 'osd erasure-code-profile ls',
    help: 'the names of the profiles',
    module: 'osd',
    perm: 'r',
    run: ({ map }, args, reply) => {
      const plain = () =>
        names(map)
          .map((name) => `${name}\n`)
          .join('');
      reply(formatted(args, plain, () => names(map)));
    },
  },
];
