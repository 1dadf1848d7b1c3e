/**
 * CRC-32C with 128-bit vectors. The exact twin of crc32cPlain in src/common, which says what a crc
 * is here.
 *
 * There is no carry-less multiplication in WebAssembly, and none is needed. The polynomial divides
 * some others that have few terms, all of them at whole bytes, so a multiple of one of those can be
 * added to a message without changing its crc: to take byte t away, add it to the bytes d places
 * further on, for each distance d of the multiple. What is left in the end is a few hundred bytes
 * for the tables. Going forwards, this needs no look-up and nothing waits for anything: a byte is
 *   w[t] = bytes[t] ^ w[t - d1] ^ w[t - d2] ...   (w is zero before the beginning)
 * The last bytes, as many as the greatest distance, cannot be taken away: they only get what those
 * before them leave. (Russell, "Chorba: A novel CRC32 implementation", 2024.) The multiple of four terms is the
 * cheapest, but leaves 5275 bytes; that of six leaves 290. In both, distances are far above 16:
 * vectors overlap nothing that has not been written.
 *
 * Memory, written by Crc32cEngine.ts, which has the same constants:
 *   TABLES   u32[16][256]: table k has the crc of a byte that is followed by k zero bytes.
 *   HISTORY  w of the bytes before the window; zeros at the beginning of a message.
 *   WINDOW   bytes, replaced by w.
 */
const TABLES: usize = 0;
const HISTORY: usize = 0x4000;
const HISTORY_LENGTH: usize = 5280;
const WINDOW: usize = HISTORY + HISTORY_LENGTH;
const CHUNK: usize = 0x4000;

/** Four terms. */
const A1: usize = 767;
const A2: usize = 2524;
const A3: usize = 5275;
/** Six terms. */
const B1: usize = 154;
const B2: usize = 177;
const B3: usize = 183;
const B4: usize = 258;
const B5: usize = 290;

/** Shorter than that, tables alone are faster. */
const FOLD_MIN: usize = 512;

/** The crc of a message of `length` bytes, all of it in the window, at most CHUNK. */
export function crc(seed: u32, length: usize): u32 {
  if (length < FOLD_MIN) return crcOfTables(seed, WINDOW, WINDOW + length);
  sow(seed);
  return crcOfRest(WINDOW, WINDOW + length);
}

/** The next CHUNK bytes of a long message are in the window. `seed`: of the message, then 0. */
export function fold(seed: u32): void {
  sow(seed);
  foldFour(WINDOW, WINDOW + CHUNK);
  memory.copy(HISTORY, WINDOW + CHUNK - HISTORY_LENGTH, HISTORY_LENGTH);
}

/** The crc of a long message whose last `length` bytes, at least HISTORY_LENGTH, are in the window. */
export function finish(seed: u32, length: usize): u32 {
  const end = WINDOW + length;
  const rest = WINDOW + ((length - A3) & ~15);
  sow(seed);
  foldFour(WINDOW, rest);
  spill(rest, A1);
  spill(rest, A2);
  spill(rest, A3);
  memory.fill(HISTORY, 0, HISTORY_LENGTH);
  // Before the rest, zeros are to be found, as before a message.
  memory.fill(rest - B5, 0, B5);
  return crcOfRest(rest, end);
}

function crcOfRest(from: usize, end: usize): u32 {
  const rest = from + ((end - from - B5) & ~15);
  foldSix(from, rest);
  spill(rest, B1);
  spill(rest, B2);
  spill(rest, B3);
  spill(rest, B4);
  spill(rest, B5);
  return crcOfTables(0, rest, end);
}

/** A seed is what four bytes before would have left. */
// @ts-ignore: decorator
@inline
function sow(seed: u32): void {
  store<u32>(WINDOW, load<u32>(WINDOW) ^ seed);
}

/**
 * From `at` to `end` are whole vectors. Addresses are of the farthest byte that is looked at, so
 * that all distances are constants of the instructions.
 */
function foldFour(at: usize, end: usize): void {
  let far = at - A3;
  const stop = end - A3;
  for (; far + 64 <= stop; far += 64) {
    const a = four(far);
    const b = four(far + 16);
    const c = four(far + 32);
    const d = four(far + 48);
    v128.store(far, a, A3);
    v128.store(far, b, A3 + 16);
    v128.store(far, c, A3 + 32);
    v128.store(far, d, A3 + 48);
  }
  for (; far < stop; far += 16) v128.store(far, four(far), A3);
}

function foldSix(at: usize, end: usize): void {
  let far = at - B5;
  const stop = end - B5;
  for (; far + 64 <= stop; far += 64) {
    const a = six(far);
    const b = six(far + 16);
    const c = six(far + 32);
    const d = six(far + 48);
    v128.store(far, a, B5);
    v128.store(far, b, B5 + 16);
    v128.store(far, c, B5 + 32);
    v128.store(far, d, B5 + 48);
  }
  for (; far < stop; far += 16) v128.store(far, six(far), B5);
}

// @ts-ignore: decorator
@inline
function four(far: usize): v128 {
  const near = v128.xor(v128.load(far, A3), v128.load(far, A3 - A1));
  return v128.xor(near, v128.xor(v128.load(far, A3 - A2), v128.load(far)));
}

// @ts-ignore: decorator
@inline
function six(far: usize): v128 {
  const one = v128.xor(v128.load(far, B5), v128.load(far, B5 - B1));
  const two = v128.xor(v128.load(far, B5 - B2), v128.load(far, B5 - B3));
  const three = v128.xor(v128.load(far, B5 - B4), v128.load(far));
  return v128.xor(v128.xor(one, two), three);
}

/** The `distance` bytes from `at` on get what those before `at` leave. */
function spill(at: usize, distance: usize): void {
  const end = at + distance;
  for (; at + 16 <= end; at += 16) {
    v128.store(at, v128.xor(v128.load(at), v128.load(at - distance)));
  }
  for (; at < end; at++) store<u8>(at, load<u8>(at) ^ load<u8>(at - distance));
}

/** Sixteen bytes a step. */
function crcOfTables(seed: u32, at: usize, end: usize): u32 {
  let crc = seed;
  for (; at + 16 <= end; at += 16) {
    crc =
      word(12, crc ^ load<u32>(at)) ^
      word(8, load<u32>(at, 4)) ^
      word(4, load<u32>(at, 8)) ^
      word(0, load<u32>(at, 12));
  }
  for (; at < end; at++) crc = entry(0, crc ^ load<u8>(at)) ^ (crc >> 8);
  return crc;
}

/** Four bytes that are followed by `zeros` zero bytes. */
// @ts-ignore: decorator
@inline
function word(zeros: usize, bytes: u32): u32 {
  return (
    entry(zeros + 3, bytes) ^
    entry(zeros + 2, bytes >> 8) ^
    entry(zeros + 1, bytes >> 16) ^
    entry(zeros, bytes >> 24)
  );
}

// @ts-ignore: decorator
@inline
function entry(table: usize, byte: u32): u32 {
  return load<u32>(TABLES + (table << 10) + ((byte & 0xff) << 2));
}
