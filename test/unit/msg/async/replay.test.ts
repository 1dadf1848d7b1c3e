import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2 } from '../../../../src/msg/msg_types.ts';
import { losslessPeer, lossyClient, statelessServer } from '../../../../src/msg/Policy.ts';
import { startAsyncClient, startAsyncServer, V2_ADDR } from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { TestMessage } from '../../../helpers/messengers.ts';

const HOUR_MS = 3_600_000;

/** All that a client has said to a server at an address of `type`. */
function recorded(type: number, isLossy: boolean): Uint8Array {
  const net = new MemoryNet();
  const addr = V2_ADDR.with({ type });
  startAsyncServer(net, { addrs: [addr], policy: isLossy ? statelessServer() : losslessPeer() });
  const client = startAsyncClient(net, { policy: isLossy ? lossyClient() : losslessPeer() });
  const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
  con.sendMessage(new TestMessage('0', new Uint8Array(100)));
  con.sendKeepalive();
  net.run();
  return Buffer.concat(net.sockets.slice(0, 1).map(({ sent }) => sent));
}

function serverAt(type: number, isLossy: boolean) {
  const net = new MemoryNet();
  const addr = V2_ADDR.with({ type });
  const policy = isLossy ? statelessServer() : losslessPeer();
  const { messenger, got } = startAsyncServer(net, { addrs: [addr], policy });
  const say = (bytes: Uint8Array): void => {
    const socket = net.connect(addr, {
      onConnect: () => undefined,
      readBuffer: () => new Uint8Array(1000),
      onRead: () => undefined,
      onWritable: () => undefined,
      onClose: () => undefined,
    });
    net.run();
    socket.send([bytes]);
    net.run();
    socket.close();
    net.run(HOUR_MS);
  };
  return { messenger, got, say };
}

describe.each([
  ['v2', ADDR_TYPE_MSGR2],
  ['v1', ADDR_TYPE_LEGACY],
])('what was recorded of msgr %s', (_, type) => {
  it.each([true, false])(
    'said by others, as it is or changed, leaves nothing (lossy: %s)',
    (isLossy) => {
      const bytes = recorded(type, isLossy);
      expect(bytes.length).toBeGreaterThan(300);
      const same = serverAt(type, isLossy);
      same.say(bytes);
      expect(same.got.texts).toEqual(['0']);
      const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 3 });
      const versions = fc.constantFrom(ADDR_TYPE_MSGR2, ADDR_TYPE_LEGACY);
      fc.assert(
        fc.property(changes, versions, fc.nat(3), (changed, port, times) => {
          const { messenger, got, say } = serverAt(port, isLossy);
          for (let i = 0; i <= times; i++) {
            const said = bytes.slice();
            for (const [at, byte] of changed) said[at] = byte;
            say(said);
          }
          expect(messenger.acceptingConns.size).toBe(0);
          expect(messenger.dispatchQueue.dispatchThrottler.current).toBe(0);
          expect(messenger.sendBuffer.pending).toBe(0);
          expect(messenger.conns.size).toBeLessThanOrEqual(isLossy ? 0 : 1);
          expect(got.texts.every((text) => text === '0')).toBe(true);
        }),
        { numRuns: 200 },
      );
    },
  );
});
