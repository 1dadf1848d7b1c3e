/**
 * Blocks of a pcapng file, little-endian. A block is u32 type, u32 length of all of it, body filled up
 * to 32 bits, u32 length again. An option is u16 code, u16 length, value filled up; the last is 0, 0.
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;

/** Packets begin with an IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101;
const SNAPLEN = 262_144;
/** Microseconds: 10 to the power of -6. */
const TSRESOL = 6;

/** A longer comment is cut: its length is a u16. */
const COMMENT_LENGTH_MAX = 16_384;

/** The beginning of a file. `application`: what wrote it. */
export function sectionHeader(application: string): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  head.writeUInt16LE(1, 4);
  // How long the section is: not said.
  head.writeBigInt64LE(-1n, 8);
  return block(SECTION_HEADER, [head, ...options([[SHB_USERAPPL, Buffer.from(application)]])]);
}

/** The one interface: raw IP, times in microseconds. */
export function interfaceDescription(name: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(LINKTYPE_RAW, 0);
  head.writeUInt32LE(SNAPLEN, 4);
  return block(INTERFACE_DESCRIPTION, [
    head,
    ...options([
      [IF_NAME, Buffer.from(name)],
      [IF_TSRESOL, Buffer.of(TSRESOL)],
    ]),
  ]);
}

/** A packet that was seen at `at`, in microseconds since 1970. */
export function enhancedPacket(at: number, packet: Uint8Array, comment: string): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32LE(Math.floor(at / 2 ** 32), 4);
  head.writeUInt32LE(at % 2 ** 32, 8);
  head.writeUInt32LE(packet.length, 12);
  head.writeUInt32LE(packet.length, 16);
  const text = Buffer.from(comment.slice(0, COMMENT_LENGTH_MAX));
  const told = text.length === 0 ? [] : options([[OPT_COMMENT, text]]);
  return block(ENHANCED_PACKET, [head, ...filled(packet), ...told]);
}

function options(all: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array[] {
  const parts = all.flatMap(([code, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, ...filled(value)];
  });
  return [...parts, Buffer.alloc(4)];
}

function block(type: number, body: readonly Uint8Array[]): Buffer {
  const length = 12 + body.reduce((sum, part) => sum + part.length, 0);
  const [head, end] = [Buffer.alloc(8), Buffer.alloc(4)];
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  end.writeUInt32LE(length, 0);
  return Buffer.concat([head, ...body, end]);
}

/** `bytes`, and zeros up to a multiple of 4. */
function filled(bytes: Uint8Array): Uint8Array[] {
  return [bytes, Buffer.alloc(-bytes.length & 3)];
}
