/** What the outputs of several kinds of steps have in common. */

import { decodeMap } from '../common/containers.ts';
import { Decoder } from '../common/Decoder.ts';

/** What `decode` makes of `out`, all of which it must use. `type`: for errors. */
export function decodeAll<T>(out: Uint8Array, type: string, decode: (dec: Decoder) => T): T {
  const dec = new Decoder(out, type);
  const result = decode(dec);
  if (dec.remaining > 0) throw dec.error(`${dec.remaining} bytes too many`);
  return result;
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
