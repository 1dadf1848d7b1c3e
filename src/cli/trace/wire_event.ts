import type { SocketAddress } from '../../common/Stack.ts';

/** Of a connection: who dialled, and who was dialled. */
export type Side = 'client' | 'server';

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** A TCP connection. */
export interface Flow {
  /** Counts connections from 1, in the order in which they begin. */
  readonly id: number;
  readonly client: SocketAddress;
  readonly server: SocketAddress;
}

/** What is not bytes: dialled, taken, refused, closed, reset; or bytes that the recording lacks. */
export type FlowNews = 'syn' | 'accepted' | 'refused' | 'fin' | 'rst' | 'lost';

/** Something that was seen on the wire. Bytes come in order, each once. */
export interface WireEvent {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly flow: Flow;
  readonly from: Side;
  readonly what: FlowNews | Uint8Array;
}
