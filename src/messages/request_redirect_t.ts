import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import {
  decodeObjectLocator,
  encodeObjectLocator,
  type object_locator_t,
} from '../osd/osd_types.ts';

/** Where else an op is to go. */
export interface request_redirect_t {
  readonly locator: object_locator_t;
  /** The object's name there; empty: the same. */
  readonly object: string;
}

/** Section v1 { object_locator_t, string, u32 0 (once the length of instructions) }. Ceph: src/osd/osd_types.h. */
export function encodeRedirect(enc: Encoder, redirect: request_redirect_t): void {
  enc.encodeStart(1, 1);
  encodeObjectLocator(enc, redirect.locator);
  enc.string(redirect.object);
  enc.u32(0);
  enc.encodeFinish();
}

export function decodeRedirect(dec: Decoder): request_redirect_t {
  dec.decodeStart('request_redirect_t', 1);
  const locator = decodeObjectLocator(dec);
  const object = dec.string('object');
  dec.decodeFinish();
  return { locator, object };
}
