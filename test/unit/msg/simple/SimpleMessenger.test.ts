import { describe, expect, it } from 'vitest';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import { SocketError } from '../../../../src/common/Stack.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../../../src/msg/msg_types.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import {
  SERVER_ADDR,
  startClient,
  startPair,
  startServer,
  TestMessage,
} from '../../../helpers/messengers.ts';

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `message ${i}`);
}

describe('two messengers', () => {
  it('connect, and each is told', () => {
    const { net, server, client, con } = startPair();
    net.run();
    expect(con.isConnected()).toBe(true);
    expect(client.got.events).toEqual(['connect']);
    expect(server.got.events).toEqual(['accept']);
  });

  it('exchange messages both ways, in order', () => {
    const { net, server, client, con } = startPair();
    server.got.onMessage = (from, message) => {
      from.sendMessage(new TestMessage(`re ${(message as TestMessage).text}`));
    };
    for (const text of texts(5000)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts).toEqual(texts(5000));
    expect(client.got.texts).toEqual(texts(5000).map((text) => `re ${text}`));
  });

  it.each([1, 7, 4096])('understand each other in pieces of %i bytes', (pieceMax) => {
    const { net, server, con } = startPair();
    net.pieceMax = pieceMax;
    for (const text of texts(50)) con.sendMessage(new TestMessage(text, new Uint8Array(100)));
    net.run();
    expect(server.got.texts).toEqual(texts(50));
  });

  it.each([1, 4095, 4096, 100_000, 3_000_000])('carry %i bytes of data unharmed', (length) => {
    const { net, server, con } = startPair();
    const data = Uint8Array.from({ length }, (_, i) => i * 31);
    for (let i = 0; i < 3; i++) con.sendMessage(new TestMessage(`message ${i}`, data));
    net.run();
    expect(server.got.texts).toEqual(texts(3));
    for (const message of server.got.messages) {
      expect(Buffer.compare(Buffer.concat(message.data), data)).toBe(0);
    }
  });

  it.each([10_000, 16_380, 16_381, 70_000, 2_000_000])('carry a front of %i bytes', (length) => {
    const { net, server, con } = startPair();
    const text = 'x'.repeat(length);
    for (let i = 0; i < 3; i++) con.sendMessage(new TestMessage(text, new Uint8Array(5000)));
    net.run();
    expect(server.got.texts).toEqual([text, text, text]);
  });

  it('carry a middle and data in pieces', () => {
    const { net, server, con } = startPair();
    const message = new TestMessage('pieces');
    message.middle = Uint8Array.of(1, 2, 3);
    message.data = [Uint8Array.of(4), new Uint8Array(5000).fill(5), Uint8Array.of(6)];
    con.sendMessage(message);
    net.run();
    const [got] = server.got.messages;
    expect(got?.middle).toEqual(Uint8Array.of(1, 2, 3));
    expect(got?.dataLength()).toBe(5002);
    expect(got?.data[0]?.at(-1)).toBe(6);
  });

  it('wait while the network takes no more, and lose nothing', () => {
    const { net, server, con } = startPair();
    net.bufferMax = 10_000;
    for (const text of texts(500)) con.sendMessage(new TestMessage(text, new Uint8Array(5000)));
    net.run();
    expect(server.got.texts).toEqual(texts(500));
  });

  it('have one connection between them', () => {
    const { net, client, con } = startPair();
    net.run();
    expect(client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR)).toBe(con);
    expect(client.messenger.pipes.size).toBe(1);
  });

  it('say who they are in each message', () => {
    const { net, server, con } = startPair();
    con.sendMessage(new TestMessage('hello'));
    net.run();
    expect(server.got.messages[0]?.src).toEqual({ type: CEPH_ENTITY_TYPE_CLIENT, num: 4123 });
    const [peer] = server.got.cons;
    expect(peer?.peerType).toBe(CEPH_ENTITY_TYPE_CLIENT);
    expect(String(peer?.peerAddr)).toBe('v1:127.0.0.1:0/4711');
  });
});

