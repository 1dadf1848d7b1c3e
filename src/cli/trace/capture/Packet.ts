/** What was caught on a network. */
export interface Packet {
  /** Microseconds since 1970. */
  readonly at: number;
  /** LINKTYPE_*: with which header it begins. */
  readonly linkType: number;
  readonly bytes: Buffer;
}

/** A file that is no capture, or one that ends in the middle. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}
