import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthAuthorizer } from '../../src/auth/AuthClient.ts';
import { NO_SECRETS } from '../../src/auth/auth_modes.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../src/msg/msg_types.ts';
import { losslessPeer, losslessPeerReuse, type Policy } from '../../src/msg/Policy.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';
import { TestMessage } from '../helpers/messengers.ts';
import { Peer } from '../helpers/peers.ts';
import { ScriptedClient, ScriptedServer } from '../helpers/scripted_v1.ts';

const READY = 1;
const RESETSESSION = 2;
const WAIT = 3;
const RETRY_SESSION = 4;
const RETRY_GLOBAL = 5;
const TAG_MSG = 7;
const TAG_ACK = 8;
const BADPROTOVER = 10;
const BADAUTHORIZER = 11;
const FEATURES = 12;
const SEQ = 13;
const CHALLENGE_AUTHORIZER = 16;

const PEER = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 6900, 9);

let net: MemoryNet;

beforeEach(() => {
  net = new MemoryNet();
});

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

describe('a client whose server answers', () => {
  let us: Peer;
  let server: ScriptedServer;
  let con: Connection;

  beforeEach(() => dialWith(losslessPeer()));

  function dialWith(policy: Policy): void {
    net = new MemoryNet();
    us = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy });
    server = new ScriptedServer(net, PEER);
    con = us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
    con.sendMessage(new TestMessage('first'));
    net.run();
  }

  /** Opens the session, hears the first message, and loses the connection without a word about it. */
  function loseAfterFirst(): void {
    server.last.takeConnect();
    server.last.reply(SEQ, { connectSeq: 1 }, u64(0));
    net.run();
    server.last.socket?.close();
    net.run();
  }

  it('READY is connected', () => {
    server.last.takeConnect();
    server.last.reply(READY, { connectSeq: 1 });
    net.run();
    expect(con.isConnected()).toBe(true);
    expect(server.last.take(1).u8()).toBe(TAG_MSG);
  });

  it('SEQ is connected, and says what it has', () => {
    server.last.takeConnect();
    server.last.reply(SEQ, { connectSeq: 1 }, u64(0));
    net.run();
    expect(con.isConnected()).toBe(true);
    expect(server.last.take(8).u64()).toBe(0);
    expect(server.last.take(1).u8()).toBe(TAG_MSG);
  });

  it('SEQ in a later connection sends only what the server lacks', () => {
    loseAfterFirst();
    con.sendMessage(new TestMessage('second'));
    net.run(1000);
    expect(server.last.takeConnect().connectSeq).toBe(2);
    server.last.reply(SEQ, { connectSeq: 3 }, u64(1));
    net.run();
    expect(server.last.take(8).u64()).toBe(0);
    expect(server.last.take(1).u8()).toBe(TAG_MSG);
    expect(server.last.take(8).u64()).toBe(2);
  });

  it('READY or SEQ with LOSSY has a lossy connection', () => {
    server.last.takeConnect();
    server.last.reply(READY, { connectSeq: 1, flags: 1 });
    net.run();
    server.last.socket?.close();
    net.run(60_000);
    expect(us.got.events).toEqual(['connect', 'reset']);
    expect(server.accepted.length).toBe(1);
  });

  it('SEQ with more than was ever sent is refused', () => {
    server.last.takeConnect();
    server.last.reply(SEQ, { connectSeq: 1 }, u64(7));
    net.run();
    expect(us.got.events).toEqual(['refused']);
    expect(String(us.got.errors[0])).toMatch(/of seq 7, but 0 is the last sent/);
  });

  it('RESETSESSION drops what it has, tells its dispatchers and begins anew', () => {
    loseAfterFirst();
    con.sendMessage(new TestMessage('second'));
    net.run(1000);
    expect(server.last.takeConnect().connectSeq).toBe(2);
    server.last.reply(RESETSESSION);
    net.run();
    expect(us.got.events).toEqual(['connect', 'remote reset']);
    expect(server.last.takeConnect().connectSeq).toBe(0);
    server.last.reply(SEQ, { connectSeq: 1 }, u64(0));
    net.run();
    expect(server.last.take(8).u64()).toBe(0);
    expect(server.last.heard.length).toBe(0);
    con.sendMessage(new TestMessage('third'));
    net.run();
    expect(server.last.take(1).u8()).toBe(TAG_MSG);
    // The seqs go on from a number that nobody can guess.
    expect(server.last.take(8).u64()).toBeGreaterThan(1);
  });

  it('RESETSESSION to a first connect is refused', () => {
    server.last.takeConnect();
    server.last.reply(RESETSESSION);
    net.run();
    expect(String(us.got.errors[0])).toMatch(/RESETSESSION \(2\) is no answer to .* seq 0/);
  });

  it('WAIT waits 15 s for the server to dial, then dials again', () => {
    server.last.takeConnect();
    server.last.reply(WAIT);
    net.run(14_999);
    expect(server.last.ended).toBe(true);
    expect(server.accepted.length).toBe(1);
    expect(us.got.events).toEqual([]);
    net.run(1);
    expect(server.accepted.length).toBe(2);
  });

  it('WAIT, and then dials, is connected', () => {
    us.messenger.bind([PEER.with({ port: 6801, nonce: 1 })], () => undefined);
    server.last.takeConnect();
    server.last.reply(WAIT);
    net.run();
    const dialler = new ScriptedClient(net, us.messenger.myAddr, PEER);
    dialler.connect();
    net.run();
    expect(dialler.takeReply().tag).toBe(SEQ);
    expect(dialler.take(8).u64()).toBe(0);
    dialler.say((enc) => enc.u64(0));
    net.run(60_000);
    expect(con.isConnected()).toBe(true);
    expect(dialler.take(1).u8()).toBe(TAG_MSG);
    expect(server.accepted.length).toBe(1);
  });

  it('RETRY_SESSION counts on', () => {
    server.last.takeConnect();
    server.last.reply(RETRY_SESSION, { connectSeq: 6 });
    net.run();
    expect(server.last.takeConnect().connectSeq).toBe(6);
  });

  it('RETRY_SESSION with what was asked for is refused', () => {
    server.last.takeConnect();
    server.last.reply(RETRY_SESSION, { connectSeq: 0 });
    net.run();
    expect(String(us.got.errors[0])).toMatch(/RETRY_SESSION \(4\) is no answer/);
  });

  it('RETRY_GLOBAL counts on', () => {
    server.last.takeConnect();
    server.last.reply(RETRY_GLOBAL, { globalSeq: 70 });
    net.run();
    expect(server.last.takeConnect().globalSeq).toBe(71);
  });

  it.each([
    [BADPROTOVER, /speaks protocol version 10, not 10/],
    [BADAUTHORIZER, /refuses our authorizer/],
    [FEATURES, /wants features 0x/],
    [CHALLENGE_AUTHORIZER, /CHALLENGE_AUTHORIZER \(16\) is no answer/],
    [99, /unknown \(99\) is no answer/],
  ])('tag %i is refused, told why, and dials again', (tag, reason) => {
    server.last.takeConnect();
    server.last.reply(tag, { features: 0xffff_ffff_ffff_ffffn });
    net.run();
    expect(us.got.events).toEqual(['refused']);
    expect(String(us.got.errors[0])).toMatch(reason);
    net.run(200);
    expect(server.accepted.length).toBe(2);
  });

  describe('that has an authorizer', () => {
    const ours: AuthAuthorizer = {
      protocol: 2,
      bytes: Uint8Array.of(1),
      addChallenge: (challenge) => ({ ...ours, bytes: Uint8Array.of(2, ...challenge) }),
      verifyReply: (reply) => (reply[0] === 9 ? NO_SECRETS : undefined),
    };

    beforeEach(() => {
      net = new MemoryNet();
      us = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy: losslessPeer() });
      us.messenger.authClient = Object.assign(new DummyAuth(), { buildAuthorizer: () => ours });
      server = new ScriptedServer(net, PEER);
      con = us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
      net.run();
    });

    it('CHALLENGE_AUTHORIZER answers the challenge', () => {
      expect(server.last.takeConnect().authorizer).toEqual(Uint8Array.of(1));
      const challenge = Uint8Array.of(7, 7);
      server.last.reply(CHALLENGE_AUTHORIZER, { authorizerLen: 2 }, challenge);
      net.run();
      expect(server.last.takeConnect().authorizer).toEqual(Uint8Array.of(2, 7, 7));
      server.last.reply(READY, { connectSeq: 1, authorizerLen: 1 }, Uint8Array.of(9));
      net.run();
      expect(con.isConnected()).toBe(true);
    });

    it('challenges without end is given up', () => {
      for (let i = 0; i < 6; i++) {
        server.last.takeConnect();
        server.last.reply(CHALLENGE_AUTHORIZER, { authorizerLen: 1 }, Uint8Array.of(7));
        net.run();
      }
      expect(us.got.events).toEqual(['refused']);
    });

    it('without having read it is refused', () => {
      server.last.takeConnect();
      server.last.reply(READY, { connectSeq: 1, authorizerLen: 1 }, Uint8Array.of(8));
      net.run();
      expect(String(us.got.errors[0])).toMatch(/cannot have read our authorizer/);
    });
  });
});

