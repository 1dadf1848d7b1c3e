import { CEPH_CON_MODE_UNKNOWN } from '../../auth/auth_modes.ts';
import { DecodeError } from '../../common/errors.ts';
import { utf8Encode } from '../../common/utf8.ts';
import { printable } from '../../msg/msgr1/handshake.ts';
import { dissectV1 } from './dissect_v1.ts';
import { dissectV2 } from './dissect_v2.ts';
import { type Dissection, need, type Step, type Talk } from './dissection.ts';
import type { Essence, Frame } from './Frame.ts';
import { StreamBytes } from './StreamBytes.ts';
import { type Flow, type FlowNews, otherSide, type Side, type WireEvent } from './wire_event.ts';

const V1 = utf8Encode('ceph v0');
const V2 = utf8Encode('ceph v2');

const NO_BYTES = new Uint8Array(0);

const NEWS: Readonly<Record<FlowNews, string>> = {
  syn: 'dials',
  accepted: 'takes the connection',
  refused: 'refuses the connection',
  fin: 'closes',
  rst: 'resets the connection',
  lost: 'bytes are missing in the recording',
};

/** One side of a connection, as far as it has been taken apart. */
interface HalfFlow {
  readonly bytes: StreamBytes;
  readonly dissection: Dissection;
  /** What it wants; undefined: nothing more can be read. */
  step: Step | undefined;
  /** Why not. */
  reason: string;
}

/** Takes apart what the two sides of one connection say. */
export class FlowDissector {
  readonly talk: Talk = {
    names: {},
    clientAddr: undefined,
    replies: [],
    authAnswers: 0,
    conMode: CEPH_CON_MODE_UNKNOWN,
  };
  readonly #flow: Flow;
  readonly #onFrame: (frame: Frame) => void;
  readonly #halves: Readonly<Record<Side, HalfFlow>>;

  constructor(flow: Flow, onFrame: (frame: Frame) => void) {
    this.#flow = flow;
    this.#onFrame = onFrame;
    this.#halves = { client: makeHalf('client', this.talk), server: makeHalf('server', this.talk) };
  }

  onEvent({ at, from, what }: WireEvent): void {
    if (typeof what === 'string') {
      if (what === 'lost') this.#halves[from].reason = NEWS.lost;
      if (what === 'lost') this.#halves[from].step = undefined;
      this.#emit(from, at, NO_BYTES, { protocol: 'tcp', tag: what, crc: 'none', text: NEWS[what] });
      return;
    }
    this.#halves[from].bytes.push(at, what);
    // Each side may wait for what the other says.
    for (let side = from; this.#run(side); ) side = otherSide(side);
  }

  /** There is no more: what is left over makes no frame. */
  end(): void {
    for (const side of ['client', 'server'] as const) {
      const { bytes, reason } = this.#halves[side];
      const count = bytes.available;
      if (count === 0) continue;
      const { at, bytes: rest } = bytes.take(count);
      const text = reason === '' ? 'the rest of this frame was not seen' : reason;
      this.#emit(side, at, rest, { protocol: 'tcp', tag: 'unread', crc: 'none', text });
    }
  }

  /** Goes as far as the bytes allow. False: there was nothing to do. */
  #run(side: Side): boolean {
    const half = this.#halves[side];
    let hasRun = false;
    while (half.step !== undefined && this.#canGoOn(half.step, half.bytes)) {
      hasRun = true;
      try {
        half.step = this.#next(side, half, half.step);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        half.step = undefined;
        half.reason = error.message;
      }
    }
    return hasRun;
  }

  #canGoOn(step: Step, bytes: StreamBytes): boolean {
    if (step.kind === 'wait') return step.isOver();
    return bytes.available >= (step.kind === 'sealed' ? 1 : step.bytes);
  }

  #next(side: Side, { bytes, dissection }: HalfFlow, step: Step): Step | undefined {
    switch (step.kind) {
      case 'need':
        return nextStep(dissection, bytes.peek(step.bytes).bytes);
      case 'wait':
        return nextStep(dissection, NO_BYTES);
      case 'frame': {
        const taken = bytes.take(step.bytes);
        this.#emit(side, taken.at, taken.bytes, step.essence);
        return nextStep(dissection, NO_BYTES);
      }
      case 'sealed': {
        const piece = bytes.takePiece();
        const essence = {
          protocol: 'v2',
          tag: 'sealed',
          crc: 'sealed',
          text: 'encrypted',
        } as const;
        if (piece !== undefined) this.#emit(side, piece.at, piece.bytes, essence);
        return step;
      }
    }
  }

  #emit(from: Side, at: number, bytes: Uint8Array, essence: Essence): void {
    this.#onFrame({ ...essence, at, flow: this.#flow, from, bytes });
  }
}

function makeHalf(side: Side, talk: Talk): HalfFlow {
  const dissection = dissect(side, talk);
  return { bytes: new StreamBytes(), dissection, step: nextStep(dissection, NO_BYTES), reason: '' };
}

function nextStep(dissection: Dissection, bytes: Uint8Array): Step | undefined {
  const { done, value } = dissection.next(bytes);
  return done === true ? undefined : (value ?? undefined);
}

function* dissect(side: Side, talk: Talk): Dissection {
  const start = yield* need(V1.length);
  if (isSame(start, V1)) yield* dissectV1(side, talk);
  else if (isSame(start, V2)) yield* dissectV2(side, talk);
  else throw new DecodeError('banner', 0, `'${printable(start)}' is that of no messenger`);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
