import type { SocketAddress } from '../../../common/Stack.ts';
import { ipFromBytes } from '../../../msg/ip.ts';
import type { Packet } from './Packet.ts';

/** A TCP segment that was caught. */
export interface Segment {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly seq: number;
  readonly isSyn: boolean;
  readonly isAck: boolean;
  readonly isFin: boolean;
  readonly isRst: boolean;
  readonly payload: Buffer;
}

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPES_VLAN: readonly number[] = [0x8100, 0x88a8];
const VLAN_TAG = 4;

const PROTOCOL_TCP = 6;
/** Headers of IPv6 that another header follows: hop-by-hop, routing, destination. */
const IPV6_EXTENSIONS: readonly number[] = [0, 43, 60];
const IPV6_HEADER = 40;
const TCP_HEADER = 20;

/** Link types (LINKTYPE_*) and how long their headers are. All but Ethernet have one length. */
const LINK_HEADERS: ReadonlyMap<number, number> = new Map([
  [0, 4], // BSD loopback
  [1, 14], // Ethernet
  [12, 0], // raw IP, as some systems number it
  [14, 0],
  [101, 0], // raw IP
  [108, 4], // OpenBSD loopback
  [113, 16], // Linux cooked, v1
  [228, 0], // raw IPv4
  [229, 0], // raw IPv6
  [276, 20], // Linux cooked, v2
]);
const ETHERNET = 1;

/** The TCP segment in a packet; undefined: there is none, or only a part of one. */
export function tcpSegment({ at, linkType, bytes }: Packet): Segment | undefined {
  const ip = ipPacket(linkType, bytes);
  const version = (ip?.[0] ?? 0) >> 4;
  if (ip === undefined || (version !== 4 && version !== 6)) return undefined;
  const found = version === 4 ? inIpv4(ip) : inIpv6(ip);
  if (found === undefined) return undefined;
  const { source, target, tcp } = found;
  if (tcp.length < TCP_HEADER) return undefined;
  const flags = tcp.readUInt8(13);
  const headerLength = (tcp.readUInt8(12) >> 4) * 4;
  if (headerLength < TCP_HEADER || headerLength > tcp.length) return undefined;
  return {
    at,
    from: { ip: source, port: tcp.readUInt16BE(0) },
    to: { ip: target, port: tcp.readUInt16BE(2) },
    seq: tcp.readUInt32BE(4),
    isFin: (flags & 0x01) !== 0,
    isSyn: (flags & 0x02) !== 0,
    isRst: (flags & 0x04) !== 0,
    isAck: (flags & 0x10) !== 0,
    payload: tcp.subarray(headerLength),
  };
}

function ipPacket(linkType: number, bytes: Buffer): Buffer | undefined {
  let header = LINK_HEADERS.get(linkType);
  if (header === undefined || bytes.length < header) return undefined;
  if (linkType !== ETHERNET) return bytes.subarray(header);
  for (;;) {
    if (bytes.length < header) return undefined;
    const type = bytes.readUInt16BE(header - 2);
    if (type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6) return bytes.subarray(header);
    if (!ETHERTYPES_VLAN.includes(type)) return undefined;
    header += VLAN_TAG;
  }
}

interface InIp {
  readonly source: string;
  readonly target: string;
  readonly tcp: Buffer;
}

function inIpv4(ip: Buffer): InIp | undefined {
  if (ip.length < 20) return undefined;
  const headerLength = (ip.readUInt8(0) & 0xf) * 4;
  // 0: longer than 64 KiB, as a kernel hands it to a network card that cuts it up.
  const total = ip.readUInt16BE(2) || ip.length;
  const isFragment = (ip.readUInt16BE(6) & 0x3fff) !== 0;
  if (isFragment || ip.readUInt8(9) !== PROTOCOL_TCP || total < headerLength) return undefined;
  return {
    source: ipFromBytes(ip.subarray(12, 16)),
    target: ipFromBytes(ip.subarray(16, 20)),
    tcp: ip.subarray(headerLength, total),
  };
}

function inIpv6(ip: Buffer): InIp | undefined {
  if (ip.length < IPV6_HEADER) return undefined;
  const end = IPV6_HEADER + (ip.readUInt16BE(4) || ip.length);
  let next = ip.readUInt8(6);
  let at = IPV6_HEADER;
  while (IPV6_EXTENSIONS.includes(next) && at + 2 <= ip.length) {
    next = ip.readUInt8(at);
    at += (ip.readUInt8(at + 1) + 1) * 8;
  }
  if (next !== PROTOCOL_TCP) return undefined;
  return {
    source: ipFromBytes(ip.subarray(8, 24)),
    target: ipFromBytes(ip.subarray(24, 40)),
    tcp: ip.subarray(at, end),
  };
}
