import { describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import type { Options } from '../../../../src/common/options.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { lossyClient } from '../../../../src/msg/Policy.ts';
import { startAsyncServer, V2_ADDR } from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { TestMessage, testFactory } from '../../../helpers/messengers.ts';

const FORCE = { ms_osd_compress_mode: 'force', ms_osd_compression_algorithm: 'zlib' };
const DATA = new Uint8Array(50_000).fill(7);

/** One asks an OSD, both with their options: what the OSD got, and the bytes that went each way. */
function exchange(type: number, mine: Partial<Options>, its: Partial<Options>) {
  const net = new MemoryNet();
  const server = startAsyncServer(net, { conf: its });
  server.got.onMessage = (peer) => peer.sendMessage(new TestMessage('back', DATA));
  const messenger = new AsyncMessenger(net.context(mine), {
    name: { type, num: 1 },
    lname: 'cluster',
    nonce: 4711,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(lossyClient());
  messenger.start();
  const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR);
  con.sendMessage(new TestMessage('there', DATA));
  net.run();
  const bytes = net.sockets.reduce(
    (sum, socket) => sum + socket.sends.reduce((all, { length }) => all + length, 0),
    0,
  );
  return { bytes, got: server.got.messages.map(({ data }) => Buffer.concat(data).equals(DATA)) };
}

describe('an OSD that writes to another', () => {
  it('compresses when both want it', () => {
    const { bytes, got } = exchange(CEPH_ENTITY_TYPE_OSD, FORCE, FORCE);
    expect(got).toEqual([true]);
    expect(bytes).toBeLessThan(5000);
  });

  it.each([
    ['the other does not', FORCE, {}],
    ['it does not', {}, FORCE],
    ['there is no common method', FORCE, { ...FORCE, ms_osd_compression_algorithm: 'snappy' }],
  ])('does not compress when %s', (_, mine, its) => {
    const { bytes, got } = exchange(CEPH_ENTITY_TYPE_OSD, mine, its);
    expect(got).toEqual([true]);
    expect(bytes).toBeGreaterThan(2 * DATA.length);
  });
});

it('a client that asks for compression does without', () => {
  const { bytes, got } = exchange(CEPH_ENTITY_TYPE_CLIENT, FORCE, FORCE);
  expect(got).toEqual([true]);
  expect(bytes).toBeGreaterThan(2 * DATA.length);
});
