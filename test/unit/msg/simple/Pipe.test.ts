import { expect, it } from 'vitest';
import { Encoder } from '../../../../src/common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import type { SocketEvents } from '../../../../src/common/Stack.ts';
import {
  ADDR_TYPE_LEGACY,
  encodeLegacyAddr,
  entity_addr_t,
} from '../../../../src/msg/msg_types.ts';
import {
  CEPH_BANNER,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  encodeConnect,
  encodeConnectReply,
} from '../../../../src/msg/msgr.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';
import { SERVER_ADDR, startClient, startServer, TestMessage } from '../../../helpers/messengers.ts';

const CEPH_OSDC_PROTOCOL = 24;

const SILENT: SocketEvents = {
  onConnect: () => undefined,
  readBuffer: () => new Uint8Array(1024),
  onRead: () => undefined,
  onWritable: () => undefined,
  onClose: () => undefined,
};

/** All that a client says until its session is open, without RECONNECT_SEQ and at the second try. */
function handshake(): Uint8Array {
  const enc = new Encoder();
  enc.raw(CEPH_BANNER);
  encodeLegacyAddr(enc, new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 0, 1));
  for (const protocolVersion of [0, CEPH_OSDC_PROTOCOL]) {
    encodeConnect(enc, {
      features: 0xffff_ffff_ffff_ffbfn,
      hostType: CEPH_ENTITY_TYPE_CLIENT,
      globalSeq: 1,
      connectSeq: 0,
      protocolVersion,
      authorizerProtocol: 0,
      authorizerLen: 0,
      flags: 1,
    });
  }
  return enc.take();
}

function serverHello(): Uint8Array {
  const enc = new Encoder();
  enc.raw(CEPH_BANNER);
  encodeLegacyAddr(enc, SERVER_ADDR);
  encodeLegacyAddr(enc, new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 40000, 0));
  return enc.take();
}

function retryGlobal(): Uint8Array {
  const enc = new Encoder();
  encodeConnectReply(enc, {
    tag: CEPH_MSGR_TAG_RETRY_GLOBAL,
    features: 0n,
    globalSeq: 0xffff_ffff,
    connectSeq: 0,
    protocolVersion: CEPH_OSDC_PROTOCOL,
    authorizerLen: 0,
    flags: 0,
  });
  return enc.take();
}

it('the last word of a handshake goes to nobody else while its peer does not read', () => {
  const net = new MemoryNet();
  const server = startServer(net);
  net.connect(SERVER_ADDR, SILENT);
  const [stranger] = net.sockets;
  net.run();
  // From now on it does not read, and its socket is full.
  if (stranger !== undefined) stranger.events = undefined;
  net.bufferMax = 0;
  stranger?.send([handshake()]);
  net.run();
  net.bufferMax = Number.POSITIVE_INFINITY;

  const client = startClient(net);
  client.messenger
    .getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR)
    .sendMessage(new TestMessage('hello'));
  net.run();
  expect(server.got.texts).toEqual(['hello']);
  expect(client.got.events).toEqual(['connect']);
});

it('a server that wants a higher global_seq again and again is left in peace for a while', () => {
  const net = new MemoryNet();
  let asked = 0;
  net.listen(SERVER_ADDR, {
    onListening: () => undefined,
    onError: () => undefined,
    onAccept: (socket) => {
      socket.send([serverHello()]);
      return {
        ...SILENT,
        onRead: () => {
          asked += 1;
          if (asked < 10) socket.send([retryGlobal()]);
        },
      };
    },
  });
  const client = startClient(net);
  client.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR);
  net.run();
  expect(client.got.events).toEqual(['refused']);
  expect(String(client.got.errors[0])).toMatch(/global_seq above 4294967295 once more/);
  expect(asked).toBeLessThan(10);
});
