import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A file of test/wire/golden/captures. */
export function goldenCapture(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../wire/golden/captures/${name}.gz`, import.meta.url)));
}
