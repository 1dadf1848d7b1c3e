import { expect, test } from 'vitest';
import type { OSDMap } from '../../../src/osd/OSDMap.ts';
import type { OSDMapIncremental } from '../../../src/osd/OSDMapIncremental.ts';
import { newPgPool, POOL_FLAG_FULL, type pg_pool_t } from '../../../src/osd/pg_pool.ts';
import {
  CEPH_OSD_FLAG_FULL_FORCE,
  CEPH_OSD_FLAG_FULL_TRY,
  CEPH_OSD_FLAG_IGNORE_OVERLAY,
  CEPH_OSD_FLAG_READ,
  CEPH_OSD_FLAG_RWORDERED,
  CEPH_OSD_FLAG_WRITE,
  CEPH_OSDMAP_FULL,
  CEPH_OSDMAP_PAUSERD,
} from '../../../src/osd/rados.ts';
import { calcTarget, OpTarget } from '../../../src/osdc/op_target.ts';
import { addrsOf, changeMap, markDown, upMap } from '../../helpers/osdmaps.ts';

const MAP = upMap(6, 3, [
  { name: 'p', pgNum: 8 },
  { name: 'other', pgNum: 8 },
]);

function targetOf(oid: string, { pool = 1, flags = CEPH_OSD_FLAG_READ } = {}): OpTarget {
  return new OpTarget(oid, { pool, key: '', nspace: '', hash: -1 }, flags);
}

/** A target that was looked up in MAP, and the acting set that it found. */
function aimed(oid: string): { target: OpTarget; acting: readonly number[] } {
  const target = targetOf(oid);
  calcTarget(MAP, target);
  return { target, acting: target.acting };
}

function setPool(change: Partial<pg_pool_t>) {
  return (inc: OSDMapIncremental) =>
    void inc.newPools.set(1, newPgPool({ size: 3, pgNum: 8, pgpNum: 8, ...change }));
}

function setFlags(flags: number) {
  return (inc: OSDMapIncremental) => {
    inc.newFlags = flags;
  };
}

test('a target is the primary of the PG that the name hashes to', () => {
  const { target } = aimed('obj1');
  expect(target.rawPgid).toEqual({ pool: 1, seed: 0x6cf8deff });
  expect(target.pgid).toEqual({ pool: 1, seed: 7 });
  expect(target.acting).toHaveLength(3);
  expect(target.osd).toBe(target.actingPrimary);
  expect(target.osd).toBe(target.acting[0]);
  expect(target.epoch).toBe(MAP.epoch);
});

test('a target that was never looked up is to be sent', () => {
  expect(calcTarget(MAP, targetOf('obj1'))).toBe('need_resend');
});

test('a pool that is not in the map is none, and has never been', () => {
  const target = targetOf('obj1', { pool: 9 });
  expect(calcTarget(MAP, target)).toBe('pool_dne');
  expect(target.osd).toBe(-1);
  expect(target.poolEverExisted).toBe(false);
});

test('a pool that goes away is remembered to have existed', () => {
  const { target } = aimed('obj1');
  const map = changeMap(MAP, (inc) => inc.oldPools.add(1));
  expect(calcTarget(map, target)).toBe('pool_dne');
  expect(target.poolEverExisted).toBe(true);
});

test('an OSD that the map does not let up is nobody to send to', () => {
  let map: OSDMap = MAP;
  for (let osd = 0; osd < 6; osd++) map = changeMap(map, markDown(osd));
  const { target } = aimed('obj1');
  expect(calcTarget(map, target)).toBe('need_resend');
  expect(target.osd).toBe(-1);
});

const { acting } = aimed('obj1');
const [primary = -1, second = -1, third = -1] = acting;
const outsider = [0, 1, 2, 3, 4, 5].find((osd) => !acting.includes(osd)) ?? -1;

