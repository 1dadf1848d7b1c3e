import type { SocketAddress } from '../../../common/Stack.ts';
import { ipToBytes } from '../../../msg/ip.ts';
import { otherSide, type Side } from '../wire_event.ts';

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** The most bytes of one packet: what an IPv6 and a TCP header leave of 64 KiB. */
export const SEGMENT_MAX = 65_475;

const PROTOCOL_TCP = 6;
const HOP_LIMIT = 64;
const INITIAL_SEQ = 1000;
const WINDOW = 0xffff;
/** Of a SYN: u8 2, u8 4, be16 most bytes of a segment; no-op; u8 3, u8 3, u8 shift of the window. */
const SYN_OPTIONS = Buffer.of(2, 4, SEGMENT_MAX >> 8, SEGMENT_MAX & 0xff, 1, 3, 3, 14);

/** Makes the packets of one TCP connection, as if they had been caught. */
export class TcpPackets {
  readonly #addresses: Readonly<Record<Side, SocketAddress>>;
  /** Of the next byte of each side. */
  readonly #seq: Record<Side, number> = { client: INITIAL_SEQ, server: INITIAL_SEQ };

  constructor(client: SocketAddress, server: SocketAddress) {
    this.#addresses = { client, server };
  }

  /** An IP packet. `flags`: FIN, SYN …; `payload`: at most `SEGMENT_MAX` bytes. */
  make(from: Side, flags: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
    const to = otherSide(from);
    const options = flags & SYN ? SYN_OPTIONS : Buffer.alloc(0);
    const header = Buffer.alloc(20);
    header.writeUInt16BE(this.#addresses[from].port, 0);
    header.writeUInt16BE(this.#addresses[to].port, 2);
    header.writeUInt32BE(this.#seq[from], 4);
    if (flags & ACK) header.writeUInt32BE(this.#seq[to], 8);
    header.writeUInt8(((header.length + options.length) / 4) << 4, 12);
    header.writeUInt8(flags, 13);
    header.writeUInt16BE(WINDOW, 14);
    const counted = payload.length + (flags & (SYN | FIN) ? 1 : 0);
    this.#seq[from] = (this.#seq[from] + counted) >>> 0;
    const segment = Buffer.concat([header, options, payload]);
    return ipPacket(this.#addresses[from].ip, this.#addresses[to].ip, segment);
  }
}

/** `segment` with its checksum, behind an IP header. */
function ipPacket(from: string, to: string, segment: Buffer): Buffer {
  const [source, target] = [ipToBytes(from), ipToBytes(to)];
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo.writeUInt8(PROTOCOL_TCP, 7);
  segment.writeUInt16BE(checksum(Buffer.concat([source, target, pseudo, segment])), 16);
  const isV6 = source.length === 16;
  const header = isV6 ? ipv6Header(segment.length) : ipv4Header(segment.length, source, target);
  return Buffer.concat(isV6 ? [header, source, target, segment] : [header, segment]);
}

function ipv4Header(length: number, source: Uint8Array, target: Uint8Array): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(header.length + length, 2);
  // Not to be cut in pieces.
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(HOP_LIMIT, 8);
  header.writeUInt8(PROTOCOL_TCP, 9);
  header.set(source, 12);
  header.set(target, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

/** Without the addresses. */
function ipv6Header(length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(PROTOCOL_TCP, 6);
  header.writeUInt8(HOP_LIMIT, 7);
  return header;
}

/** The complement of the sum of all 16-bit words, carries added (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
