import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';

/**
 * The standard containers of Ceph's encoding (src/include/encoding.h): u32 count, elements. Ceph's
 * maps and sets are sorted, so the encoders here sort.
 */

/** `size`: least bytes of one element, so that the count can be checked before anything is made. */
export function decodeVector<T>(dec: Decoder, field: string, size: number, one: () => T): T[] {
  const count = dec.count(field, size);
  const vector: T[] = [];
  for (let i = 0; i < count; i++) vector.push(one());
  return vector;
}

export function encodeVector<T>(
  enc: Encoder,
  vector: readonly T[],
  one: (element: T) => void,
): void {
  enc.u32(vector.length);
  for (const element of vector) one(element);
}

/** `size`: least bytes of one key with its value. */
export function decodeMap<K, V>(
  dec: Decoder,
  field: string,
  size: number,
  key: () => K,
  value: () => V,
): Map<K, V> {
  const count = dec.count(field, size);
  const map = new Map<K, V>();
  for (let i = 0; i < count; i++) {
    const k = key();
    map.set(k, value());
  }
  return map;
}

export function encodeMap<K extends number | string, V>(
  enc: Encoder,
  map: ReadonlyMap<K, V>,
  key: (key: K) => void,
  value: (value: V) => void,
): void {
  enc.u32(map.size);
  for (const [k, v] of [...map].sort(byKey)) {
    key(k);
    value(v);
  }
}

export function encodeSet<T extends number | string>(
  enc: Encoder,
  set: ReadonlySet<T>,
  one: (element: T) => void,
): void {
  encodeVector(enc, [...set].sort(ascending), one);
}

export function encodeStringMap(enc: Encoder, map: ReadonlyMap<string, string>): void {
  encodeMap(
    enc,
    map,
    (key) => enc.string(key),
    (value) => enc.string(value),
  );
}

export function decodeStringMap(dec: Decoder, field: string): Map<string, string> {
  return decodeMap(
    dec,
    field,
    8,
    () => dec.string(field),
    () => dec.string(field),
  );
}

export function encodeStringMaps(
  enc: Encoder,
  map: ReadonlyMap<string, ReadonlyMap<string, string>>,
): void {
  encodeMap(
    enc,
    map,
    (key) => enc.string(key),
    (value) => encodeStringMap(enc, value),
  );
}

export function decodeStringMaps(dec: Decoder, field: string): Map<string, Map<string, string>> {
  return decodeMap(
    dec,
    field,
    8,
    () => dec.string(field),
    () => decodeStringMap(dec, field),
  );
}

/** A vector<u32>. */
export function decodeU32s(dec: Decoder, field: string): Uint32Array {
  const array = new Uint32Array(dec.count(field, 4));
  for (let i = 0; i < array.length; i++) array[i] = dec.u32();
  return array;
}

export function encodeU32s(enc: Encoder, array: Uint32Array): void {
  enc.u32(array.length);
  for (const value of array) enc.u32(value);
}

function byKey<K extends number | string>(a: readonly [K, unknown], b: readonly [K, unknown]) {
  return ascending(a[0], b[0]);
}

function ascending<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