test.each<[string, (inc: OSDMapIncremental) => void, string]>([
  ['nothing changes but the epoch', () => {}, 'no_action'],
  ['another pool goes away', (inc) => inc.oldPools.add(2), 'no_action'],
  ['an OSD outside the set goes down', markDown(outsider), 'no_action'],
  ['a replica goes down', markDown(third), 'no_action'],
  ['the primary goes down', markDown(primary), 'need_resend'],
  [
    'the primary stays but stands elsewhere in the set',
    (inc) => {
      inc.newPgTemp.set({ pool: 1, seed: 7 }, [second, primary, third]);
      inc.newPrimaryTemp.set({ pool: 1, seed: 7 }, primary);
    },
    'need_resend',
  ],
  [
    'a temporary primary takes over',
    (inc) => inc.newPrimaryTemp.set({ pool: 1, seed: 7 }, second),
    'need_resend',
  ],
  [
    'the primary comes up at another address',
    (inc) => inc.newUpClient.set(primary, addrsOf(9)),
    'no_action',
  ],
  ['the PG splits', setPool({ pgNum: 16 }), 'need_resend'],
  ['the PG is merged into another', setPool({ pgNum: 7 }), 'need_resend'],
  [
    'the pool forces a resend in this epoch',
    setPool({ lastForceOpResend: MAP.epoch + 1 }),
    'need_resend',
  ],
  ['the pool forced a resend long ago', setPool({ lastForceOpResend: 1 }), 'no_action'],
  ['reads of the pool go to a tier', setPool({ readTier: 2 }), 'need_resend'],
  ['only writes of the pool go to a tier', setPool({ writeTier: 2 }), 'no_action'],
  ['the pool wants more copies', setPool({ size: 4 }), 'no_action'],
  ['the pool is content with fewer copies', setPool({ minSize: 1 }), 'no_action'],
  ['more PGs are to come', setPool({ pgNumPending: 9 }), 'no_action'],
  ['objects sort in another order', setFlags(0), 'no_action'],
  ['reads are paused', setFlags(CEPH_OSDMAP_PAUSERD), 'no_action'],
  ['the pool is full', setPool({ flags: POOL_FLAG_FULL | 1 }), 'no_action'],
])('when %s: %3$s', (_what, change, decision) => {
  const { target } = aimed('obj1');
  expect(calcTarget(changeMap(MAP, change), target)).toBe(decision);
});

test('a read from a pool with a tier is aimed at the tier', () => {
  const { target } = aimed('obj1');
  calcTarget(changeMap(MAP, setPool({ readTier: 2 })), target);
  expect(target.targetOloc.pool).toBe(2);
  expect(target.pgid).toEqual({ pool: 2, seed: 7 });
});

test('a PG that gets a child is sent to again, one that does not is left alone', () => {
  // From 8 to 9 only PG 0 splits: 8 folds to 0.
  const grown = changeMap(MAP, setPool({ pgNum: 9 }));
  const decisions = Array.from({ length: 64 }, (_, i) => {
    const target = targetOf(`obj${i}`);
    calcTarget(MAP, target);
    const { seed } = target.pgid;
    return [seed, calcTarget(grown, target)] as const;
  });
  for (const [seed, decision] of decisions) {
    expect(decision).toBe(seed === 0 ? 'need_resend' : 'no_action');
  }
  expect(new Set(decisions.map(([seed]) => seed)).size).toBe(8);
});

test('a PG that another one is merged into is sent to again', () => {
  // From 8 to 7 PG 7 folds to 3.
  const shrunk = changeMap(MAP, setPool({ pgNum: 7 }));
  for (let i = 0; i < 64; i++) {
    const target = targetOf(`obj${i}`);
    calcTarget(MAP, target);
    const { seed } = target.pgid;
    const decision = calcTarget(shrunk, target);
    expect(decision).toBe(seed === 7 || seed === 3 ? 'need_resend' : 'no_action');
  }
});

test('reads are paused by PAUSERD and sent when it is lifted', () => {
  const { target } = aimed('obj1');
  const paused = changeMap(MAP, setFlags(MAP.flags | CEPH_OSDMAP_PAUSERD));
  expect(calcTarget(paused, target)).toBe('no_action');
  expect(target.paused).toBe(true);
  expect(calcTarget(changeMap(paused, setFlags(MAP.flags)), target)).toBe('need_resend');
  expect(target.paused).toBe(false);
});

