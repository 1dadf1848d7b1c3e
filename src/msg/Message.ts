import type { Encoder } from '../common/Encoder.ts';
import type { entity_name_t } from './msg_types.ts';

/** Priorities. Ceph: src/include/msgr.h. From LOW on a queue is strict, below it is weighted. */
export const CEPH_MSG_PRIO_LOW = 64;
export const CEPH_MSG_PRIO_DEFAULT = 127;
export const CEPH_MSG_PRIO_HIGH = 196;
export const CEPH_MSG_PRIO_HIGHEST = 255;

const EMPTY = new Uint8Array(0);
const NO_DATA: readonly Uint8Array[] = [];

/**
 * A message: a front (what `encodePayload` writes), a middle and data. Ceph: src/msg/Message.h.
 * The messenger fills in `seq` and `src`; whoever sends chooses `tid` and `priority`.
 */
export abstract class Message {
  /** CEPH_MSG_*. */
  readonly type: number;
  /** HEAD_VERSION: of the encoding of `front`. */
  version: number;
  /** COMPAT_VERSION: the oldest decoder that can read it. */
  compatVersion: number;
  priority: number = CEPH_MSG_PRIO_DEFAULT;
  tid = 0;
  seq = 0;
  /** Who sent it, as its header says; undefined until it has been received. */
  src: entity_name_t | undefined;
  middle: Uint8Array = EMPTY;
  /** The pieces of the data segment, in order. Sent as they are: not to be changed any more. */
  data: readonly Uint8Array[] = NO_DATA;
  /** Low 16 bits of where `data` is in its object, so that a receiver may align it. An OSD says it. */
  dataOff = 0;

  constructor(type: number, version: number, compatVersion: number) {
    this.type = type;
    this.version = version;
    this.compatVersion = compatVersion;
  }

  /** Writes the front. */
  abstract encodePayload(enc: Encoder): void;

  /** For logs: `osd_op(…)`, as Ceph prints it. */
  abstract toString(): string;

  dataLength(): number {
    let length = 0;
    for (const piece of this.data) length += piece.length;
    return length;
  }
}
