const CASTAGNOLI = 0x82f63b78;

/** Ceph's crc32c from -1 on, bit by bit. */
export function naiveCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  }
  return crc >>> 0;
}