test('writes are not paused by PAUSERD', () => {
  const target = targetOf('obj1', { flags: CEPH_OSD_FLAG_WRITE });
  calcTarget(changeMap(MAP, setFlags(MAP.flags | CEPH_OSDMAP_PAUSERD)), target);
  expect(target.paused).toBe(false);
});

test('the overlay of a pool is not for ops that ignore it', () => {
  const flags = CEPH_OSD_FLAG_READ | CEPH_OSD_FLAG_IGNORE_OVERLAY;
  const target = targetOf('obj1', { flags });
  calcTarget(changeMap(MAP, setPool({ readTier: 2 })), target);
  expect(target.pgid).toEqual({ pool: 1, seed: 7 });
});

test('writes go to the tier for writes, also those that read', () => {
  const target = targetOf('obj1', { flags: CEPH_OSD_FLAG_READ | CEPH_OSD_FLAG_WRITE });
  calcTarget(changeMap(MAP, setPool({ readTier: 1, writeTier: 2 })), target);
  expect(target.pgid.pool).toBe(2);
});

test('a target whose overlay is taken away is aimed at its own pool again', () => {
  const overlaid = changeMap(MAP, setPool({ readTier: 2 }));
  const target = targetOf('obj1');
  calcTarget(overlaid, target);
  expect(calcTarget(changeMap(overlaid, setPool({})), target)).toBe('need_resend');
  expect(target.targetOloc).toBe(target.baseOloc);
});

test('a tier that is not in the map is a pool that is not there', () => {
  const { target } = aimed('obj1');
  expect(calcTarget(changeMap(MAP, setPool({ readTier: 7 })), target)).toBe('pool_dne');
});

test.each<[string, (inc: OSDMapIncremental) => void, string]>([
  ['another replica', markDown(third), 'need_resend'],
  ['nothing of its set', markDown(outsider), 'no_action'],
])(
  'an op that a replica serves is sent again when the map changes %s: %3$s',
  (_what, change, decision) => {
    const { target } = aimed('obj1');
    target.usedReplica = true;
    target.osd = second;
    expect(calcTarget(changeMap(MAP, change), target)).toBe(decision);
  },
);

test('a forced resend counts in its epoch only, once', () => {
  const forced = changeMap(MAP, setPool({ lastForceOpResend: MAP.epoch + 1 }));
  const { target } = aimed('obj1');
  expect(calcTarget(forced, target)).toBe('need_resend');
  expect(calcTarget(forced, target)).toBe('no_action');
  expect(
    calcTarget(
      changeMap(forced, () => {}),
      target,
    ),
  ).toBe('no_action');
});

test('what forces a resend is said by the pool that was asked, not by the tier before it', () => {
  const overlaid = changeMap(MAP, setPool({ readTier: 2 }));
  const target = targetOf('obj1');
  calcTarget(overlaid, target);
  const pool = newPgPool({ size: 3, pgNum: 8, lastForceOpResend: overlaid.epoch + 1 });
  const forced = changeMap(overlaid, (inc) => void inc.newPools.set(2, pool));
  expect(calcTarget(forced, target)).toBe('no_action');
});

test.each<[string, number, boolean]>([
  ['a write', CEPH_OSD_FLAG_WRITE, true],
  ['a write that tries all the same', CEPH_OSD_FLAG_WRITE | CEPH_OSD_FLAG_FULL_TRY, false],
  ['a write that does it all the same', CEPH_OSD_FLAG_WRITE | CEPH_OSD_FLAG_FULL_FORCE, false],
  ['a read', CEPH_OSD_FLAG_READ, false],
  ['a read in the order of writes', CEPH_OSD_FLAG_READ | CEPH_OSD_FLAG_RWORDERED, false],
])('while the pool or the cluster is full, %s is paused: %3$s', (_what, flags, paused) => {
  for (const change of [setPool({ flags: POOL_FLAG_FULL | 1 }), setFlags(CEPH_OSDMAP_FULL)]) {
    const target = targetOf('obj1', { flags });
    calcTarget(changeMap(MAP, change), target);
    expect(target.paused).toBe(paused);
  }
});
