import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Maps that Ceph made. How: test/wire/golden/osd/SOURCE.md. */

export interface GoldenHistory {
  /** The full map of epoch 1. */
  readonly first: Uint8Array;
  /** From epoch 2 on. */
  readonly incrementals: readonly Uint8Array[];
  /** The full map of the last epoch. */
  readonly last: Uint8Array;
}

/** The last maps of the history `changed`, as they were written for clients of an older release. */
export interface GoldenRelease {
  readonly full: Uint8Array;
  readonly incrementals: readonly Uint8Array[];
}

/** Maps and pools that another release wrote. */
export interface GoldenCorpus extends GoldenRelease {
  /** Each a pg_pool_t. */
  readonly pools: readonly Uint8Array[];
}

export const HISTORY: Record<'changed' | 'removed', GoldenHistory> = load('history.json.gz');
export const RELEASES: Record<'luminous' | 'mimic' | 'nautilus', GoldenRelease> =
  load('releases.json.gz');
export const CORPUS: Record<'octopus' | 'reef' | 'squid' | 'umbrella', GoldenCorpus> =
  load('corpus.json.gz');

function load<T>(name: string): T {
  const file = new URL(`../wire/golden/osd/${name}`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString(), (_, value) =>
    typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value,
  );
}
