/**
 * A message on its way between two ends that share memory: its header as fields, its segments by
 * reference. Whoever sends one gives its bytes up for good: they are what the receiver gets, so they
 * must never be changed again, by either. Ceph: src/msg/xio/XioMsg.h.
 */
export interface XioMsg {
  readonly type: number;
  readonly version: number;
  readonly compatVersion: number;
  readonly priority: number;
  readonly tid: number;
  readonly seq: number;
  readonly dataOff: number;
  /** Who sent it: an entity_name_t. */
  readonly src: { readonly type: number; readonly num: number };
  readonly front: Uint8Array;
  readonly middle: Uint8Array;
  readonly data: readonly Uint8Array[];
}

/** Bytes of all segments. */
export function xioMsgLength({ front, middle, data }: XioMsg): number {
  let length = front.length + middle.length;
  for (const piece of data) length += piece.length;
  return length;
}
