import type { SimRandom } from './SimRandom.ts';

/** How long bytes are under way: `us` microseconds, and up to `jitter` more. */
export interface Latency {
  readonly us: number;
  readonly jitter: number;
}

/** What is wrong with a link. Counts are of bytes that have come over it since the fault was made. */
export type Fault =
  /** Nothing arrives while it lasts; then all does, in order, as TCP would send it again. */
  | { readonly kind: 'hold' }
  /** As `hold`, and who sends is told at once that there is no room for more. */
  | { readonly kind: 'full' }
  /** What comes is lost, and with it the rest of its connection's stream. */
  | { readonly kind: 'drop' }
  /** A connection of which no more than `after` bytes have come gives that many, and then nothing. */
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Each read gives `most` bytes at most. */
  | { readonly kind: 'pieces'; readonly most: number }
  /** One bit is flipped in the byte that comes when `left` is 0. */
  | { readonly kind: 'corrupt'; left: number }
  /** The connection ends, for both sides, when `left` bytes have come. */
  | { readonly kind: 'cut'; left: number; readonly how: 'fin' | 'rst' };

/** One direction between two members of the network. */
export class SimLink {
  /** `client.1>osd.0`. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  faults: readonly Fault[] = [];
  readonly #latency: Latency;
  readonly #random: SimRandom;

  constructor(from: string, to: string, latency: Latency, random: SimRandom) {
    this.name = `${from}>${to}`;
    this.from = from;
    this.to = to;
    this.#latency = latency;
    this.#random = random.stream(this.name);
  }

  /** Milliseconds that what is sent now is under way. */
  drawDelay(): number {
    const { us, jitter } = this.#latency;
    let ms = (us + Math.round(jitter * this.#random.float())) / 1000;
    for (const fault of this.faults) if (fault.kind === 'delay') ms += fault.ms;
    return ms;
  }

  has(kind: 'hold' | 'full' | 'drop'): boolean {
    return this.faults.some((fault) => fault.kind === kind);
  }

  /** How many bytes more a connection gives of which `come` have come. */
  leftUntilStall(come: number): number {
    let left = Number.POSITIVE_INFINITY;
    for (const fault of this.faults) {
      if (fault.kind === 'stall' && come <= fault.after) left = Math.min(left, fault.after - come);
    }
    return left;
  }

  /** Most bytes that one read may give. */
  pieceMost(): number {
    let most = Number.POSITIVE_INFINITY;
    for (const fault of this.faults) if (fault.kind === 'pieces') most = Math.min(most, fault.most);
    return most;
  }
}
