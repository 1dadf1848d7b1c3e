import { describe, expect, test } from 'vitest';
import { tcpSegment } from '../../../../src/cli/trace/capture/tcp_segment.ts';

const TCP = '9c40 1a85 00000001 00000002 5018 ffff 0000 0000';
const IPV4 = `45000000 0000 4000 40 06 0000 0a000001 0a000002 ${TCP}`;
const IPV6 = `60000000 0019 06 40 ${'00'.repeat(15)}01 ${'00'.repeat(15)}02 ${TCP}`;

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** IPv4 with the length that it needs for the payload `ceph!`. */
function ipv4(): Buffer {
  const packet = Buffer.concat([hex(IPV4), Buffer.from('ceph!')]);
  packet.writeUInt16BE(packet.length, 2);
  return packet;
}

const ipv6 = (): Buffer => Buffer.concat([hex(IPV6), Buffer.from('ceph!')]);

describe('a segment is found behind', () => {
  test.each([
    ['BSD loopback', 0, '02000000'],
    ['Ethernet', 1, '000000000000 000000000000 0800'],
    ['Ethernet with a VLAN tag', 1, '000000000000 000000000000 8100 0001 0800'],
    ['Ethernet with two VLAN tags', 1, '000000000000 000000000000 88a8 0001 8100 0001 0800'],
    ['raw IP', 101, ''],
    ['raw IP, as OpenBSD numbers it', 14, ''],
    ['OpenBSD loopback', 108, '00000002'],
    ['Linux cooked, v1', 113, '0000 0304 0006 000000000000 0000 0800'],
    ['raw IPv4', 228, ''],
    ['Linux cooked, v2', 276, '0800 0000 00000001 0304 00 06 0000000000000000'],
  ])('%s', (_name, linkType, header) => {
    const found = tcpSegment({ at: 5, linkType, bytes: Buffer.concat([hex(header), ipv4()]) });
    expect(found).toMatchObject({
      at: 5,
      from: { ip: '10.0.0.1', port: 40000 },
      to: { ip: '10.0.0.2', port: 6789 },
      seq: 1,
      isAck: true,
      isSyn: false,
    });
    expect(found?.payload.toString()).toBe('ceph!');
  });

  test('IPv6', () => {
    const found = tcpSegment({ at: 0, linkType: 229, bytes: ipv6() });
    expect(found?.from).toEqual({ ip: '::1', port: 40000 });
    expect(found?.payload.toString()).toBe('ceph!');
  });

  test('padding that a network card has added', () => {
    const bytes = Buffer.concat([ipv4(), Buffer.alloc(20)]);
    expect(tcpSegment({ at: 0, linkType: 101, bytes })?.payload.toString()).toBe('ceph!');
  });
});

describe('there is no segment in', () => {
  test('UDP', () => {
    const bytes = ipv4();
    bytes[9] = 17;
    expect(tcpSegment({ at: 0, linkType: 101, bytes })).toBeUndefined();
  });

  test('a fragment', () => {
    const bytes = ipv4();
    bytes[6] = 0x20;
    expect(tcpSegment({ at: 0, linkType: 101, bytes })).toBeUndefined();
  });

  test('a link type that is not known', () => {
    expect(tcpSegment({ at: 0, linkType: 105, bytes: ipv4() })).toBeUndefined();
  });

  test.each([
    ['IPv4', ipv4()],
    ['IPv6', ipv6()],
  ])('what is left of %s when it is cut within its headers', (_name, whole) => {
    const headers = whole.length - 'ceph!'.length;
    for (let length = 0; length < headers; length++) {
      const bytes = whole.subarray(0, length);
      expect(tcpSegment({ at: 0, linkType: 101, bytes })).toBeUndefined();
    }
  });
});