describe('a server whose client', () => {
  let us: Peer;

  beforeEach(() => {
    us = listenWith(losslessPeerReuse());
  });

  function listenWith(policy: Policy): Peer {
    net = new MemoryNet();
    const peer = new Peer(net, { type: CEPH_ENTITY_TYPE_OSD, num: 0, policy, port: 6801 });
    net.run();
    return peer;
  }

  function dial(): ScriptedClient {
    return new ScriptedClient(net, us.messenger.myAddr, PEER);
  }

  /** A client whose session is open. */
  function open(): ScriptedClient {
    const client = dial();
    client.connect();
    net.run();
    expect(client.takeReply().tag).toBe(SEQ);
    client.say((enc) => enc.u64(client.take(8).u64()));
    net.run();
    return client;
  }

  it('begins a session is told SEQ', () => {
    const client = dial();
    client.connect();
    net.run();
    const { tag, connectSeq, flags } = client.takeReply();
    expect({ tag, connectSeq, flags }).toEqual({ tag: SEQ, connectSeq: 1, flags: 0 });
    expect(us.got.events).toEqual([]);
    client.say((enc) => enc.u64(0));
    net.run();
    expect(us.got.events).toEqual(['accept']);
  });

  it('lacks RECONNECT_SEQ is told READY', () => {
    const client = dial();
    client.connect({ features: 0xffff_ffff_ffff_ffbfn });
    net.run();
    expect(client.takeReply().tag).toBe(READY);
    expect(us.got.events).toEqual(['accept']);
  });

  it('forgot the session begins anew, and our dispatchers hear of it', () => {
    open();
    const again = dial();
    again.connect();
    net.run();
    expect(again.takeReply()).toMatchObject({ tag: SEQ, connectSeq: 1 });
    again.say((enc) => enc.u64(again.take(8).u64()));
    net.run();
    expect(us.got.events).toEqual(['accept', 'remote reset', 'accept']);
    expect(us.got.cons.size).toBe(1);
  });

  it('speaks of a session that we forgot is told RESETSESSION', () => {
    const client = dial();
    client.connect({ connectSeq: 3 });
    net.run();
    expect(client.takeReply().tag).toBe(RESETSESSION);
    client.connect({ connectSeq: 0 });
    net.run();
    expect(client.takeReply().tag).toBe(SEQ);
  });

  it('asks for the connection that is open is told RETRY_SESSION', () => {
    open();
    const again = dial();
    again.connect({ connectSeq: 1, globalSeq: 2 });
    net.run();
    expect(again.takeReply()).toMatchObject({ tag: RETRY_SESSION, connectSeq: 2 });
  });

  it('was overtaken by itself is told RETRY_GLOBAL', () => {
    const client = dial();
    client.connect({ globalSeq: 50 });
    net.run();
    const again = dial();
    again.connect({ connectSeq: 2, globalSeq: 49 });
    net.run();
    expect(again.takeReply()).toMatchObject({ tag: RETRY_GLOBAL, globalSeq: 50 });
  });

  it('comes back keeps its connection, and is told what we have', () => {
    open();
    const again = dial();
    again.connect({ connectSeq: 2, globalSeq: 2 });
    net.run();
    expect(again.takeReply()).toMatchObject({ tag: SEQ, connectSeq: 3 });
    again.say((enc) => enc.u64(0));
    net.run();
    expect(us.got.events).toEqual(['accept', 'accept']);
    expect(us.got.cons.size).toBe(1);
    expect(us.messenger.pipes.size).toBe(1);
  });

  it('is a peer that we dial, and higher, is told WAIT', () => {
    us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER).sendKeepalive();
    const client = dial();
    client.connect();
    net.run();
    expect(client.takeReply().tag).toBe(WAIT);
  });

  it('is a peer that we dial, and lower, takes our place', () => {
    us.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, PEER.with({ nonce: 0 })).sendKeepalive();
    const client = new ScriptedClient(net, us.messenger.myAddr, PEER.with({ nonce: 0 }));
    client.connect();
    net.run();
    expect(client.takeReply().tag).toBe(SEQ);
  });

  it('speaks another protocol version is told BADPROTOVER', () => {
    const client = dial();
    client.connect({ protocolVersion: 24 });
    net.run();
    expect(client.takeReply()).toMatchObject({ tag: BADPROTOVER, protocolVersion: 10 });
  });

  it('lacks features is told FEATURES', () => {
    const client = dial();
    client.connect({ features: 0n });
    net.run();
    expect(client.takeReply().tag).toBe(FEATURES);
  });

  it('sends messages is told ACK, once a turn', () => {
    const client = open();
    const sender = new Peer(net, {
      ...{ type: CEPH_ENTITY_TYPE_OSD, num: 1, policy: losslessPeer() },
    });
    const con = sender.dial(us);
    for (let i = 0; i < 3; i++) con.sendMessage(new TestMessage(`${i}`));
    net.run();
    const said = net.sockets[3]?.sends.at(-1);
    expect(said).toEqual(Buffer.concat([Buffer.of(TAG_ACK), u64(3)]));
    expect(client.heard.length).toBe(0);
  });

  it('is challenged by our AuthServer is told CHALLENGE_AUTHORIZER', () => {
    const asked: unknown[] = [];
    const judge = (
      _type: number,
      _protocol: number,
      bytes: Uint8Array,
      challenge?: Uint8Array,
    ): never => {
      asked.push([bytes[0], challenge?.[0]]);
      const meta = { entityName: { type: 4, id: '9' }, globalId: 9 };
      const authorizerReply = Uint8Array.of(42);
      return (
        challenge === undefined ? { challenge: Uint8Array.of(7) } : { ...meta, authorizerReply }
      ) as never;
    };
    us.messenger.authServer = { verifyAuthorizer: judge } as never;
    const client = dial();
    client.connect({}, Uint8Array.of(1));
    net.run();
    const first = client.takeReply();
    expect([first.tag, first.after[0]]).toEqual([CHALLENGE_AUTHORIZER, 7]);
    client.connect({}, Uint8Array.of(2));
    net.run();
    const second = client.takeReply();
    expect([second.tag, second.after[0]]).toEqual([SEQ, 42]);
    expect(asked).toEqual([
      [1, undefined],
      [2, 7],
    ]);
  });

  it('is refused by our AuthServer is told BADAUTHORIZER', () => {
    us.messenger.authServer = { verifyAuthorizer: () => undefined } as never;
    const client = dial();
    client.connect();
    net.run();
    expect(client.takeReply().tag).toBe(BADAUTHORIZER);
  });
});
