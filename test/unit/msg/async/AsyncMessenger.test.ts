import { describe, expect, it } from 'vitest';
import { startAsyncPair } from '../../../helpers/async_messengers.ts';
import { TestMessage } from '../../../helpers/messengers.ts';

describe('two messengers over msgr v2, crc mode', () => {
  it('exchange messages both ways', () => {
    const { net, server, client, con } = startAsyncPair();
    server.got.onMessage = (peer, message) => peer.sendMessage(new TestMessage(`re ${message}`));
    con.sendMessage(new TestMessage('one', new Uint8Array(100_000).fill(7)));
    con.sendMessage(new TestMessage('two'));
    net.run();
    expect(server.got.events).toEqual(['accept', 'test(one)', 'test(two)']);
    expect(client.got.events).toEqual(['connect', 'test(re test(one))', 'test(re test(two))']);
    expect(con.isConnected()).toBe(true);
  });

  it('exchange them in pieces of any size', () => {
    for (const pieceMax of [1, 7, 100]) {
      const { net, server, con } = startAsyncPair();
      net.pieceMax = pieceMax;
      con.sendMessage(new TestMessage('one', new Uint8Array(5000).fill(7)));
      con.sendMessage(new TestMessage('two'));
      net.run();
      expect(server.got.texts).toEqual(['one', 'two']);
    }
  });
});
