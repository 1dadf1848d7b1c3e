import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAuthReply } from '../../../src/messages/MAuthReply.ts';
import { MConfig } from '../../../src/messages/MConfig.ts';
import { MMonGetVersion } from '../../../src/messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../../../src/messages/MMonGetVersionReply.ts';
import { MMonMap } from '../../../src/messages/MMonMap.ts';
import type { Message } from '../../../src/msg/Message.ts';
import { ADDRS, GLOBAL_ID, Monitors, monmap } from '../../helpers/Monitors.ts';

const PARALLEL = 3;
/** What a search takes at most: the longest wait between two, and a hunt. */
const HEALED_MS = 60_000;

interface Event {
  readonly kind: 'pass' | 'reset' | 'refuse' | 'ask' | keyof typeof SAID;
  readonly ms: number;
  /** Which connection, from the newest on: also those that were left long ago. */
  readonly con: number;
}

/** What a monitor, or who says it is one, may say at any time. */
const SAID = {
  welcome: () => new MAuthReply({ protocol: 1, result: 0, globalId: GLOBAL_ID }),
  nobody: () => new MAuthReply({ protocol: 1, result: 0, globalId: 0 }),
  cephx: () => new MAuthReply({ protocol: 2, result: 0, globalId: GLOBAL_ID }),
  map: () => new MMonMap(monmap(ADDRS).encode()),
  newer: () => new MMonMap(monmap(ADDRS.slice(0, 2), { epoch: 2 }).encode()),
  empty: () => new MMonMap(monmap([], { epoch: 9 }).encode()),
  garbage: () => new MMonMap(new Uint8Array([1, 2, 3])),
  options: () => new MConfig(new Map([['a', 'b']])),
  version: () => new MMonGetVersionReply(1, 7, 1),
} satisfies Record<string, () => Message>;

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(
    'pass',
    'reset',
    'refuse',
    'ask',
    'welcome',
    'nobody',
    'cephx',
    'map',
    'newer',
    'empty',
    'garbage',
    'options',
    'version',
  ),
  ms: fc.nat(20_000),
  con: fc.nat(PARALLEL),
});

function happen(mons: Monitors, { kind, ms, con }: Event): void {
  const target = mons.world.messenger.cons.at(-1 - con);
  if (kind === 'pass') mons.world.clock.advance(ms);
  else if (kind === 'ask') mons.monc.requests.getVersion('osdmap', () => {});
  else if (target === undefined) return;
  else if (kind === 'reset') mons.reset(target);
  else if (kind === 'refuse') mons.refuse(target);
  else mons.send(SAID[kind](), target);
}

it('whatever monitors do, few connections are open, and a session comes when they do what they should', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const mons = new Monitors(5);
      for (const one of events) {
        happen(mons, one);
        expect(mons.openCons.length).toBeLessThanOrEqual(PARALLEL);
      }
      const versions: number[] = [];
      mons.monc.requests.getVersion('osdmap', (newest) => versions.push(newest));
      for (let ms = 0; ms < HEALED_MS && versions.length === 0; ms += 1000) {
        mons.world.clock.advance(1000);
        for (const open of mons.openCons) {
          if (!open.down) mons.open(open);
          const asked = open.sent.filter((message) => message instanceof MMonGetVersion);
          for (const { handle } of asked) mons.send(new MMonGetVersionReply(handle, 9, 1), open);
        }
      }
      // Whoever is refused when it first asks, asks no more.
      const isRefused = mons.done.some(([result]) => result < 0);
      if (isRefused) expect(events.map(({ kind }) => kind)).toContain('cephx');
      if (isRefused) return;
      expect(versions).toEqual([9]);
      expect(mons.openCons).toHaveLength(1);
      mons.monc.shutdown();
      expect(mons.world.clock.timers).toBe(0);
    }),
    { numRuns: 300 },
  );
});
