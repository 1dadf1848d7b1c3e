import { cephEntityTypeName, type EntityName } from '../common/entity_name.ts';
import { DecodeError } from '../common/errors.ts';
import { CryptoKey } from './CryptoKey.ts';

/** `client.admin`. */
export function entityNameToString({ type, id }: EntityName): string {
  return `${cephEntityTypeName(type)}.${id}`;
}

/** What a keyring says of one entity. */
export interface EntityAuth {
  readonly key: CryptoKey | undefined;
  /** Service → what is allowed there: `mon` → `allow r`. */
  readonly caps: ReadonlyMap<string, string>;
}

interface Section {
  key: CryptoKey | undefined;
  readonly caps: Map<string, string>;
}

const SECTION = /^\[([^\]]*)\]$/;
const ASSIGNMENT = /^([^=]+?)\s*=\s*(.*)$/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;

/**
 * The keys of entities, from the text of a keyring file:
 *
 *     [client.admin]
 *         key = AQ…==
 *         caps mon = "allow *"
 *
 * An entity that comes twice has what was said last. Ceph: src/auth/KeyRing.cc.
 */
export class Keyring {
  readonly #entities: ReadonlyMap<string, EntityAuth>;

  private constructor(entities: ReadonlyMap<string, EntityAuth>) {
    this.#entities = entities;
  }

  /** Throws `DecodeError`, whose offset is a line's number from 1; it quotes nothing of the text. */
  static parse(text: string): Keyring {
    const entities = new Map<string, Section>();
    let section: Section | undefined;
    for (const [number, line] of lines(text)) {
      const name = SECTION.exec(line)?.[1]?.trim();
      if (name !== undefined) {
        section = entities.get(name) ?? { key: undefined, caps: new Map() };
        entities.set(name, section);
      } else if (section === undefined) {
        throw new DecodeError('keyring', number, 'a line before the first [entity]');
      } else {
        assign(section, line, number);
      }
    }
    return new Keyring(entities);
  }

  /** Names, in the order of the file. */
  get names(): string[] {
    return [...this.#entities.keys()];
  }

  get(name: EntityName): EntityAuth | undefined {
    return this.#entities.get(entityNameToString(name));
  }
}

/** What is not blank and no comment, with its number; a backslash at the end joins the next line. */
function* lines(text: string): Generator<[number: number, line: string]> {
  let joined = '';
  let number = 0;
  for (const raw of text.split(/\r?\n/)) {
    number += 1;
    if (raw.endsWith('\\')) {
      joined += raw.slice(0, -1);
      continue;
    }
    const line = `${joined}${raw}`.trim();
    joined = '';
    if (line !== '' && !/^[#;]/.test(line)) yield [number, line];
  }
}

function assign(section: Section, line: string, number: number): void {
  const [, left = '', right = ''] = ASSIGNMENT.exec(line) ?? [];
  const words = left.trim().split(/[\s_]+/);
  const value = unquote(right.trim());
  if (words[0] === 'caps' && words[1] !== undefined) section.caps.set(words[1], value);
  else if (left === 'key') section.key = parseKey(value, number);
  else if (left === '')
    throw new DecodeError('keyring', number, 'neither [entity] nor name = value');
}

function parseKey(text: string, number: number): CryptoKey {
  try {
    return CryptoKey.parse(text);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError('keyring.key', number, error.reason);
  }
}

function unquote(text: string): string {
  const quoted = QUOTED.exec(text)?.[1];
  return quoted === undefined ? text : quoted.replaceAll(/\\(.)/g, '$1');
}
