/**
 * CRC-32C in plain TypeScript: where there is no WebAssembly, for what is too short for it, and to
 * judge it by. Sixteen tables take sixteen bytes a step (Kounavis and Berry, "slicing-by-N").
 */

/** The highest power of x is the lowest bit. */
export const POLYNOMIAL_REVERSED = 0x82f63b78;
/** Below this many bytes a view of words costs more than it saves. */
const WORDS_MIN = 128;

const T0: Int32Array = firstTable();
const T1: Int32Array = nextTable(T0);
const T2: Int32Array = nextTable(T1);
const T3: Int32Array = nextTable(T2);
const T4: Int32Array = nextTable(T3);
const T5: Int32Array = nextTable(T4);
const T6: Int32Array = nextTable(T5);
const T7: Int32Array = nextTable(T6);
const T8: Int32Array = nextTable(T7);
const T9: Int32Array = nextTable(T8);
const TA: Int32Array = nextTable(T9);
const TB: Int32Array = nextTable(TA);
const TC: Int32Array = nextTable(TB);
const TD: Int32Array = nextTable(TC);
const TE: Int32Array = nextTable(TD);
const TF: Int32Array = nextTable(TE);

/** The k-th has the crc of each byte that is followed by k zero bytes. */
export const CRC32C_TABLES: readonly Int32Array[] = [
  T0,
  T1,
  T2,
  T3,
  T4,
  T5,
  T6,
  T7,
  T8,
  T9,
  TA,
  TB,
  TC,
  TD,
  TE,
  TF,
];

/** As {@link crc32c}. */
export function crc32cPlain(seed: number, bytes: Uint8Array, start: number, end: number): number {
  if (end - start < WORDS_MIN) return crcOfBytes(seed, bytes, start, end) >>> 0;
  const aligned = start + (-(bytes.byteOffset + start) & 3);
  const count = ((end - aligned) >>> 2) & ~3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + aligned, count);
  const crc = crcOfWords(crcOfBytes(seed, bytes, start, aligned), words);
  return crcOfBytes(crc, bytes, aligned + count * 4, end) >>> 0;
}

function crcOfBytes(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = seed | 0;
  let i = start;
  for (; i + 16 <= end; i += 16) {
    crc =
      at(TF, crc ^ (bytes[i] ?? 0)) ^
      at(TE, (crc >>> 8) ^ (bytes[i + 1] ?? 0)) ^
      at(TD, (crc >>> 16) ^ (bytes[i + 2] ?? 0)) ^
      at(TC, (crc >>> 24) ^ (bytes[i + 3] ?? 0)) ^
      at(TB, bytes[i + 4] ?? 0) ^
      at(TA, bytes[i + 5] ?? 0) ^
      at(T9, bytes[i + 6] ?? 0) ^
      at(T8, bytes[i + 7] ?? 0) ^
      at(T7, bytes[i + 8] ?? 0) ^
      at(T6, bytes[i + 9] ?? 0) ^
      at(T5, bytes[i + 10] ?? 0) ^
      at(T4, bytes[i + 11] ?? 0) ^
      at(T3, bytes[i + 12] ?? 0) ^
      at(T2, bytes[i + 13] ?? 0) ^
      at(T1, bytes[i + 14] ?? 0) ^
      at(T0, bytes[i + 15] ?? 0);
  }
  for (; i < end; i++) crc = at(T0, crc ^ (bytes[i] ?? 0)) ^ (crc >>> 8);
  return crc;
}

/** `words`: a multiple of four, in the order of a little-endian machine (all that Node runs on). */
function crcOfWords(seed: number, words: Int32Array): number {
  let crc = seed | 0;
  for (let i = 0; i < words.length; i += 4) {
    const a = crc ^ (words[i] ?? 0);
    const b = words[i + 1] ?? 0;
    const c = words[i + 2] ?? 0;
    const d = words[i + 3] ?? 0;
    crc =
      at(TF, a) ^
      at(TE, a >>> 8) ^
      at(TD, a >>> 16) ^
      at(TC, a >>> 24) ^
      at(TB, b) ^
      at(TA, b >>> 8) ^
      at(T9, b >>> 16) ^
      at(T8, b >>> 24) ^
      at(T7, c) ^
      at(T6, c >>> 8) ^
      at(T5, c >>> 16) ^
      at(T4, c >>> 24) ^
      at(T3, d) ^
      at(T2, d >>> 8) ^
      at(T1, d >>> 16) ^
      at(T0, d >>> 24);
  }
  return crc;
}

function at(table: Int32Array, index: number): number {
  return table[index & 255] ?? 0;
}

function firstTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL_REVERSED : crc >>> 1;
    return crc;
  });
}

function nextTable(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ at(T0, crc));
}
