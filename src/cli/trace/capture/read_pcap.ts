import { BlockReader } from './BlockReader.ts';
import type { Packet } from './Packet.ts';

/** The first four bytes, big-endian: whether the file is little-endian, and units of time in a second. */
const MAGICS: ReadonlyMap<number, readonly [isLittle: boolean, unitsPerSecond: number]> = new Map([
  [0xa1b2c3d4, [false, 1e6]],
  [0xd4c3b2a1, [true, 1e6]],
  [0xa1b23c4d, [false, 1e9]],
  [0x4d3cb2a1, [true, 1e9]],
]);

const FILE_HEADER_LENGTH = 24;
const PACKET_HEADER_LENGTH = 16;

export function isPcap(file: Buffer): boolean {
  return file.length >= FILE_HEADER_LENGTH && MAGICS.has(file.readUInt32BE(0));
}

/**
 * The packets of a classic capture file: u32 magic, u16 major, u16 minor, 8 bytes, u32 snaplen, u32
 * link type; then u32 seconds, u32 fraction, u32 length caught, u32 length for each, and its bytes.
 */
export function* readPcap(file: Buffer): Generator<Packet> {
  const [isLittle, units] = MAGICS.get(file.readUInt32BE(0)) ?? [true, 1e6];
  const reader = new BlockReader(file, isLittle);
  // The upper bits say whether frames end with a checksum.
  const linkType = reader.u32(20) & 0xffff;
  for (let at = FILE_HEADER_LENGTH; at < file.length; ) {
    const time = reader.u32(at) * 1e6 + Math.floor((reader.u32(at + 4) * 1e6) / units);
    const length = reader.u32(at + 8);
    yield { at: time, linkType, bytes: reader.raw(at + PACKET_HEADER_LENGTH, length) };
    at += PACKET_HEADER_LENGTH + length;
  }
}
