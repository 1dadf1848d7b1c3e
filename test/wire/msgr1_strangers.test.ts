import { beforeEach, describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { ProtocolError } from '../../src/common/errors.ts';
import { type Socket, SocketError, type SocketEvents } from '../../src/common/Stack.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../src/msg/msg_types.ts';
import {
  losslessPeer,
  lossyClient,
  statefulServer,
  statelessServer,
} from '../../src/msg/Policy.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';
import { Peer } from '../helpers/peers.ts';
import { ScriptedClient, ScriptedServer } from '../helpers/scripted_v1.ts';

/** What is read at most from a peer that has not authenticated. */
const KIB_64 = 64 * 1024;
const BADPROTOVER = 10;
const RETRY_GLOBAL = 5;
const PEER = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 6900, 9);

let net: MemoryNet;

beforeEach(() => {
  net = new MemoryNet();
});

/** Counts what the owner of a socket reads of what `send` gave it. */
function countReads(events: SocketEvents | undefined): { bytes: number } {
  const seen = { bytes: 0 };
  if (events === undefined) return seen;
  const onRead = events.onRead.bind(events);
  events.onRead = (count) => {
    seen.bytes += count;
    onRead(count);
  };
  return seen;
}

/** Whoever dials gets `write`, again and again, for `seconds`. */
function serve(write: (socket: Socket, second: number) => void, seconds: number): void {
  net.listen(PEER, {
    onListening: () => undefined,
    onError: () => undefined,
    onAccept: (socket) => {
      for (let s = 0; s < seconds; s++) net.addEventAfter(1000 * s + 1, () => write(socket, s));
      return {
        onConnect: () => undefined,
        readBuffer: () => new Uint8Array(1000),
        onRead: () => undefined,
        onWritable: () => undefined,
        onClose: () => undefined,
      };
    },
  });
}

describe('a server', () => {
  let us: Peer;

  beforeEach(() => {
    const policy = statelessServer();
    us = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy, port: 6801 });
    net.run();
  });

  it('reads 64 KiB at most from a client that asks and asks', () => {
    const client = new ScriptedClient(net, us.addr, PEER);
    const seen = countReads(net.sockets[1]?.events);
    for (let i = 0; i < 40; i++) client.connect({ protocolVersion: 99 }, new Uint8Array(8000));
    net.run();
    expect(client.takeReply().tag).toBe(BADPROTOVER);
    expect(client.ended).toBe(true);
    expect(seen.bytes).toBeLessThanOrEqual(KIB_64);
    expect(us.messenger.pipes.size).toBe(0);
  });

  it('drops a client that sends a byte a second within 10 s', () => {
    const buffer = new Uint8Array(1000);
    let ended = false;
    const socket = net.connect(us.addr, {
      onConnect: () => undefined,
      readBuffer: () => buffer,
      onRead: () => undefined,
      onWritable: () => undefined,
      onClose: () => {
        ended = true;
      },
    });
    const banner = Buffer.from('ceph v027');
    for (let s = 0; s < 11; s++) {
      socket.send([banner.subarray(s % 9, (s % 9) + 1)]);
      net.run(1000);
    }
    expect(ended).toBe(true);
    expect(us.messenger.pipes.size).toBe(0);
  });

  it('has nothing left of 1,000 strangers', () => {
    for (let i = 0; i < 1000; i++) {
      const client = new ScriptedClient(net, us.addr, PEER.with({ nonce: i }));
      if (i % 4 === 0) client.connect({ features: 0n });
      else if (i % 4 === 1) client.connect({ authorizerLen: 0xffff_ffff });
      else if (i % 4 === 2) client.say((enc) => enc.zeros(1 + (i % 500)));
      else client.socket?.destroy();
    }
    net.run(10_000);
    const { pipes, acceptingPipes, rankPipe } = us.messenger;
    expect([pipes.size, acceptingPipes.size, rankPipe.size, us.held]).toEqual([0, 0, 0, 0]);
    expect(us.got.events).toEqual([]);
  });
});

it('a server of lossless sessions forgets those of strangers who never opened them', () => {
  const policy = statefulServer();
  const us = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy, port: 6801 });
  net.run();
  for (let i = 0; i < 100; i++) {
    const client = new ScriptedClient(net, us.addr, PEER.with({ nonce: i }));
    client.connect();
    net.run();
    client.socket?.close();
  }
  net.run(1000);
  expect(us.messenger.pipes.size).toBe(100);
  net.run(3 * 900_000);
  expect([us.messenger.pipes.size, us.messenger.rankPipe.size]).toEqual([0, 0]);
  expect(us.got.events).toEqual([]);
});

describe('a client', () => {
  it('reads 64 KiB at most from a server that wants it to try again and again', () => {
    const us = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy: losslessPeer() });
    const server = new ScriptedServer(net, PEER);
    us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
    net.run();
    const seen = countReads(net.sockets[0]?.events);
    for (let i = 0; i < 4; i++) {
      server.last.reply(RETRY_GLOBAL, { authorizerLen: 30_000 }, new Uint8Array(30_000));
    }
    net.run();
    const [error] = us.got.errors;
    expect(error).toBeInstanceOf(ProtocolError);
    expect(String(error)).toMatch(
      /127\.0\.0\.1:6900\/9 \(CONNECTING\): handshake at .*65536 bytes/,
    );
    expect(seen.bytes).toBeLessThanOrEqual(KIB_64);
  });

  it.each<[string, (socket: Socket, second: number) => void, RegExp]>([
    ['is silent', () => undefined, /ETIMEDOUT: .* no banner within 10 s/],
    [
      'sends half a banner',
      (socket, second) => second === 0 && socket.send([Buffer.from('ceph')]),
      /ETIMEDOUT: .* no banner within 10 s/,
    ],
    [
      'sends a byte a second',
      (socket, second) => socket.send([Buffer.from('ceph v027').subarray(second, second + 1)]),
      /ETIMEDOUT: .* no server addresses within 10 s/,
    ],
    [
      'resets the connection',
      (socket, second) => second === 0 && socket.destroy(),
      /ECONNRESET: reset by peer/,
    ],
    [
      'speaks SSH',
      (socket, second) => second === 0 && socket.send([Buffer.from('SSH-2.0-OpenSSH_9')]),
      /'SSH-2\.0-O' is not that of msgr v1/,
    ],
  ])('of a server that %s is told why, and dials again later and later', (_, write, why) => {
    serve(write, 12);
    const us = new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num: 1, policy: lossyClient() });
    us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
    net.run(60_000);
    const [error] = us.got.errors;
    expect(error instanceof ProtocolError || error instanceof SocketError).toBe(true);
    expect(String(error)).toMatch(why);
    expect(new Set(us.got.events)).toEqual(new Set(['refused']));
    const dials = net.sockets.length / 2;
    expect(dials).toBeGreaterThan(4);
    expect(dials).toBeLessThan(12);
  });
});
