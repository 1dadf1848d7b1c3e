import type { Invariant } from './invariants.ts';
import { naiveCrc } from './naive_crc.ts';

/** What an object was at one time; undefined: not there. */
interface Version {
  readonly bytes: Uint8Array | undefined;
  /** What readers are told as its version, once one was told. */
  number: bigint | undefined;
  /** Of the bytes, once it was asked for. */
  crc: number | undefined;
}

/** What a read gave. */
export interface Seen {
  /** Undefined: there is no such object. */
  readonly bytes?: Uint8Array | undefined;
  /** Where `bytes` stand in the object; default: they are all of it. */
  readonly offset?: number;
  readonly length?: number;
  readonly size?: number;
  readonly number?: bigint;
  /** The version that its attributes tell. */
  readonly tag?: number;
  /** Of all its bytes. */
  readonly crc?: number;
  readonly isGone?: boolean;
}

/** Which versions a read may see: none below these. */
export interface Floor {
  /** Acknowledged when the read was asked. */
  readonly acknowledged: number;
  /** Seen by reads that had been answered by then. */
  readonly seen: number;
}

type Report = (invariant: Invariant, text: string) => void;

/** One object as its writers and readers must see it. */
export class ObjectModel {
  readonly oid: string;
  readonly #versions: Version[];
  #acknowledged = 0;
  #seen = 0;

  constructor(oid: string, bytes: Uint8Array | undefined) {
    this.oid = oid;
    this.#versions = [{ bytes, number: undefined, crc: undefined }];
  }

  get isBeingWritten(): boolean {
    return this.#acknowledged < this.#versions.length - 1;
  }

  /** All who ask now find it. */
  get isThere(): boolean {
    return this.#versions[this.#acknowledged]?.bytes !== undefined;
  }

  /** It is there, or is being written. */
  get mayBeThere(): boolean {
    return this.#versions.at(-1)?.bytes !== undefined;
  }

  /** Its number. */
  get newest(): number {
    return this.#versions.length - 1;
  }

  /** A write begins; one at a time. The answer: it is acknowledged. */
  write(bytes: Uint8Array): () => void {
    this.#versions.push({ bytes, number: undefined, crc: undefined });
    const version = this.newest;
    return () => {
      this.#acknowledged = Math.max(this.#acknowledged, version);
    };
  }

  /** A read is asked. */
  get floor(): Floor {
    return { acknowledged: this.#acknowledged, seen: this.#seen };
  }

  /** A read that was asked at `floor` has seen this. */
  check(what: string, floor: Floor, seen: Seen, report: Report): void {
    const matching = this.#versions.map((version, i) => (matches(version, i, seen) ? i : -1));
    const found = matching.filter((i) => i >= 0);
    const least = Math.max(floor.acknowledged, floor.seen);
    const may = found.filter((i) => i >= least);
    const [first] = may;
    if (first !== undefined) {
      this.#seen = Math.max(this.#seen, first);
      this.#checkNumber(what, may, seen, report);
      return;
    }
    const versions = `versions ${floor.acknowledged} to ${this.newest}`;
    const newest = found.at(-1);
    if (newest === undefined)
      report('I2', `${what}: ${textOf(seen)}, which is none of ${versions}`);
    else if (newest < floor.acknowledged)
      report('I3', `${what}: version ${newest}, of ${versions}`);
    else report('I4', `${what}: version ${newest} after ${floor.seen}`);
  }

  /** Parts and sizes may be those of several versions: then the number tells which, or nothing. */
  #checkNumber(what: string, may: readonly number[], { number }: Seen, report: Report): void {
    if (number === undefined) return;
    const [version, another] = may.filter((i) => this.#mayHave(i, number));
    const at = version === undefined ? undefined : this.#versions[version];
    if (at !== undefined && another === undefined) at.number = number;
    if (at !== undefined) return;
    const numbers = this.#versions.map((each) => each.number ?? '?').join();
    report('I5', `${what}: version ${may} has number ${number}, known are ${numbers}`);
  }

  /** A version has one number, and later ones have higher numbers. */
  #mayHave(version: number, number: bigint): boolean {
    const own = this.#versions[version]?.number;
    if (own !== undefined) return own === number;
    const before = this.#versions.slice(0, version).findLast((other) => other.number !== undefined);
    const after = this.#versions.slice(version + 1).find((other) => other.number !== undefined);
    return (before?.number ?? -1n) < number && (after?.number ?? number + 1n) > number;
  }
}

function matches(version: Version, index: number, seen: Seen): boolean {
  const { bytes } = version;
  if (bytes === undefined || seen.isGone === true)
    return bytes === undefined && seen.isGone === true;
  if (seen.size !== undefined && seen.size !== bytes.length) return false;
  if (seen.tag !== undefined && seen.tag !== index) return false;
  if (seen.crc !== undefined) {
    version.crc ??= naiveCrc(bytes);
    if (seen.crc !== version.crc) return false;
  }
  if (seen.bytes === undefined) return true;
  const { offset = 0, length = bytes.length } = seen;
  const end = Math.min(offset + length, bytes.length);
  return isSame(seen.bytes, bytes.subarray(Math.min(offset, end), end));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function textOf({ bytes, size, tag, crc, isGone }: Seen): string {
  if (isGone === true) return 'no such object';
  const length = bytes === undefined ? `${size} bytes long` : `${bytes.length} bytes`;
  const tags = tag === undefined ? '' : `, attributes of ${tag}`;
  return `${length}${tags}${crc === undefined ? '' : `, crc ${crc}`}`;
}
