import { type ArgType, argType, prefixType } from './arg_types.ts';

/** One argument of a command. Ceph: argdesc (src/pybind/ceph_argparse.py). */
export interface ArgDesc {
  /** `CephPrefix`: a word of the command's name. */
  readonly kind: string;
  readonly name: string;
  readonly type: ArgType;
  /** How often it stands there. */
  readonly count: number;
  /** It may stand there any number of times. */
  readonly isMany: boolean;
  readonly isRequired: boolean;
}

/** A command as a daemon describes it. */
export interface CommandSignature {
  readonly args: readonly ArgDesc[];
  readonly help: string;
  /** FLAG_*. */
  readonly flags: number;
}

/** Ceph: src/mon/MonCommand.h. */
export const FLAG_OBSOLETE: number = 1 << 1;
export const FLAG_DEPRECATED: number = 1 << 2;
/** It is for the manager. */
export const FLAG_MGR: number = 1 << 3;
export const FLAG_POLL: number = 1 << 4;
export const FLAG_HIDDEN: number = 1 << 5;

/** The commands of a daemon that are for the command line, in its order. Throws SyntaxError. */
export function parseSignatures(json: string): CommandSignature[] {
  const table: unknown = JSON.parse(json);
  return Object.values(isRecord(table) ? table : {}).flatMap((command) => {
    if (!isRecord(command) || !Array.isArray(command['sig'])) return [];
    const { sig, help, flags, avail } = command;
    if (typeof avail === 'string' && !avail.includes('cli')) return [];
    return [
      {
        args: sig.map(parseArg),
        help: typeof help === 'string' ? help : '',
        flags: typeof flags === 'number' ? flags : 0,
      },
    ];
  });
}

export function prefixArg(prefix: string): ArgDesc {
  return {
    kind: 'CephPrefix',
    name: 'prefix',
    type: prefixType(prefix),
    count: 1,
    isMany: false,
    isRequired: true,
  };
}

/** Ceph: parse_funcsig. */
export function parseArg(description: unknown): ArgDesc {
  if (typeof description === 'string') return prefixArg(description);
  const attributes = isRecord(description) ? description : {};
  const { type, name, n = 1, req = true } = attributes;
  const kind = String(type);
  return {
    kind,
    name: typeof name === 'string' ? name : 'None',
    type: argType(kind, attributes),
    count: n === 'N' || n === 'n' ? 1 : Number(n),
    isMany: n === 'N' || n === 'n',
    isRequired: req === true || req === 'true' || req === 'True',
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In complaints: `pool(<poolname>)`. */
export function argText({ kind, name, type, isMany, isRequired }: ArgDesc): string {
  const isWord = kind === 'CephPrefix' || (kind === 'CephChoices' && !type.text.includes('|'));
  const text = isWord ? type.text : `${name}(${type.text})${isMany ? '...' : ''}`;
  return isRequired ? text : `[${text}]`;
}

/** How a command is used: `osd map <pool> <object> [<nspace>]`. */
export function conciseSignature(args: readonly ArgDesc[]): string {
  return args.map(helpText).join(' ');
}

function helpText(arg: ArgDesc): string {
  const text = arg.isMany ? `${helpChunk(arg)}...` : helpChunk(arg);
  return arg.isRequired ? text : `[${text}]`;
}

function helpChunk({ kind, name, type }: ArgDesc): string {
  switch (kind) {
    case 'CephBool':
      return `--${name.replaceAll('_', '-')}`;
    case 'CephPrefix':
      return type.text;
    case 'CephChoices':
      return name === 'format' ? `--${name} {${type.text}}` : type.text;
    case 'CephOsdName':
      return '<id|osd.id>';
    case 'CephName':
      return '<type.id>';
    case 'CephInt':
      return `<${name}:int>`;
    case 'CephFloat':
      return `<${name}:float>`;
    default:
      return `<${name}>`;
  }
}
