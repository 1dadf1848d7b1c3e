import { beforeEach, expect, it } from 'vitest';
import { type BootAddrs, OSDMonitor } from '../../../sim/mon/OSDMonitor.ts';
import { SimClock } from '../../../sim/SimClock.ts';
import { SimRandom } from '../../../sim/SimRandom.ts';
import { Trace } from '../../../sim/Trace.ts';
import { simulatedWorld } from '../../../sim/World.ts';
import type { CephContext } from '../../../src/common/CephContext.ts';
import { OPTION_DEFAULTS } from '../../../src/common/options.ts';
import { PerfCountersCollection } from '../../../src/common/PerfCounters.ts';
import type { MOSDMap } from '../../../src/messages/MOSDMap.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../../src/msg/msg_types.ts';
import { buildSimple } from '../../../src/osd/build_simple.ts';
import { OSDMap } from '../../../src/osd/OSDMap.ts';
import { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';

const FSID = '00000000-1111-4222-8333-444444444444';

let clock: SimClock;
let monitor: OSDMonitor;
let published: number[];

const addrs = (osd: number): BootAddrs => {
  const at = (port: number) => [new entity_addr_t(ADDR_TYPE_LEGACY, '10.1.0.1', port + osd, 7)];
  return { client: at(6800), cluster: at(6900), hbBack: at(7000), hbFront: at(7100) };
};
const nothing = () => undefined;

beforeEach(() => {
  const random = new SimRandom(1, 'test');
  const world = simulatedWorld((resume) => {
    setImmediate(resume);
  })(random, new Trace());
  if (!(world.clock instanceof SimClock)) throw new Error('not simulated');
  clock = world.clock;
  const cct: CephContext = {
    conf: OPTION_DEFAULTS,
    clock,
    finisher: world.finisher,
    alloc: world.alloc,
    crypto: world.crypto,
    random,
    stack: world.stackOf('mon.a', '10.0.0.1'),
    perf: new PerfCountersCollection(),
  };
  published = [];
  const first = buildSimple({ fsid: FSID, osds: 3, pools: [{ name: 'data', pgNum: 8 }] });
  monitor = new OSDMonitor(cct, first, () => published.push(monitor.map.epoch));
});

/** What a client makes of the messages, from the map that it has. */
function follow(from: OSDMap | undefined, messages: MOSDMap[]): OSDMap | undefined {
  let map = from;
  for (const message of messages) {
    for (const bytes of message.maps.values()) map = OSDMap.decode(bytes);
    for (const bytes of message.incrementalMaps.values()) {
      map = map?.applyIncremental(OSDMapIncremental.decode(bytes));
    }
  }
  return map;
}

it('puts what is asked for at one time into one map', async () => {
  for (let osd = 0; osd < 3; osd++) monitor.boot(osd, addrs(osd));
  await clock.runUntilIdle();
  expect(published).toEqual([2]);
  expect([0, 1, 2].every((osd) => monitor.map.isUp(osd))).toBe(true);
});

it('tells of the epoch that says what was asked for, at once if the newest does', async () => {
  const epochs: number[] = [];
  monitor.boot(0, addrs(0));
  await clock.runUntilIdle();
  monitor.markDown(0, (epoch) => epochs.push(epoch));
  await clock.runUntilIdle();
  monitor.markDown(0, (epoch) => epochs.push(epoch));
  expect(epochs).toEqual([3, 3]);
});

it('sends changes that make the map that it has', async () => {
  const before = monitor.map;
  for (let osd = 0; osd < 3; osd++) monitor.boot(osd, addrs(osd));
  await clock.runUntilIdle();
  monitor.markOut(1, nothing);
  monitor.createPool('later', { pgNum: 4 }, nothing);
  await clock.runUntilIdle();
  const followed = follow(before, monitor.buildFrom(2));
  expect(followed?.encode()).toEqual(monitor.map.encode());
  expect(followed?.encode()).toEqual(follow(undefined, [monitor.buildLatestFull()])?.encode());
  expect(followed?.encode()).toEqual(follow(undefined, monitor.buildFrom(1))?.encode());
});

it('says in each change what the crc of the whole map is', async () => {
  monitor.boot(0, addrs(0));
  await clock.runUntilIdle();
  const [message] = monitor.buildFrom(2);
  const change = OSDMapIncremental.decode(message?.incrementalMaps.get(2) ?? new Uint8Array());
  const full = monitor.map.encode();
  expect(change.fullCrc).toBe(
    new DataView(full.buffer, full.byteOffset).getUint32(full.length - 4, true),
  );
});

it('sends forty changes at most in a message', async () => {
  for (let i = 0; i < 100; i++) {
    monitor[i % 2 === 0 ? 'markOut' : 'markIn'](0, nothing);
    await clock.runUntilIdle();
  }
  const sizes = monitor.buildFrom(2).map(({ incrementalMaps }) => incrementalMaps.size);
  expect(sizes).toEqual([40, 40, 20]);
});

it('obeys the last of orders that contradict each other', async () => {
  monitor.markOut(0, nothing);
  monitor.markIn(0, nothing);
  monitor.markIn(1, nothing);
  monitor.markOut(1, nothing);
  await clock.runUntilIdle();
  expect([monitor.map.isIn(0), monitor.map.isIn(1)]).toEqual([true, false]);
});

it('marks an OSD down that is just coming up', async () => {
  monitor.boot(0, addrs(0));
  monitor.markDown(0, nothing);
  await clock.runUntilIdle();
  expect(monitor.map.isDown(0)).toBe(true);
  expect(published).toEqual([2, 3]);
});

it('lets an OSD that nobody has missed go down before it comes up again', async () => {
  monitor.boot(0, addrs(0));
  await clock.runUntilIdle();
  monitor.boot(0, addrs(5));
  await clock.runUntilIdle();
  expect(published).toEqual([2, 3, 4]);
  expect(monitor.map.isUp(0)).toBe(true);
  expect(monitor.map.getAddrs(0)[0]?.port).toBe(6805);
  expect(monitor.map.data.osdInfo.at(0)).toMatchObject({ downAt: 3, upFrom: 4 });
});

it('gives pools that are created at one time an id each', async () => {
  const ids = ['a', 'b'].map((name) => monitor.createPool(name, { pgNum: 4 }, nothing));
  await clock.runUntilIdle();
  expect(ids).toEqual([2, 3]);
  expect(ids.map((id) => monitor.map.poolName(id))).toEqual(['a', 'b']);
});
