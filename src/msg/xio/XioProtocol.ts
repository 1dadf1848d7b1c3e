import { Decoder } from '../../common/Decoder.ts';
import { assert, DecodeError } from '../../common/errors.ts';
import { joinBytes } from '../../common/join_bytes.ts';
import type { LogEntry } from '../../common/Log.ts';
import { type XioMsg, xioMsgLength } from '../../common/XioMsg.ts';
import type { ProtocolHost } from '../async/Protocol.ts';
import { ProtocolV1 } from '../async/ProtocolV1.ts';
import type { Message } from '../Message.ts';

const EMPTY = new Uint8Array(0);

/** What this protocol asks of its connection besides. */
export interface XioHost extends ProtocolHost {
  /** Hands `msg` over, behind what was flushed. */
  sendMsg(msg: XioMsg): void;
}

/**
 * Two peers that share memory: they shake hands, acknowledge and keep alive in bytes, as in msgr v1,
 * and hand messages over. The front is encoded once and decoded at the receiver, who never sees the
 * sender's Message; middle and data are the sender's own bytes (see {@link XioMsg}), joined into a
 * copy only when the data has several pieces. Nothing is signed, and no crc is taken, whatever
 * `ms_crc_data` and `ms_crc_header` say: there is no wire to distrust.
 */
export class XioProtocol extends ProtocolV1 {
  protected override readonly className: string = 'XioProtocol';
  declare host: XioHost;
  /** One that has come and is not yet read. */
  #msg: XioMsg | undefined;
  /** Its throttle was asked. */
  #isBegun = false;
  #decoder = new Decoder(EMPTY, 'front');
  #decoded: ArrayBufferLike = EMPTY.buffer;
  /** Of the last message handed over. */
  #handedBytes = 0;

  onMsg(msg: XioMsg): void {
    assert(this.#msg === undefined, 'a message while another one waits');
    this.#msg = msg;
    this.onRead(0);
  }

  protected override read(): void {
    super.read();
    if (this.#msg !== undefined) this.#readMsg(this.#msg);
  }

  protected override writeMessage(message: Message): void {
    const { sendBuffer, myName } = this.messenger;
    this.host.flush();
    message.encodePayload(sendBuffer.enc);
    const msg = {
      type: message.type,
      version: message.version,
      compatVersion: message.compatVersion,
      priority: message.priority,
      tid: message.tid,
      seq: message.seq,
      dataOff: message.dataOff,
      src: myName,
      front: sendBuffer.enc.take(),
      middle: message.middle,
      data: message.data,
    };
    this.#handedBytes = xioMsgLength(msg);
    this.host.sendMsg(msg);
  }

  protected override get writtenFacts(): LogEntry['facts'] {
    return { bytes: this.#handedBytes };
  }

  protected override dropConnection(): void {
    super.dropConnection();
    this.#msg = undefined;
    this.#isBegun = false;
  }

  #readMsg(msg: XioMsg): void {
    const { throttle } = this;
    if (this.state !== 'READY' || throttle === undefined) {
      throw new DecodeError('XioMsg', 0, 'a message before the end of the handshake');
    }
    if (this.owed !== undefined) throw new DecodeError('XioMsg', 0, 'a message inside a tag');
    const size = xioMsgLength(msg);
    if (!this.#isBegun) {
      this.#isBegun = true;
      throttle.take(size);
    }
    if (throttle.isWaiting) return;
    const message = this.messenger.messageFactory(
      msg,
      this.#frontDecoder(msg.front),
      msg.middle,
      joinBytes(msg.data),
    );
    this.#msg = undefined;
    this.#isBegun = false;
    throttle.handOver();
    if (message === undefined) {
      throttle.put(size);
    } else {
      message.throttle = throttle;
      message.throttleSize = size;
      message.seq = msg.seq;
      message.tid = msg.tid;
      message.priority = msg.priority;
      message.dataOff = msg.dataOff;
      message.src = msg.src;
    }
    this.onMessage(msg, message);
  }

  /** Fronts come one after the other from one slab: one Decoder serves them all. */
  #frontDecoder(front: Uint8Array): Decoder {
    if (this.#decoded !== front.buffer) {
      this.#decoded = front.buffer;
      this.#decoder = new Decoder(new Uint8Array(front.buffer), 'front');
    }
    this.#decoder.window(front.byteOffset, front.byteOffset + front.length, 'front');
    return this.#decoder;
  }
}
