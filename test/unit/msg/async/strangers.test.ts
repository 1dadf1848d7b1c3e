import { describe, expect, it } from 'vitest';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { ProtocolError } from '../../../../src/common/errors.ts';
import { encodeBanner } from '../../../../src/msg/async/banner.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2 } from '../../../../src/msg/msg_types.ts';
import { CEPH_BANNER } from '../../../../src/msg/msgr.ts';
import { lossyClient, statelessServer } from '../../../../src/msg/Policy.ts';
import {
  startAsyncClient,
  startAsyncPair,
  startAsyncServer,
  V2_ADDR,
} from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { TestMessage } from '../../../helpers/messengers.ts';

const KIB = 1024;

function banner(supported: bigint, required: bigint): Uint8Array {
  const enc = new Encoder();
  encodeBanner(enc, { supported, required });
  return enc.take();
}

/** What a client of ours says of a server that sends `bytes`. */
function dialStranger(bytes: Uint8Array) {
  const net = new MemoryNet();
  net.listen(
    { ip: V2_ADDR.ip, port: V2_ADDR.port },
    {
      onListening: () => {},
      onError: () => {},
      onAccept: (socket) => {
        socket.send([bytes]);
        return {
          onConnect: () => {},
          readBuffer: () => new Uint8Array(KIB),
          onRead: () => {},
          onWritable: () => {},
          onClose: () => {},
        };
      },
    },
  );
  const client = startAsyncClient(net);
  const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR);
  net.run();
  con.markDown();
  const [error] = client.got.errors;
  return { error, events: client.got.events };
}

describe('a client that dials a stranger of msgr v2', () => {
  it.each([
    ['of v1', concat(CEPH_BANNER, new Uint8Array(272)), /msgr v1, not v2/],
    ['of v2.0', banner(0n, 0n), /v2\.0 only/],
    ['that wants what we lack', banner(1n, 0x80n), /0x80 that we lack/],
    ['of no protocol at all', new Uint8Array(64).fill(0x41), /'AAAAAAAA' is not that of msgr v2/],
    ['that says HELLO with a wrong crc', concat(banner(1n, 0n), new Uint8Array(32).fill(1)), /crc/],
  ])('%s says so, with its address', (_, bytes, reason) => {
    const { error, events } = dialStranger(bytes);
    expect(events).toEqual(['refused']);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error?.message).toMatch(reason);
    expect(error?.message).toContain(String(V2_ADDR));
  });
});

function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

describe('a server of msgr v2', () => {
  it('reads at most 64 KiB of who never authenticates, and drops it', () => {
    const net = new MemoryNet();
    const { messenger, got } = startAsyncServer(net);
    const before = net.allocated;
    const socket = net.connect(
      { ip: V2_ADDR.ip, port: V2_ADDR.port },
      {
        onConnect: () => {},
        readBuffer: () => new Uint8Array(KIB),
        onRead: () => {},
        onWritable: () => {},
        onClose: () => {},
      },
    );
    net.run();
    socket.send([banner(1n, 0n), new Uint8Array(1024 * KIB)]);
    net.run();
    expect(net.allocated - before).toBeLessThan(256 * KIB);
    expect(got.events).toEqual([]);
    expect(messenger.conns.size).toBe(0);
  });

  it('drops who says nothing, after the time that it has', () => {
    const net = new MemoryNet();
    const { got } = startAsyncServer(net);
    let closed = false;
    net.connect(
      { ip: V2_ADDR.ip, port: V2_ADDR.port },
      {
        onConnect: () => {},
        readBuffer: () => new Uint8Array(KIB),
        onRead: () => {},
        onWritable: () => {},
        onClose: () => {
          closed = true;
        },
      },
    );
    net.run(9_000);
    expect(closed).toBe(false);
    net.run(2_000);
    expect(closed).toBe(true);
    expect(got.events).toEqual([]);
  });

  it('refuses a client that lacks features, and says which', () => {
    const needy = { ...statelessServer(), featuresRequired: 1n << 62n };
    const { net, client } = startAsyncPair({}, needy);
    net.run();
    expect(client.got.errors[0]?.message).toMatch(/wants features 0x4000000000000000 that we lack/);
  });
});

