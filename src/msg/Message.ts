import type { Encoder } from '../common/Encoder.ts';
import type { entity_name_t } from './msg_types.ts';

/** Priorities. Ceph: src/include/msgr.h. From LOW on a queue is strict, below it is weighted. */
export const CEPH_MSG_PRIO_LOW = 64;
export const CEPH_MSG_PRIO_DEFAULT = 127;
export const CEPH_MSG_PRIO_HIGH = 196;
export const CEPH_MSG_PRIO_HIGHEST = 255;

const EMPTY = new Uint8Array(0);
const NO_DATA: readonly Uint8Array[] = [];

/** What a received message holds of its connection's budgets, and gives back when it is done with. */
export interface TakenThrottle {
  put(size: number): void;
}

/**
 * A message: a front (what `encodePayload` writes), a middle and data. Ceph: src/msg/Message.h.
 * The messenger fills in `seq` and `src`; whoever sends chooses `tid` and `priority`.
 */
export abstract class Message {
  // Fields that are initialised where they are declared would be defined one by one, which in a class
  // with more than four subclasses is ten times slower (1.6 µs a message) than assigning them.
  /** CEPH_MSG_*. */
  declare readonly type: number;
  /** HEAD_VERSION: of the encoding of `front`. */
  declare version: number;
  /** COMPAT_VERSION: the oldest decoder that can read it. */
  declare compatVersion: number;
  declare priority: number;
  declare tid: number;
  declare seq: number;
  /** Who sent it, as its header says; undefined until it has been received. */
  declare src: entity_name_t | undefined;
  declare middle: Uint8Array;
  /** The pieces of the data segment, in order. */
  declare data: readonly Uint8Array[];
  /** Low 16 bits of where `data` is in its object, so that a receiver may align it. An OSD says it. */
  declare dataOff: number;
  declare throttle: TakenThrottle | undefined;
  /** What it has taken of `throttle`. */
  declare throttleSize: number;

  constructor(type: number, version: number, compatVersion: number) {
    this.type = type;
    this.version = version;
    this.compatVersion = compatVersion;
    this.priority = CEPH_MSG_PRIO_DEFAULT;
    this.tid = 0;
    this.seq = 0;
    this.src = undefined;
    this.middle = EMPTY;
    this.data = NO_DATA;
    this.dataOff = 0;
    this.throttle = undefined;
    this.throttleSize = 0;
  }

  /** Writes the front. */
  abstract encodePayload(enc: Encoder): void;

  /** For logs: `osd_op(…)`, as Ceph prints it. */
  abstract toString(): string;

  /** It has been dispatched, or never will be. */
  releaseThrottle(): void {
    const { throttle } = this;
    this.throttle = undefined;
    throttle?.put(this.throttleSize);
  }

  dataLength(): number {
    let length = 0;
    for (const piece of this.data) length += piece.length;
    return length;
  }
}
