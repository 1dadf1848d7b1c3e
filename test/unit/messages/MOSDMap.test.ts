import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/common/errors.ts';
import { CEPH_MSG_OSD_MAP, MOSDMap } from '../../../src/messages/MOSDMap.ts';
import { decodeAs, frontOf, overTheWire, recordedAs } from '../../helpers/codec.ts';
import { goldenMessage, goldenMessages } from '../../helpers/golden.ts';

const FSID = '16db3858-b5f3-456a-8e25-d308dcb27382';
const EMPTY = { fsid: FSID, oldestMap: 0, newestMap: 0 };

describe('the first MOSDMap of rados get', () => {
  const message = recordedAs(MOSDMap, 'v1-none-get', CEPH_MSG_OSD_MAP);

  test('has the full map of epoch 17 and no change', () => {
    expect([...message.maps].map(([epoch, bytes]) => [epoch, bytes.length])).toEqual([[17, 2238]]);
    expect(message.incrementalMaps.size).toBe(0);
  });

  test('is of the cluster, which has the epochs 1 to 17', () => {
    expect(message.fsid).toBe(FSID);
    expect([message.oldestMap, message.newestMap]).toEqual([1, 17]);
  });

  test('is printed as Ceph prints it', () => {
    expect(String(message)).toBe('osd_map(17..17 src has 1..17)');
  });

  test('holds no view of what it was decoded from', () => {
    const golden = goldenMessage('v1-none-get', CEPH_MSG_OSD_MAP);
    const { maps } = decodeAs(MOSDMap, golden, golden.front);
    for (const bytes of maps.values()) expect(bytes.buffer).not.toBe(golden.front.buffer);
  });
});

test('later MOSDMaps have changes', () => {
  const later = goldenMessages('v1-none-maps', CEPH_MSG_OSD_MAP).map((golden) =>
    decodeAs(MOSDMap, golden, golden.front),
  );
  expect(later.map(String)).toEqual([
    'osd_map(17..17 src has 1..17)',
    'osd_map(18..18 src has 1..18)',
    'osd_map(19..19 src has 1..19)',
  ]);
  expect(later.map(({ incrementalMaps }) => [...incrementalMaps.keys()])).toEqual([[], [18], [19]]);
});

test('an empty one begins and ends at 0', () => {
  const message = new MOSDMap(EMPTY);
  expect([message.getFirst(), message.getLast(), String(message)]).toEqual([0, 0, 'osd_map(0..0)']);
});

test('maps are written by epoch, however they were put in', () => {
  const map = (epoch: number): [number, Uint8Array] => [epoch, Uint8Array.of(epoch)];
  const up = new MOSDMap({ ...EMPTY, maps: new Map([map(2), map(10), map(300)]) });
  const down = new MOSDMap({ ...EMPTY, maps: new Map([map(300), map(2), map(10)]) });
  expect(frontOf(down)).toEqual(frontOf(up));
});

describe('a hostile MOSDMap is a DecodeError', () => {
  const envelope = { type: CEPH_MSG_OSD_MAP, version: 4, compatVersion: 3 };

  test('with very many maps, all of which are there', () => {
    const maps = new Map(Array.from({ length: 1001 }, (_, epoch) => [epoch, new Uint8Array(0)]));
    const front = frontOf(new MOSDMap({ ...EMPTY, maps }));
    expect(() => decodeAs(MOSDMap, envelope, front)).toThrow('1001 maps, more than 1000');
  });

  test('with a count beyond its bytes', () => {
    const front = frontOf(new MOSDMap(EMPTY));
    new DataView(front.buffer, front.byteOffset).setUint32(16, 0xffffffff, true);
    expect(() => decodeAs(MOSDMap, envelope, front)).toThrow(DecodeError);
  });

  test('from before version 3', () => {
    const front = frontOf(new MOSDMap(EMPTY));
    expect(() => decodeAs(MOSDMap, { ...envelope, version: 2 }, front)).toThrow(DecodeError);
  });
});

test('version 3 ends with the newest epoch', () => {
  const front = frontOf(new MOSDMap({ ...EMPTY, newestMap: 9 })).subarray(0, -4);
  const envelope = { type: CEPH_MSG_OSD_MAP, version: 3, compatVersion: 3 };
  expect(decodeAs(MOSDMap, envelope, front).newestMap).toBe(9);
});

test('any MOSDMap survives the wire', () => {
  const u32 = fc.nat(0xffffffff);
  const maps = fc.array(fc.tuple(u32, fc.uint8Array())).map((entries) => new Map(entries));
  const runs = fc.array(fc.record({ start: fc.nat(), length: fc.nat() }));
  const snaps = fc.array(fc.tuple(fc.nat(), runs)).map((entries) => new Map(entries));
  const init = fc.record({
    fsid: fc.uuid(),
    incrementalMaps: maps,
    maps,
    oldestMap: u32,
    newestMap: u32,
    gapRemovedSnaps: snaps,
  });
  fc.assert(
    fc.property(init, (fields) => {
      const sent = new MOSDMap(fields);
      expect(overTheWire(MOSDMap, sent)).toEqual(sent);
    }),
  );
});
