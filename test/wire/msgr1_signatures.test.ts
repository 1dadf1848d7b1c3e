import { describe, expect, it } from 'vitest';
import type { AuthSessionHandler, MessageDigest } from '../../src/auth/AuthSessionHandler.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { lossyClient, statelessServer } from '../../src/msg/Policy.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';
import { TestMessage } from '../helpers/messengers.ts';
import { Peer } from '../helpers/peers.ts';

const SIGNED = 4;

/** A signature that anybody can make who knows `key`. */
function handler(key: number): AuthSessionHandler {
  const sign = (digest: MessageDigest): number =>
    key + Object.values(digest).reduce((sum, part) => sum + part, 0);
  return {
    signMessage: (digest, enc) => enc.u64(sign(digest)),
    checkMessageSignature: (digest, dec) => dec.u64() === sign(digest),
  };
}

function pair(ours: AuthSessionHandler | undefined, theirs: AuthSessionHandler | undefined) {
  const net = new MemoryNet();
  const server = new Peer(net, {
    ...{ type: CEPH_ENTITY_TYPE_OSD, num: 0, policy: statelessServer(), port: 6801 },
  });
  const client = new Peer(net, { type: CEPH_ENTITY_TYPE_CLIENT, num: 1, policy: lossyClient() });
  const meta = { entityName: { type: CEPH_ENTITY_TYPE_CLIENT, id: 'a' }, globalId: 1 };
  server.messenger.authServer = Object.assign(new DummyAuth(), {
    verifyAuthorizer: () => (theirs === undefined ? meta : { ...meta, sessionHandler: theirs }),
  });
  const authorizer = { protocol: 2, bytes: Uint8Array.of(1) };
  client.messenger.authClient = Object.assign(new DummyAuth(), {
    buildAuthorizer: () =>
      ours === undefined ? authorizer : { ...authorizer, sessionHandler: ours },
  });
  net.run();
  server.got.onMessage = (con, message) => {
    con.sendMessage(new TestMessage(`re ${(message as TestMessage).text}`));
  };
  const con = client.dial(server);
  for (let i = 0; i < 2; i++) con.sendMessage(new TestMessage(`${i}`, new Uint8Array(10 + i)));
  net.run();
  return { server, client, sent: net.sockets[0]?.sent ?? new Uint8Array(0) };
}

describe('messages', () => {
  it('are signed and checked both ways where there is a key', () => {
    const { server, client, sent } = pair(handler(77), handler(77));
    expect(server.got.texts).toEqual(['0', '1']);
    expect(client.got.texts).toEqual(['re 0', 're 1']);
    expect((sent.at(-1) ?? 0) & SIGNED).toBe(SIGNED);
  });

  it('are not signed where there is none', () => {
    const { server, sent } = pair(undefined, undefined);
    expect(server.got.texts).toEqual(['0', '1']);
    expect((sent.at(-1) ?? 0) & SIGNED).toBe(0);
    expect(sent.subarray(-9, -1)).toEqual(Buffer.alloc(8));
  });

  it('signed with another key are not delivered, and end the connection', () => {
    const { server } = pair(handler(77), handler(78));
    expect(server.got.events).toEqual(['accept', 'reset']);
    expect(String(server.got.errors[0])).toMatch(/ceph_msg_footer.sig/);
  });

  it('not signed where they must be are not delivered', () => {
    const { server } = pair(undefined, handler(78));
    expect(server.got.events).toEqual(['accept', 'reset']);
  });
});
