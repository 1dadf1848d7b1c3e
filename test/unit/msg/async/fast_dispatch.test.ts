import { expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2 } from '../../../../src/msg/msg_types.ts';
import { startAsyncClient, startAsyncServer, V2_ADDR } from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { TestMessage } from '../../../helpers/messengers.ts';

it.each([
  ['v2', ADDR_TYPE_MSGR2],
  ['v1', ADDR_TYPE_LEGACY],
])(
  'who gets a message out of turn may mark its connection down, in the midst of reading: %s',
  (_, type) => {
    const net = new MemoryNet();
    const addr = V2_ADDR.with({ type });
    const { messenger } = startAsyncServer(net, { addrs: [addr] });
    let count = 0;
    messenger.addDispatcherHead({
      msDispatch: () => false,
      msHandleReset: () => false,
      msCanFastDispatch: () => true,
      msFastDispatch: (con) => {
        count++;
        con.markDown();
      },
    });
    const client = startAsyncClient(net);
    const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
    for (const text of ['0', '1', '2'])
      con.sendMessage(new TestMessage(text, new Uint8Array(9000)));
    net.run(100_000);
    expect(count).toBe(1);
    expect(messenger.conns.size).toBe(0);
    expect(messenger.dispatchQueue.dispatchThrottler.current).toBe(0);
    expect(client.got.events).toEqual(['connect', 'reset']);
  },
);
