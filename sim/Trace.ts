import type { Clock } from '../src/common/Clock.ts';
import { crc32cKept } from '../src/common/crc32c_kept.ts';
import type { Log, LogEntry } from '../src/common/Log.ts';
import { utf8Encode } from '../src/common/utf8.ts';
import type { XioMsg } from '../src/common/XioMsg.ts';
import type { Parcel } from './SimFlow.ts';

/** A log entry and when it was made, in milliseconds of the cluster's clock. */
export interface TimedEntry extends LogEntry {
  readonly at: number;
}

/**
 * What happened in a cluster. The hash covers every arrival on the network (time, link, bytes) and,
 * when entries are kept, every one of them; it is kept up in any case.
 */
export class Trace implements Iterable<TimedEntry> {
  readonly entries: readonly TimedEntry[];
  readonly #entries: TimedEntry[] = [];
  readonly #time = new Float64Array(1);
  readonly #timeBytes = new Uint8Array(this.#time.buffer);
  readonly #links = new Map<string, Uint8Array>();
  #crc = 0xffffffff;

  constructor() {
    this.entries = this.#entries;
  }

  /** Eight hexadecimal digits; equal runs have equal ones. */
  get hash(): string {
    return this.#crc.toString(16).padStart(8, '0');
  }

  /** Keeps what the member `name` logs; a client is called by what it calls itself. */
  logOf(name: string, clock: Clock): Log {
    const isClient = name.startsWith('client.');
    return (entry) => {
      const timed = { at: clock.now(), ...entry, who: isClient ? entry.who : name };
      this.#entries.push(timed);
      this.#add(utf8Encode(lineOf(timed)));
    };
  }

  noteArrival(time: number, link: string, parcel: Parcel): void {
    let name = this.#links.get(link);
    if (name === undefined) {
      name = utf8Encode(link);
      this.#links.set(link, name);
    }
    this.#time[0] = time;
    this.#add(this.#timeBytes);
    this.#add(name);
    if (parcel.kind === 'data') for (const chunk of parcel.chunks) this.#add(chunk);
    else if (parcel.kind === 'msg') this.#addMsg(parcel.msg);
    else this.#add(utf8Encode(parcel.kind));
  }

  /** The entries of one op, at the client and at the OSDs. */
  op(tid: number): TimedEntry[] {
    return this.#entries.filter((entry) => entry.tid === tid);
  }

  /** One line an entry: milliseconds, who, what ran, tid, facts. */
  toText(): string {
    return this.#entries.map((entry) => `${lineOf(entry)}\n`).join('');
  }

  [Symbol.iterator](): Iterator<TimedEntry> {
    return this.#entries[Symbol.iterator]();
  }

  #addMsg({ type, tid, seq, front, middle, data }: XioMsg): void {
    this.#add(utf8Encode(`${type} ${tid} ${seq}`));
    this.#add(front);
    this.#add(middle);
    for (const piece of data) this.#add(piece);
  }

  #add(bytes: Uint8Array): void {
    this.#crc = crc32cKept(this.#crc, bytes);
  }
}

function lineOf({ at, who, fn, tid, facts }: TimedEntry): string {
  const words = [at.toFixed(3).padStart(12), who, fn];
  if (tid !== undefined) words.push(`tid=${tid}`);
  for (const [name, value] of Object.entries(facts)) words.push(`${name}=${value}`);
  return words.join(' ');
}
