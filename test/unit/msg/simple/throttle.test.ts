import { beforeEach, describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import type { Options } from '../../../../src/common/options.ts';
import { SocketError } from '../../../../src/common/Stack.ts';
import { Throttle } from '../../../../src/common/Throttle.ts';
import type { Connection } from '../../../../src/msg/Connection.ts';
import {
  losslessClient,
  lossyClient,
  type Policy,
  statelessServer,
} from '../../../../src/msg/Policy.ts';
import { CuttingNet } from '../../../helpers/CuttingNet.ts';
import { TestMessage } from '../../../helpers/messengers.ts';
import { Peer } from '../../../helpers/peers.ts';

let net: CuttingNet;
let server: Peer;

function serve(policy: Partial<Policy> = {}, conf: Partial<Options> = {}): void {
  net = new CuttingNet();
  const full = { ...statelessServer(), ...policy };
  server = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy: full, port: 6801, conf });
  net.run();
}

function dial(num: number): Connection {
  const client = new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num, policy: lossyClient() });
  return client.dial(server);
}

function send(con: Connection, count: number, size: number): void {
  for (let i = 0; i < count; i++) con.sendMessage(new TestMessage(`${i}`, new Uint8Array(size)));
}

/** The most of `throttle` that was out while a message was dispatched. */
function watch(throttle: () => number): { most: number } {
  const seen = { most: 0 };
  server.got.onMessage = () => {
    seen.most = Math.max(seen.most, throttle());
  };
  return seen;
}

beforeEach(() => serve());

describe('the throttle for dispatching', () => {
  it('holds what was received and not dispatched, and nothing at rest', () => {
    const seen = watch(() => server.held);
    send(dial(1), 20, 1000);
    net.run();
    expect(server.got.messages.length).toBe(20);
    expect(seen.most).toBeGreaterThan(1000);
    expect(server.held).toBe(0);
  });

  it('makes messages wait in the socket, and loses none', () => {
    serve({}, { ms_dispatch_throttle_bytes: 3000 });
    const seen = watch(() => server.held);
    const cons = [dial(1), dial(2), dial(3)];
    for (const con of cons) send(con, 20, 1000);
    net.run();
    expect(server.got.messages.length).toBe(60);
    expect(seen.most).toBeLessThanOrEqual(3000);
    expect(server.held).toBe(0);
  });

  it('lets one message through that is larger than itself', () => {
    serve({}, { ms_dispatch_throttle_bytes: 3000 });
    send(dial(1), 3, 100_000);
    net.run();
    expect(server.got.messages.length).toBe(3);
    expect(server.held).toBe(0);
  });
});

describe('the throttles of a policy', () => {
  it.each([
    ['of bytes', { throttlerBytes: new Throttle(2500) }],
    ['of messages', { throttlerMessages: new Throttle(2) }],
  ])('%s let through what fits, and hold nothing at rest', (_, throttles) => {
    serve(throttles);
    const [throttle] = Object.values(throttles);
    const seen = watch(() => throttle?.current ?? 0);
    for (const con of [dial(1), dial(2)]) send(con, 20, 1000);
    net.run();
    expect(server.got.messages.length).toBe(40);
    expect(seen.most).toBeLessThanOrEqual(throttle?.max ?? 0);
    expect(seen.most).toBeGreaterThan(0);
    expect(throttle?.current).toBe(0);
  });

  it('make a peer wait whose budget others have taken, until they give it back', () => {
    const throttlerMessages = new Throttle(1);
    serve({ throttlerMessages });
    throttlerMessages.getOrFail(1);
    send(dial(1), 5, 10);
    net.run(60_000);
    expect(server.got.messages).toEqual([]);
    throttlerMessages.put(1);
    net.run();
    expect(server.got.messages.length).toBe(5);
  });

  it('are given back, or never taken, when the connection is lost at any byte', () => {
    const throttlerMessages = new Throttle(1);
    const throttlerBytes = new Throttle(1500);
    for (let after = 180; after < 2600; after += 7) {
      serve({ throttlerMessages, throttlerBytes });
      net.cuts = [{ side: 'dialler', after, mode: 'rst' }];
      send(dial(1), 3, 700);
      net.run(60_000);
      expect([server.held, throttlerMessages.current, throttlerBytes.current]).toEqual([0, 0, 0]);
      expect(throttlerBytes.waiting).toBe(0);
    }
  });

  it('are given back by a peer that is marked down while its message waits', () => {
    const throttlerBytes = new Throttle(1500);
    serve({ throttlerBytes });
    throttlerBytes.getOrFail(1500);
    send(dial(1), 1, 1000);
    net.run();
    for (const pipe of server.messenger.pipes) pipe.con.markDown();
    expect(throttlerBytes.waiting).toBe(0);
    throttlerBytes.put(1500);
    expect([server.held, throttlerBytes.current]).toEqual([0, 0]);
  });

  it('are given back by messages that are discarded', () => {
    const throttlerMessages = new Throttle(100);
    serve({ throttlerMessages });
    server.got.onMessage = (con) => con.markDown();
    send(dial(1), 20, 100);
    net.run();
    expect(server.got.messages.length).toBe(1);
    expect([server.held, throttlerMessages.current]).toEqual([0, 0]);
  });

  it('are given back by messages that shutdown drops', () => {
    const throttlerMessages = new Throttle(100);
    serve({ throttlerMessages });
    server.got.onMessage = () => server.messenger.shutdown();
    send(dial(1), 20, 100);
    net.run();
    expect([server.held, throttlerMessages.current]).toEqual([0, 0]);
  });
});

describe('fast dispatch', () => {
  it('delivers at once, before what is queued, and gives back what the message held', () => {
    const fast: string[] = [];
    server.messenger.addDispatcherHead({
      msDispatch: () => false,
      msHandleReset: () => false,
      msCanFastDispatch: (message) => String(message) !== 'test(0)',
      msFastDispatch: (_con, message) => {
        fast.push(String(message));
        expect(server.got.texts).toEqual([]);
      },
    });
    send(dial(1), 3, 100);
    net.run();
    expect(fast).toEqual(['test(1)', 'test(2)']);
    expect(server.got.texts).toEqual(['0']);
    expect(server.held).toBe(0);
  });

  it('does not happen from inside a fault: what was held back comes after it', () => {
    const delays = { ms_inject_delay_type: 'client', ms_inject_delay_probability: 1 };
    serve({ lossy: false, standby: true, resetcheck: true }, delays);
    server.messenger.addDispatcherHead({
      msDispatch: (con) => {
        con.markDown();
        return true;
      },
      msHandleReset: () => false,
      msCanFastDispatch: () => true,
      msFastDispatch: (con) => con.markDown(),
    });
    const policy = losslessClient();
    const client = new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num: 1, policy });
    send(client.dial(server), 3, 100);
    net.run();
    net.sockets[1]?.end(new SocketError('ECONNRESET', 'cut'));
    expect(server.messenger.pipes.size).toBe(1);
    net.run();
    expect([server.messenger.pipes.size, server.held]).toEqual([0, 0]);
  });

  it('may mark the connection down, and then hears no more of it', () => {
    let count = 0;
    server.messenger.addDispatcherHead({
      msDispatch: () => false,
      msHandleReset: () => false,
      msCanFastDispatch: () => true,
      msFastDispatch: (con) => {
        count += 1;
        con.markDown();
      },
    });
    send(dial(1), 3, 100);
    net.run();
    expect(count).toBe(1);
    expect(server.held).toBe(0);
    expect(server.messenger.pipes.size).toBe(0);
  });
});
