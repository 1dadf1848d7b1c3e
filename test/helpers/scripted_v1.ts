import { CEPH_FEATURES_ALL } from '../../src/common/ceph_features.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Socket, SocketEvents } from '../../src/common/Stack.ts';
import { ADDR_TYPE_LEGACY, encodeLegacyAddr, entity_addr_t } from '../../src/msg/msg_types.ts';
import {
  CEPH_BANNER,
  type ceph_msg_connect,
  type ceph_msg_connect_reply,
  decodeConnect,
  decodeConnectReply,
  encodeConnect,
  encodeConnectReply,
} from '../../src/msg/msgr.ts';
import type { MemoryNet } from './MemoryNet.ts';

/** What OSDs speak with each other. */
const CEPH_OSD_PROTOCOL = 10;

/** One side of a connection that keeps what it hears until it is asked for. */
class Scripted implements SocketEvents {
  socket: Socket | undefined;
  heard: Uint8Array = new Uint8Array(0);
  /** The connection has ended. */
  ended = false;
  readonly #buffer = new Uint8Array(1 << 16);

  onConnect(): void {}
  onWritable(): void {}

  readBuffer(): Uint8Array {
    return this.#buffer;
  }

  onRead(count: number): void {
    this.heard = Buffer.concat([this.heard, this.#buffer.subarray(0, count)]);
  }

  onClose(): void {
    this.ended = true;
  }

  take(count: number): Decoder {
    if (this.heard.length < count) throw new Error(`${this.heard.length} bytes, not ${count}`);
    const bytes = this.heard.slice(0, count);
    this.heard = this.heard.subarray(count);
    return new Decoder(bytes, 'heard');
  }

  say(write: (enc: Encoder) => void): void {
    const enc = new Encoder();
    write(enc);
    this.socket?.send([enc.take()]);
  }
}

/** A server of msgr v1 that answers what the test tells it to. */
export class ScriptedServer {
  /** Of each connection. */
  readonly accepted: ScriptedAccept[] = [];

  constructor(net: MemoryNet, addr: entity_addr_t) {
    net.listen(addr, {
      onListening: () => undefined,
      onError: () => undefined,
      onAccept: (socket) => {
        const one = new ScriptedAccept();
        one.socket = socket;
        one.say((enc) => {
          enc.raw(CEPH_BANNER);
          encodeLegacyAddr(enc, addr);
          encodeLegacyAddr(enc, new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 40000, 0));
        });
        this.accepted.push(one);
        return one;
      },
    });
  }

  get last(): ScriptedAccept {
    const last = this.accepted.at(-1);
    if (last === undefined) throw new Error('nobody has dialled');
    return last;
  }
}

export class ScriptedAccept extends Scripted {
  #greeted = false;

  /** The client's next connect, and its authorizer. */
  takeConnect(): ceph_msg_connect & { authorizer: Uint8Array } {
    if (!this.#greeted) this.take(CEPH_BANNER.length + 136);
    this.#greeted = true;
    const connect = decodeConnect(this.take(33));
    const authorizer = this.take(connect.authorizerLen).raw(connect.authorizerLen);
    return { ...connect, authorizer };
  }

  reply(
    tag: number,
    rest: Partial<ceph_msg_connect_reply> = {},
    after: Uint8Array = new Uint8Array(0),
  ): void {
    this.say((enc) => {
      encodeConnectReply(enc, {
        ...{ tag, features: CEPH_FEATURES_ALL, globalSeq: 1, connectSeq: 0 },
        ...{ protocolVersion: CEPH_OSD_PROTOCOL, authorizerLen: 0, flags: 0 },
        ...rest,
      });
      enc.raw(after);
    });
  }
}

/** A client of msgr v1 that asks what the test tells it to. */
export class ScriptedClient extends Scripted {
  constructor(net: MemoryNet, to: entity_addr_t, me: entity_addr_t) {
    super();
    this.socket = net.connect(to, this);
    this.say((enc) => {
      enc.raw(CEPH_BANNER);
      encodeLegacyAddr(enc, me);
    });
    net.run(20);
    this.take(CEPH_BANNER.length + 2 * 136);
  }

  connect(rest: Partial<ceph_msg_connect> = {}, authorizer: Uint8Array = new Uint8Array(0)): void {
    this.say((enc) => {
      encodeConnect(enc, {
        ...{ features: CEPH_FEATURES_ALL, hostType: CEPH_ENTITY_TYPE_OSD, globalSeq: 1 },
        ...{ connectSeq: 0, protocolVersion: CEPH_OSD_PROTOCOL, authorizerProtocol: 0, flags: 0 },
        authorizerLen: authorizer.length,
        ...rest,
      });
      enc.raw(authorizer);
    });
  }

  takeReply(): ceph_msg_connect_reply & { after: Uint8Array } {
    const reply = decodeConnectReply(this.take(26));
    return { ...reply, after: this.take(reply.authorizerLen).raw(reply.authorizerLen) };
  }
}