describe('a client of msgr v2', () => {
  it('does not talk to a daemon of another kind', () => {
    const net = new MemoryNet();
    startAsyncServer(net);
    const client = startAsyncClient(net);
    client.messenger.getConnection(CEPH_ENTITY_TYPE_MON, V2_ADDR);
    net.run();
    expect(client.got.errors[0]?.message).toMatch(/a osd answers where a mon should/);
  });

  it('does not talk to another process at the address', () => {
    const net = new MemoryNet();
    startAsyncServer(net);
    const client = startAsyncClient(net);
    client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR.with({ nonce: 1 }));
    net.run();
    expect(client.got.events).toEqual(['refused']);
  });

  it('tries again until somebody is there, and loses nothing', () => {
    const net = new MemoryNet();
    const client = startAsyncClient(net);
    const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR);
    con.sendMessage(new TestMessage('one'));
    net.run(1000);
    const server = startAsyncServer(net);
    net.run(2000);
    expect(server.got.texts).toEqual(['one']);
  });

  it('is told once when a lossy connection fails, and it is not opened again', () => {
    const { net, client, server, con } = startAsyncPair({}, statelessServer(), lossyClient());
    net.run();
    net.sockets[1]?.destroy();
    net.run();
    con.sendMessage(new TestMessage('lost'));
    net.run(60_000);
    expect(client.got.events).toEqual(['connect', 'reset']);
    expect(server.got.events).toEqual(['accept']);
    expect(client.messenger.conns.size).toBe(0);
  });

  it('is not told of a connection that it marks down', () => {
    const { net, client, con } = startAsyncPair();
    net.run();
    con.markDown();
    con.markDown();
    net.run(60_000);
    expect(client.got.events).toEqual(['connect']);
    expect(con.isConnected()).toBe(false);
  });

  it('learns that the peer is alive by its answer to a keepalive', () => {
    const { net, con } = startAsyncPair();
    net.run();
    net.run(5);
    expect(con.lastKeepaliveAck).toBe(undefined);
    con.sendKeepalive();
    net.run();
    expect(con.lastKeepaliveAck).toBe(net.now());
  });

  it('that sends to itself needs no socket', () => {
    const net = new MemoryNet();
    const { messenger, got } = startAsyncServer(net);
    messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR).sendMessage(new TestMessage('me'));
    net.run();
    expect(got.texts).toEqual(['me']);
    expect(net.sockets).toEqual([]);
  });
});

describe('a server with an address of each version', () => {
  const V1_ADDR = V2_ADDR.with({ type: ADDR_TYPE_LEGACY, port: 6803 });

  it('is reached at both, and tells both', () => {
    const net = new MemoryNet();
    const server = startAsyncServer(net, { addrs: [V2_ADDR, V1_ADDR] });
    expect(server.messenger.myAddrs.map(String)).toEqual([V2_ADDR, V1_ADDR].map(String));
    for (const [nonce, addr] of [V2_ADDR, V1_ADDR].entries()) {
      const client = startAsyncClient(net, { nonce });
      const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
      con.sendMessage(new TestMessage(`to ${addr.type}`));
    }
    net.run();
    const [v2, v1] = [ADDR_TYPE_MSGR2, ADDR_TYPE_LEGACY];
    expect(server.got.texts.sort()).toEqual([`to ${v1}`, `to ${v2}`]);
  });

  it('has one connection to a peer, under whichever of its addresses it is asked for', () => {
    const net = new MemoryNet();
    startAsyncServer(net, { addrs: [V2_ADDR, V1_ADDR] });
    const client = startAsyncClient(net);
    const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR);
    net.run();
    expect(client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V1_ADDR)).toBe(con);
  });

  it('closes both ports', () => {
    const net = new MemoryNet();
    const server = startAsyncServer(net, { addrs: [V2_ADDR, V1_ADDR] });
    server.messenger.shutdown();
    net.run();
    expect(startAsyncServer(net, { addrs: [V1_ADDR, V2_ADDR] }).messenger.myAddrs[0]?.port).toBe(
      V1_ADDR.port,
    );
  });
});
