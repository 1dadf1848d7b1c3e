/** Bytes that cannot be what they claim to be. Raised by {@link Decoder} and by every codec. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** The wire type, or `type.field`, that was being read. */
  readonly field: string;
  /** Offset in bytes from the start of the buffer that was being decoded. */
  readonly offset: number;
  readonly reason: string;

  constructor(field: string, offset: number, reason: string) {
    super(`${field} at offset ${offset}: ${reason}`);
    this.field = field;
    this.offset = offset;
    this.reason = reason;
  }
}

/** A peer broke the protocol: the connection is reset, nothing else is lost. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** Address of the peer, as Ceph prints it. */
  readonly peer: string;
  /** State of the connection when the bytes came. */
  readonly state: string;
  /** The wire type, or `type.field`, that was wrong. */
  readonly field: string;
  /** Offset within that type's bytes, where one is known. */
  readonly offset: number | undefined;

  constructor(
    where: { peer: string; state: string; field: string; offset?: number },
    reason: string,
    options?: ErrorOptions,
  ) {
    const at = where.offset === undefined ? '' : ` at offset ${where.offset}`;
    super(`${where.peer} (${where.state}): ${where.field}${at}: ${reason}`, options);
    this.peer = where.peer;
    this.state = where.state;
    this.field = where.field;
    this.offset = where.offset;
  }
}

/** A broken invariant of ours, never of a peer. Not to be caught. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: boolean, text: string): asserts condition {
  if (!condition) throw new AssertionError(text);
}
