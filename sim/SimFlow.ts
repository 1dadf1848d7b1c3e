import type { Clock } from '../src/common/Clock.ts';
import type { XioMsg } from '../src/common/XioMsg.ts';
import type { Fault, SimLink } from './SimLink.ts';

/** What travels: bytes, a message by reference, or news of the connection itself. */
export type Parcel =
  | { readonly kind: 'data'; readonly chunks: readonly Uint8Array[]; readonly length: number }
  | { readonly kind: 'msg'; readonly msg: XioMsg; readonly length: number }
  | { readonly kind: 'syn' | 'accepted' | 'refused' | 'fin' | 'rst' };

/** Where a flow's parcels come out. */
export interface FlowSink {
  onParcel(parcel: Parcel): void;
  /** The connection was cut by a fault, after what came before. */
  onCut(how: 'fin' | 'rst'): void;
}

/** One direction of one connection: parcels that arrive in the order in which they were sent. */
export class SimFlow {
  readonly link: SimLink;
  readonly #clock: Clock;
  readonly #sink: FlowSink;
  /** Undefined: dropped on the way. One arrival is scheduled for each. */
  #parcels: Array<Parcel | undefined> = [];
  #lastArrival = 0;
  /** Arrivals that came while the link held everything back. */
  #held = 0;
  #isStalled = false;
  /** Bytes that have come out. */
  #come = 0;

  constructor(clock: Clock, link: SimLink, sink: FlowSink) {
    this.link = link;
    this.#clock = clock;
    this.#sink = sink;
  }

  get isEmpty(): boolean {
    return this.#parcels.length === 0;
  }

  send(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#scheduleArrival();
  }

  /** Drops what is under way. */
  clear(): void {
    this.#parcels.fill(undefined);
  }

  /** After a hold has ended. */
  release(): void {
    const count = this.#held;
    this.#held = 0;
    for (let i = 0; i < count; i++) this.#scheduleArrival();
  }

  #scheduleArrival(): void {
    const now = this.#clock.now();
    const at = Math.max(now + this.link.drawDelay(), this.#lastArrival);
    this.#lastArrival = at;
    this.#clock.addEventAfter(at - now, () => this.#arrive());
  }

  #arrive(): void {
    if (this.link.faults.length > 0 && this.#isHeldOrLost()) return;
    const parcel = this.#parcels.shift();
    if (parcel === undefined || this.#isStalled) return;
    if ('length' in parcel && this.#stalls(parcel)) return;
    if (this.link.faults.length === 0) this.#sink.onParcel(parcel);
    else if (parcel.kind === 'data') this.#arriveFaulty(parcel.chunks);
    else if (parcel.kind === 'msg') this.#arriveWhole(parcel);
    else this.#sink.onParcel(parcel);
  }

  #isHeldOrLost(): boolean {
    if (this.link.has('hold') || this.link.has('full')) {
      this.#held += 1;
      return true;
    }
    if (this.link.has('drop')) this.#isStalled = true;
    return false;
  }

  /** True: all or part of it does not come, nor does what follows. */
  #stalls(parcel: Extract<Parcel, { length: number }>): boolean {
    const left =
      this.link.faults.length === 0 ? parcel.length : this.link.leftUntilStall(this.#come);
    this.#come += parcel.length;
    if (left >= parcel.length) return false;
    this.#isStalled = true;
    if (parcel.kind === 'data' && left > 0)
      this.#arriveFaulty([join(parcel.chunks).subarray(0, left)]);
    return true;
  }

  #arriveFaulty(chunks: readonly Uint8Array[]): void {
    const bytes = join(chunks);
    let end = bytes.length;
    let cut: 'fin' | 'rst' | undefined;
    for (const fault of this.link.faults) {
      if (fault.kind === 'corrupt') corrupt(bytes, fault);
      if (fault.kind !== 'cut' || fault.left < 0) continue;
      if (fault.left > end) {
        fault.left -= end;
      } else {
        end = fault.left;
        cut = fault.how;
        fault.left = -1;
      }
    }
    this.#sink.onParcel({ kind: 'data', chunks: [bytes.subarray(0, end)], length: bytes.length });
    if (cut !== undefined) this.#sink.onCut(cut);
  }

  /** A message comes whole or not at all; what would corrupt it is found out, and cuts the connection. */
  #arriveWhole(parcel: Extract<Parcel, { kind: 'msg' }>): void {
    let cut: 'fin' | 'rst' | undefined;
    for (const fault of this.link.faults) {
      if ((fault.kind !== 'cut' && fault.kind !== 'corrupt') || fault.left < 0) continue;
      if (fault.left > parcel.length) {
        fault.left -= parcel.length;
      } else {
        cut = fault.kind === 'cut' ? fault.how : 'rst';
        fault.left = -1;
      }
    }
    if (cut === undefined) this.#sink.onParcel(parcel);
    else this.#sink.onCut(cut);
  }
}

/** Flips one bit if the byte is among `bytes`. Once: afterwards `left` is below 0. */
function corrupt(bytes: Uint8Array, fault: Extract<Fault, { kind: 'corrupt' }>): void {
  if (fault.left >= 0 && fault.left < bytes.length) {
    bytes[fault.left] = (bytes[fault.left] ?? 0) ^ 0x10;
  }
  if (fault.left >= 0) fault.left -= bytes.length;
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
