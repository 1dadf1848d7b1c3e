import type { Flow, Side } from './wire_event.ts';

/** The checksums that a frame has: right, wrong, there are none, or nobody without the key can tell. */
export type CrcState = 'ok' | 'bad' | 'none' | 'sealed';

/** What the header of a message says. */
export interface MessageFacts {
  readonly type: number;
  readonly version: number;
  readonly priority: number;
  readonly seq: number;
  readonly tid: number;
  /** v2: the last message that the sender has received. */
  readonly ackSeq?: number;
  readonly front: number;
  readonly middle: number;
  readonly data: number;
}

/** What a frame says. Never a key, a secret or what is handed over to authenticate. */
export interface Essence {
  readonly protocol: 'tcp' | 'v1' | 'v2';
  /** The tag's name, or what else it is: `banner`, `connect`. */
  readonly tag: string;
  readonly crc: CrcState;
  readonly text: string;
  readonly message?: MessageFacts;
}

/** A part of a conversation that makes sense by itself. */
export interface Frame extends Essence {
  /** When the last of its bytes was seen: microseconds since 1970. */
  readonly at: number;
  readonly flow: Flow;
  readonly from: Side;
  /** As on the wire. */
  readonly bytes: Uint8Array;
}
