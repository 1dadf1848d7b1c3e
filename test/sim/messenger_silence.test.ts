import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { losslessClient, losslessPeer, type Policy, statefulServer } from '../../src/msg/Policy.ts';
import { MESSENGER_KINDS } from '../helpers/messenger_kinds.ts';
import { newSimulatedWorld } from '../helpers/messenger_worlds.ts';
import { TestMessage } from '../helpers/messengers.ts';
import { Party } from '../helpers/Party.ts';

/** A handshake in memory takes about 1.5 ms; this is more than the way of a byte. */
const STEP_MS = 0.05;
const STEPS = 50;
/** Silence is found out after `ms_connection_idle_timeout`, or up to twice as long. */
const LONG_MS = 2 * 1_800_000;
const TEXTS = ['m0', 'm1', 'm2', 'm3'];

describe.each(MESSENGER_KINDS)('$name', (kind) => {
  it.each([
    ['peers', losslessPeer, losslessPeer],
    ['a client and its server', losslessClient, statefulServer],
  ] satisfies [string, () => Policy, () => Policy][])(
    'a lossless session of %s goes on in the end when its connection falls silent at any step',
    async (_, ours, theirs) => {
      for (let step = 0; step < STEPS; step++) {
        const world = newSimulatedWorld(step);
        const [client, server] = [ours(), theirs()].map(
          (policy, num) => new Party(world, kind, { type: CEPH_ENTITY_TYPE_OSD, num, policy }),
        );
        if (client === undefined || server === undefined) throw new Error('two');
        await client.bind();
        await server.bind();
        server.got.onMessage = (from, message) =>
          from.sendMessage(new TestMessage(`re ${message}`));
        const con = client.dial(server);
        for (const text of TEXTS.slice(0, 3)) con.sendMessage(new TestMessage(text));
        await world.advance(step * STEP_MS);
        {
          using _silence = world.net.drop({});
          con.sendMessage(new TestMessage('m3'));
          await world.advance(1);
        }
        await world.advance(LONG_MS);
        expect([step, server.got.texts]).toEqual([step, TEXTS]);
        expect(client.got.texts).toEqual(TEXTS.map((text) => `re test(${text})`));
      }
    },
  );
});
