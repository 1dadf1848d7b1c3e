import { beforeEach, describe, expect, it } from 'vitest';
import type { CephContext } from '../../../../src/common/CephContext.ts';
import type { Crypto } from '../../../../src/common/Crypto.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { AsyncMessenger } from '../../../../src/msg/async/AsyncMessenger.ts';
import { NonceError } from '../../../../src/msg/async/crypto_onwire.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2, entity_addr_t } from '../../../../src/msg/msg_types.ts';
import { losslessPeer, statefulServer } from '../../../../src/msg/Policy.ts';
import { startAsyncClient, startAsyncServer, V2_ADDR } from '../../../helpers/async_messengers.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { Recorder, TestMessage, testFactory } from '../../../helpers/messengers.ts';
import { SecretAuth } from '../../../helpers/SecretAuth.ts';
import { ScriptedClient } from '../../../helpers/scripted_v1.ts';

const V1_ADDR = V2_ADDR.with({ type: ADDR_TYPE_LEGACY });
const IDLE_MS = 900_000;

let net: MemoryNet;
beforeEach(() => {
  net = new MemoryNet();
});

/** Each key of `crypto` is used up after so many texts of one kind. */
function exhaustible(crypto: Crypto, kind: 'seal' | 'open', texts: number): Crypto {
  const limited: Crypto = {
    aesCbc: (key) => crypto.aesCbc(key),
    hmacSha256: (key, bytes) => crypto.hmacSha256(key, bytes),
    aesGcm: (key) => {
      const aes = crypto.aesGcm(key);
      let left = texts;
      const count = (what: string): void => {
        if (what === kind && left-- === 0) throw new NonceError('no nonce is left for this key');
      };
      return {
        seal: (nonce, plaintext) => {
          count('seal');
          return aes.seal(nonce, plaintext);
        },
        open: (nonce, sealed) => {
          count('open');
          return aes.open(nonce, sealed);
        },
      };
    },
  };
  return limited;
}

function startSecurePeer(num: number, crypto: Crypto | undefined) {
  const cct: CephContext = { ...net.context(), ...(crypto && { crypto }) };
  const addr = new entity_addr_t(ADDR_TYPE_MSGR2, '127.0.0.1', 6800 + num, 1 + num);
  const messenger = new AsyncMessenger(cct, {
    name: { type: CEPH_ENTITY_TYPE_OSD, num },
    lname: 'cluster',
    nonce: addr.nonce,
    messageFactory: testFactory,
  });
  const auth = new SecretAuth(cct.random);
  messenger.authClient = auth;
  messenger.authServer = auth;
  messenger.setDefaultPolicy(losslessPeer());
  messenger.bind([addr], () => undefined);
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  return { messenger, addr, got };
}

describe('a key whose nonces are used up', () => {
  it.each(['seal', 'open'] as const)('ends the connection, not the session: %s', (kind) => {
    const { crypto } = net.context();
    if (crypto === undefined) throw new Error('no ciphers');
    const a = startSecurePeer(0, exhaustible(crypto, kind, 30));
    const b = startSecurePeer(1, undefined);
    net.run();
    b.got.onMessage = (con, message) => con.sendMessage(new TestMessage(`re ${message}`));
    const con = a.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, b.addr);
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (const text of texts) {
      con.sendMessage(new TestMessage(text, new Uint8Array(5000)));
      net.run(10);
    }
    net.run(60_000);
    expect(net.sockets.length).toBeGreaterThan(4);
    expect(b.got.texts).toEqual(texts);
    expect(a.got.texts).toEqual(texts.map((text) => `re test(${text})`));
  });
});

describe('a server of lossless sessions', () => {
  it('forgets those of strangers who never opened them, and tells nobody', () => {
    const { messenger, got } = startAsyncServer(net, {
      policy: statefulServer(),
      addrs: [V1_ADDR],
    });
    for (let i = 0; i < 100; i++) {
      const me = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 6900, i);
      const client = new ScriptedClient(net, V1_ADDR, me);
      client.connect();
      net.run();
      client.socket?.close();
    }
    net.run(1000);
    expect(messenger.conns.size).toBe(100);
    net.run(3 * IDLE_MS);
    expect(messenger.conns.size).toBe(0);
    expect(got.events).toEqual([]);
  });

  it('says nothing of such a session when its peer begins another', () => {
    const { messenger, got } = startAsyncServer(net, {
      policy: statefulServer(),
      addrs: [V1_ADDR],
    });
    const me = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 6900, 5);
    for (let globalSeq = 1; globalSeq < 4; globalSeq++) {
      const client = new ScriptedClient(net, V1_ADDR, me);
      client.connect({ globalSeq });
      net.run();
      client.socket?.close();
      net.run();
    }
    expect(messenger.conns.size).toBe(1);
    expect(got.events).toEqual([]);
  });
});

it('a peer in its handshake is dropped, the oldest first, when there are too many', () => {
  const { messenger, got } = startAsyncServer(net);
  const ended: number[] = [];
  for (let i = 0; i < 1030; i++) {
    net.connect(V2_ADDR, {
      onConnect: () => undefined,
      readBuffer: () => new Uint8Array(1000),
      onRead: () => undefined,
      onWritable: () => undefined,
      onClose: () => ended.push(i),
    });
  }
  net.run();
  expect(ended).toEqual([0, 1, 2, 3, 4, 5]);
  const client = startAsyncClient(net);
  client.messenger
    .getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR)
    .sendMessage(new TestMessage('let in'));
  net.run();
  expect(got.texts).toEqual(['let in']);
  net.run(20_000);
  expect(messenger.acceptingConns.size).toBe(0);
});
