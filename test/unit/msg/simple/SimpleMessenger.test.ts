import { describe, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_OSD } from '../../../../src/common/entity_name.ts';
import { startPair, TestMessage } from '../../../helpers/messengers.ts';

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
    const texts = Array.from({ length: 5000 }, (_, i) => `message ${i}`);
    for (const text of texts) con.sendMessage(new TestMessage(text));
    net.run();
    expect(server.got.texts).toEqual(texts);
    expect(client.got.texts).toEqual(texts.map((text) => `re ${text}`));
  });

  it('have one connection between them', () => {
    const { net, client, con } = startPair();
    net.run();
    expect(client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, con.peerAddr)).toBe(con);
  });
});
