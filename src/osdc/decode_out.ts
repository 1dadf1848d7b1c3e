/** What the outputs of several kinds of steps have in common. */

import { decodeMap } from '../common/containers.ts';
import { Decoder } from '../common/Decoder.ts';

/**
 * What `decode` makes of the begin of `out`. `type`: for errors. What follows means nothing: an OSD that
 * has waited for the other shards of an erasure-coded object does the steps once more, and some of them
 * have put out twice what they gave.
 */
export function decodeOut<T>(out: Uint8Array, type: string, decode: (dec: Decoder) => T): T {
  return decode(new Decoder(out, type));
}

/** map<string, bufferlist>; the values are views. */
export function decodeVals(dec: Decoder): Map<string, Uint8Array> {
  return decodeMap(
    dec,
    'vals',
    8,
    () => dec.string('key'),
    () => dec.blob('value'),
  );
}