describe('what is sent in one turn', () => {
  it('goes out in one send', () => {
    const { net, con } = startPair();
    net.run();
    const socket = net.sockets[0];
    const before = socket?.sends.length ?? 0;
    for (const text of texts(100)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(socket?.sends.length).toBe(before + 1);
  });

  it('goes out by priority', () => {
    const { net, server, con } = startPair();
    net.run();
    for (const priority of [10, 127, 63, 196, 127]) {
      const message = new TestMessage(`${priority}`);
      message.priority = priority;
      con.sendMessage(message);
    }
    net.run();
    expect(server.got.messages.map((message) => message.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(server.got.texts).toEqual(['196', '127', '127', '63', '10']);
  });

  it('before the connection is open goes out with the end of the handshake', () => {
    const { net, con } = startPair();
    for (const text of texts(100)) con.sendMessage(new TestMessage(text));
    net.run();
    // The banner; address and connect; in_seq and all messages.
    expect(net.sockets[0]?.sends.length).toBe(3);
  });
});

describe('a keepalive', () => {
  it('is answered, and the answer is remembered', () => {
    const { net, con } = startPair();
    net.run(1000);
    expect(con.lastKeepaliveAck).toBe(undefined);
    con.sendKeepalive();
    net.run();
    expect(con.lastKeepaliveAck).toBe(1000);
  });

  it('asked for before the connection is open is the first thing sent', () => {
    const { net, con } = startPair();
    con.sendKeepalive();
    con.sendMessage(new TestMessage('later'));
    net.run();
    expect(net.sockets[0]?.sends.at(-1)?.[8]).toBe(14);
    expect(con.lastKeepaliveAck).toBe(0);
  });
});

describe('the connection to oneself', () => {
  it('delivers the message as it is, without a socket', () => {
    const net = new MemoryNet();
    const { messenger, got } = startServer(net);
    const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    const message = new TestMessage('to myself');
    con.sendMessage(message);
    expect(got.messages).toEqual([]);
    net.run();
    expect(got.messages[0]).toBe(message);
    expect(message.src).toEqual(messenger.myName);
    expect(con).toBe(messenger.localConnection);
    expect(con.isConnected()).toBe(true);
    expect(net.sockets).toEqual([]);
  });

  it('is told apart by the nonce', () => {
    const net = new MemoryNet();
    const { messenger } = startServer(net);
    const other = SERVER_ADDR.with({ nonce: 1 });
    expect(messenger.getConnection(CEPH_ENTITY_TYPE_OSD, other)).not.toBe(
      messenger.localConnection,
    );
  });
});

describe('an address', () => {
  it('is learned from what the peer sees', () => {
    const { net, client } = startPair();
    expect(client.messenger.myAddr.isBlankIp()).toBe(true);
    net.run();
    expect(String(client.messenger.myAddr)).toBe('v1:127.0.0.1:0/4711');
  });

  it('of a port that was given out is known when it is bound', () => {
    const net = new MemoryNet();
    const { messenger } = startClient(net);
    let bound = false;
    messenger.bind([new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 0, 0)], (error) => {
      bound = error === undefined;
    });
    net.run();
    expect(bound).toBe(true);
    expect(String(messenger.myAddr)).toBe('v1:127.0.0.1:40000/4711');
  });

  it('that is taken is an error of bind', () => {
    const net = new MemoryNet();
    startServer(net);
    let failed: Error | undefined;
    startClient(net).messenger.bind([SERVER_ADDR], (error) => {
      failed = error;
    });
    net.run();
    expect(failed).toBeInstanceOf(SocketError);
  });
});

describe('an attempt to connect', () => {
  it('that is refused is told, and made again after 0.2, 0.4 … 15 s', () => {
    const net = new MemoryNet();
    const { messenger, got } = startClient(net);
    const at: number[] = [];
    messenger.addDispatcherHead({
      msDispatch: () => false,
      msHandleReset: () => false,
      msHandleRefused: () => at.push(net.now()) < 0,
    });
    messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run(60_000);
    expect(new Set(got.events)).toEqual(new Set(['refused']));
    const gaps = at.slice(1).map((ms, i) => ms - (at[i] ?? 0));
    expect(gaps).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
  });

  it('that succeeds in the end delivers what was queued meanwhile', () => {
    const net = new MemoryNet();
    const { messenger, got } = startClient(net);
    const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    for (const text of texts(3)) con.sendMessage(new TestMessage(text));
    net.run(500);
    const server = startServer(net);
    net.run(1000);
    expect(server.got.texts).toEqual(texts(3));
    expect(got.events.at(-1)).toBe('connect');
  });

  it('that meets silence ends after ms_connection_ready_timeout', () => {
    const net = new MemoryNet();
    net.listen(
      { ip: SERVER_ADDR.ip, port: SERVER_ADDR.port },
      {
        onListening: () => {},
        onError: () => {},
        onAccept: () => ({
          onConnect: () => {},
          readBuffer: () => new Uint8Array(100),
          onRead: () => {},
          onWritable: () => {},
          onClose: () => {},
        }),
      },
    );
    const { messenger, got } = startClient(net);
    messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run(9999);
    expect(got.events).toEqual([]);
    net.run(1);
    expect(got.errors.map((error) => error.message)).toEqual([
      'ETIMEDOUT: v1:127.0.0.1:6800/77 (CONNECTING): no banner within 10 s',
    ]);
  });

  it('of a stranger who says nothing is dropped after ms_connection_ready_timeout', () => {
    const net = new MemoryNet();
    const { messenger, got } = startServer(net);
    net.connect(SERVER_ADDR, {
      onConnect: () => {},
      readBuffer: () => new Uint8Array(1000),
      onRead: () => {},
      onWritable: () => {},
      onClose: () => {},
    });
    net.run(9999);
    expect(messenger.pipes.size).toBe(1);
    net.run(1);
    expect(messenger.pipes.size).toBe(0);
    expect(got.events).toEqual([]);
  });

  it('anew by the same client replaces its connection', () => {
    const net = new MemoryNet();
    const server = startServer(net);
    const first = startClient(net);
    first.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run();
    const second = startClient(net);
    second.messenger
      .getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR)
      .sendMessage(new TestMessage('from the second'));
    net.run();
    expect(server.messenger.pipes.size).toBe(1);
    expect(server.got.events).toEqual(['accept', 'reset', 'accept', 'test(from the second)']);
    expect(first.got.events).toEqual(['connect', 'reset']);
  });

  it('that was overtaken by a later one of the same client is told to count on', () => {
    const net = new MemoryNet();
    const server = startServer(net);
    const first = startClient(net);
    for (let i = 0; i < 10; i++) first.messenger.getGlobalSeq(0);
    first.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run();
    const second = startClient(net);
    const con = second.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run();
    expect(con.isConnected()).toBe(true);
    expect(second.messenger.getGlobalSeq(0)).toBe(13);
    expect(server.messenger.pipes.size).toBe(1);
  });
});

describe('an open connection that is cut', () => {
  it('is reset on both sides, and what was queued is dropped', () => {
    const { net, server, client, con } = startPair();
    net.run();
    con.sendMessage(new TestMessage('lost'));
    net.sockets[0]?.end(new SocketError('ECONNRESET', 'cut'));
    net.sockets[1]?.end(undefined);
    net.run(60_000);
    expect(client.got.events).toEqual(['connect', 'reset']);
    expect(server.got.events).toEqual(['accept', 'reset']);
    expect(client.got.errors[0]).toBeInstanceOf(SocketError);
    con.sendMessage(new TestMessage('lost as well'));
    net.run();
    expect(con.isConnected()).toBe(false);
    expect(server.got.texts).toEqual([]);
  });

  it('is opened anew by getConnection', () => {
    const { net, client, server, con } = startPair();
    net.run();
    net.sockets[0]?.end(undefined);
    net.sockets[1]?.end(undefined);
    net.run();
    const again = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    expect(again).not.toBe(con);
    again.sendMessage(new TestMessage('here'));
    net.run();
    expect(server.got.texts).toEqual(['here']);
  });

  it('after any number of bytes ends on both sides and leaves no Pipe behind', () => {
    const whole = bytesOfAnExchange();
    for (const side of [0, 1]) {
      for (let cutAfter = 0; cutAfter <= (whole[side] ?? 0); cutAfter++) {
        const { net, server, client, con } = startPair();
        server.got.onMessage = (from) => from.sendMessage(new TestMessage('pong'));
        con.sendMessage(new TestMessage('ping'));
        const socket = net.sockets[side];
        if (socket !== undefined) socket.cutAfter = cutAfter;
        net.run();
        expect(con.isConnected()).toBe(false);
        expect(server.messenger.pipes.size).toBe(0);
        expect(client.got.events.at(-1)).toMatch(/^re(set|fused)$/);
        if (client.got.events.at(-1) === 'reset') continue;
        net.run(200);
        expect(client.got.texts).toEqual(['pong']);
      }
    }
  });

  function bytesOfAnExchange(): number[] {
    const { net, server, con } = startPair();
    server.got.onMessage = (from) => from.sendMessage(new TestMessage('pong'));
    con.sendMessage(new TestMessage('ping'));
    net.run();
    return net.sockets.map((socket) => socket.sent.length);
  }
});

describe('markDown', () => {
  it('closes at once, tells only the peer, and may be called again', () => {
    const { net, server, client, con } = startPair();
    net.run();
    con.markDown();
    con.markDown();
    expect(con.isConnected()).toBe(false);
    expect(client.messenger.pipes.size).toBe(0);
    net.run();
    expect(client.got.events).toEqual(['connect']);
    expect(server.got.events).toEqual(['accept', 'reset']);
  });

  it('ends the attempts to connect', () => {
    const net = new MemoryNet();
    const { messenger, got } = startClient(net);
    const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run(1000);
    con.markDown();
    const before = got.events.length;
    net.run(60_000);
    expect(got.events.length).toBe(before);
  });

  it('in a dispatcher keeps what came with that message from being delivered', () => {
    const { net, server, con } = startPair();
    server.got.onMessage = (from) => from.markDown();
    for (const text of texts(10)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts).toEqual(['message 0']);
  });
});

describe('shutdown', () => {
  it('closes all connections and the port, and ends wait', () => {
    const { net, server, client, con } = startPair();
    net.run();
    let stopped = 0;
    server.messenger.wait(() => stopped++);
    server.messenger.shutdown();
    server.messenger.wait(() => stopped++);
    net.run();
    expect(stopped).toBe(2);
    expect(server.got.events).toEqual(['accept']);
    expect(client.got.events).toEqual(['connect', 'reset']);
    con.markDown();
    client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    net.run();
    expect(client.got.events.at(-1)).toBe('refused');
  });

  it('delivers nothing afterwards', () => {
    const { net, server, con } = startPair();
    server.got.onMessage = () => server.messenger.shutdown();
    for (const text of texts(10)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts).toEqual(['message 0']);
  });
});

describe('ms_inject_delay', () => {
  const delays = {
    ms_inject_delay_type: 'osd client',
    ms_inject_delay_probability: 0.5,
    ms_inject_delay_max: 2,
  };

  it('delays messages but keeps their order', () => {
    const { net, server, con } = startPair(delays);
    for (const text of texts(50)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts.length).toBeLessThan(50);
    net.run(2000);
    expect(server.got.texts).toEqual(texts(50));
  });

  it('spares types of peers that it does not name', () => {
    const { net, server, con } = startPair({ ...delays, ms_inject_delay_type: 'mon' });
    for (const text of texts(50)) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts).toEqual(texts(50));
  });

  it('delivers nothing of a connection that is marked down', () => {
    const { net, server, con } = startPair(delays);
    for (const text of texts(50)) con.sendMessage(new TestMessage(text));
    net.run();
    const count = server.got.texts.length;
    for (const peer of server.got.cons) peer.markDown();
    net.run(10_000);
    expect(server.got.texts.length).toBe(count);
  });
});

describe('without crcs', () => {
  it('messages arrive all the same', () => {
    const { net, server, con } = startPair({ ms_crc_data: false, ms_crc_header: false });
    con.sendMessage(new TestMessage('unchecked', new Uint8Array(10_000)));
    net.run();
    expect(server.got.texts).toEqual(['unchecked']);
  });

  it('of data, a peer that checks them accepts it', () => {
    const net = new MemoryNet();
    const server = startServer(net);
    const client = startClient(net, { ms_crc_data: false });
    const con = client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
    con.sendMessage(new TestMessage('unchecked', new Uint8Array(10_000).fill(1)));
    net.run();
    expect(server.got.texts).toEqual(['unchecked']);
  });
});
