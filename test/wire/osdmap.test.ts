import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { CEPH_MSG_OSD_MAP, MOSDMap } from '../../src/messages/MOSDMap.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../src/osd/OSDMapIncremental.ts';
import { goldenMessages } from '../helpers/golden.ts';
import { type GoldenHistory, HISTORY, RELEASES } from '../helpers/golden_osdmaps.ts';

/** Every map of a history, made from the one before. */
function replay(history: GoldenHistory): OSDMap[] {
  const maps = [OSDMap.decode(history.first)];
  for (const bytes of history.incrementals) {
    const map = maps.at(-1);
    if (map !== undefined) maps.push(map.applyIncremental(OSDMapIncremental.decode(bytes)));
  }
  return maps;
}

function crcOf(map: OSDMap): number {
  return crcIn(map.encode());
}

/** A full map's last four bytes. */
function crcIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
}

describe.each(Object.entries(HISTORY))('the history "%s" of a real cluster', (_, history) => {
  test('has full maps that come out as they went in', () => {
    for (const bytes of [history.first, history.last]) {
      expect(OSDMap.decode(bytes).encode()).toEqual(bytes);
    }
  });

  test('has incrementals that come out as they went in', () => {
    for (const bytes of history.incrementals) {
      expect(OSDMapIncremental.decode(bytes).encode()).toEqual(bytes);
    }
  });

  test('replayed, has at each epoch the crc that Ceph has', () => {
    const crcs = history.incrementals.map((bytes) => OSDMapIncremental.decode(bytes).fullCrc);
    expect(replay(history).slice(1).map(crcOf)).toEqual(crcs);
  });

  test('replayed, ends in the map that Ceph ends in', () => {
    expect(replay(history).at(-1)?.encode()).toEqual(history.last);
  });
});

test('maps that monitors and OSDs sent to real clients come out as they went in', () => {
  const messages = ['v1-none-get', 'v1-none-maps', 'v1-none-ops']
    .flatMap((name) => goldenMessages(name, CEPH_MSG_OSD_MAP))
    .map((message) => MOSDMap.decodePayload(message, new Decoder(message.front, 'MOSDMap')));
  const full = messages.flatMap(({ maps }) => [...maps.values()]);
  const changes = messages.flatMap(({ incrementalMaps }) => [...incrementalMaps.values()]);
  expect([full.length, changes.length].every((count) => count > 0)).toBe(true);
  for (const bytes of full) expect(OSDMap.decode(bytes).encode()).toEqual(bytes);
  for (const bytes of changes) expect(OSDMapIncremental.decode(bytes).encode()).toEqual(bytes);
});

describe.each(Object.entries(RELEASES))('maps written for clients of %s', (_, release) => {
  const newest = OSDMap.decode(HISTORY.changed.last);

  test('place every PG where the newest encoding places it', () => {
    const map = OSDMap.decode(release.full);
    for (const [pool, { pgNum }] of newest.pools) {
      for (let seed = 0; seed < pgNum; seed++) {
        expect(map.pgToUpActingOsds({ pool, seed })).toEqual(
          newest.pgToUpActingOsds({ pool, seed }),
        );
      }
    }
  });

  test('say the same of pools and OSDs', () => {
    const map = OSDMap.decode(release.full);
    expect([...map.pools.keys()]).toEqual([...newest.pools.keys()]);
    expect(map.data.osdState).toEqual(newest.data.osdState);
    for (let osd = 0; osd < map.maxOsd; osd++)
      expect(map.getWeight(osd)).toBe(newest.getWeight(osd));
  });

  test('name in their incrementals the crc of the newest encoding, not of their own', () => {
    const crcs = release.incrementals.map((bytes) => OSDMapIncremental.decode(bytes).fullCrc);
    const newest = HISTORY.changed.incrementals.slice(-crcs.length);
    expect(crcs).toEqual(newest.map((bytes) => OSDMapIncremental.decode(bytes).fullCrc));
    expect(crcs.at(-1)).not.toBe(crcIn(release.full));
    expect(crcs.at(-1)).toBe(crcIn(HISTORY.changed.last));
  });

  test('go on by incrementals of the same release', () => {
    const from = HISTORY.changed.incrementals.length - release.incrementals.length;
    const before = replay({
      ...HISTORY.changed,
      incrementals: HISTORY.changed.incrementals.slice(0, from),
    });
    const map = release.incrementals.reduce<OSDMap | undefined>(
      (current, bytes) => current?.applyIncremental(OSDMapIncremental.decode(bytes)),
      before.at(-1),
    );
    expect(map?.epoch).toBe(newest.epoch);
    expect(map?.data.osdState).toEqual(newest.data.osdState);
    expect([...(map?.data.pgTemp ?? [])]).toEqual([...newest.data.pgTemp]);
    expect(map?.data.crush).toEqual(newest.data.crush);
  });
});
