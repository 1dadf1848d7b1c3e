/** What a capability lets its holder do: read, write, execute. */
export interface Rwx {
  readonly r: boolean;
  readonly w: boolean;
  readonly x: boolean;
}

/** One grant: `allow rw pool=data namespace=a`, `profile osd`, `allow command "osd tree"`. */
export interface Grant {
  /** Of a profile: its name. */
  readonly profile: string | undefined;
  readonly rwx: Rwx;
  /** `class-read`, `class-write`. */
  readonly classes: Rwx;
  /** `pool`, `namespace`, `object_prefix`, `command` … → value. */
  readonly limits: ReadonlyMap<string, string>;
}

const WORD = /"([^"]*)"|([^\s=,;"]+)|([=,;])/g;
const NOTHING: Rwx = { r: false, w: false, x: false };
const ALL: Rwx = { r: true, w: true, x: true };
const LIMITS = new Set(['pool', 'namespace', 'object_prefix', 'command', 'service', 'network']);

/**
 * The grants in a text of capabilities. What cannot be understood grants nothing.
 * Ceph: the grammars of src/mon/MonCap.cc and src/osd/OSDCap.cc.
 */
export function parseCaps(text: string): Grant[] {
  return splitGrants([...text.matchAll(WORD)].map(([whole, quoted]) => quoted ?? whole)).flatMap(
    (words) => parseGrant(words) ?? [],
  );
}

function splitGrants(words: readonly string[]): string[][] {
  const grants: string[][] = [[]];
  for (const word of words) {
    if (word === ',' || word === ';') grants.push([]);
    else if (word !== '=') grants.at(-1)?.push(word);
  }
  return grants.filter((grant) => grant.length > 0);
}

function parseGrant([kind, ...words]: readonly string[]): Grant | undefined {
  if (kind === 'profile') {
    const [profile] = words;
    return { profile, rwx: NOTHING, classes: NOTHING, limits: limitsIn(words.slice(1)) };
  }
  if (kind !== 'allow') return undefined;
  const limits = limitsIn(words);
  const rights = words.filter((word, i) => !LIMITS.has(word) && !LIMITS.has(words[i - 1] ?? ''));
  // A command, or a service, is allowed by itself.
  const isUnderstood = rights.every((word) =>
    /^([rwx]+|\*|all|any|class-read|class-write)$/.test(word),
  );
  if (!isUnderstood) return undefined;
  const letters = rights.filter((word) => !word.startsWith('class-')).join('');
  const rwx = /\*|all|any/.test(letters) ? ALL : rwxOf(letters);
  const classes = {
    r: rwx.x || rights.includes('class-read'),
    w: rwx.x || rights.includes('class-write'),
    x: false,
  };
  return { profile: undefined, rwx, classes, limits };
}

function limitsIn(words: readonly string[]): Map<string, string> {
  const limits = new Map<string, string>();
  for (const [i, word] of words.entries()) {
    const value = words[i + 1];
    if (LIMITS.has(word) && value !== undefined && !LIMITS.has(words[i - 1] ?? '')) {
      limits.set(word, value);
    }
  }
  return limits;
}

function rwxOf(letters: string): Rwx {
  return { r: letters.includes('r'), w: letters.includes('w'), x: letters.includes('x') };
}
