import { BlockReader } from './BlockReader.ts';
import { CaptureError, type Packet } from './Packet.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_LENGTH_MIN = 12;
const OPT_END = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** What packets of one interface have in common. */
interface Interface {
  readonly linkType: number;
  /** Units of time in a second. */
  readonly units: bigint;
  /** Seconds to add. */
  readonly offset: bigint;
}

export function isPcapng(file: Buffer): boolean {
  return file.length >= BLOCK_LENGTH_MIN && file.readUInt32BE(0) === SECTION_HEADER;
}

/** The packets of a pcapng file that have a time. */
export function* readPcapng(file: Buffer): Generator<Packet> {
  let isLittle = true;
  let interfaces: Interface[] = [];
  for (let at = 0; at < file.length; ) {
    if (file.length - at < BLOCK_LENGTH_MIN) throw new CaptureError('it ends inside a block');
    if (file.readUInt32BE(at) === SECTION_HEADER) {
      isLittle = file.readUInt32LE(at + 8) === BYTE_ORDER_MAGIC;
      interfaces = [];
    }
    const reader = new BlockReader(file, isLittle);
    const length = reader.u32(at + 4);
    if (length < BLOCK_LENGTH_MIN || length % 4 !== 0) {
      throw new CaptureError(`a block at byte ${at} says that it is ${length} bytes long`);
    }
    const body = reader.part(at, length).part(8, length - BLOCK_LENGTH_MIN);
    const type = reader.u32(at);
    if (type === INTERFACE_DESCRIPTION) interfaces.push(readInterface(body));
    if (type === ENHANCED_PACKET) yield readPacket(body, interfaces[body.u32(0)]);
    if (type === OBSOLETE_PACKET) yield readPacket(body, interfaces[body.u16(0)]);
    at += length;
  }
}

/** u16 link type, u16 0, u32 snaplen, options. */
function readInterface(body: BlockReader): Interface {
  let [units, offset] = [1_000_000n, 0n];
  for (let at = 8; at + 4 <= body.length; ) {
    const [code, length] = [body.u16(at), body.u16(at + 2)];
    if (code === OPT_END) break;
    const value = body.raw(at + 4, length);
    if (code === IF_TSRESOL && length === 1) units = unitsOf(value.readUInt8());
    if (code === IF_TSOFFSET && length === 8) {
      offset = BigInt.asIntN(64, (BigInt(body.u32(at + 8)) << 32n) | BigInt(body.u32(at + 4)));
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { linkType: body.u16(0), units, offset };
}

/** The lower bits are an exponent: of 2, if the highest is set; else of 10. */
function unitsOf(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return resolution & 0x80 ? 2n ** exponent : 10n ** exponent;
}

/** u32 interface, u32 and u32 the time's halves, u32 length caught, u32 length, bytes, options. */
function readPacket(body: BlockReader, from: Interface | undefined): Packet {
  if (from === undefined)
    throw new CaptureError('a packet is of an interface that is not described');
  const time = (BigInt(body.u32(4)) << 32n) | BigInt(body.u32(8));
  const at = Number((time * 1_000_000n) / from.units + from.offset * 1_000_000n);
  return { at, linkType: from.linkType, bytes: body.raw(20, body.u32(12)) };
}
