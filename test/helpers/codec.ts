import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Message } from '../../src/msg/Message.ts';
import { type GoldenMessage, goldenMessage } from './golden.ts';

const NOTHING = new Uint8Array(0);

/** The front of `message`. */
export function frontOf(message: Message): Uint8Array {
  const enc = new Encoder();
  message.encodePayload(enc);
  return enc.take();
}

/** The message that `front` and `data` are, as the class that the caller expects. */
export function decodeAs<T extends Message>(
  messageClass: abstract new (...args: never[]) => T,
  envelope: Pick<GoldenMessage, 'type' | 'version' | 'compatVersion'>,
  front: Uint8Array,
  data: Uint8Array = NOTHING,
): T {
  const decoded = decodeMessage(envelope, new Decoder(front, 'front'), NOTHING, data);
  if (!(decoded instanceof messageClass)) throw new Error(`decoded as ${decoded}`);
  return decoded;
}

/** `message` after a way over the wire. */
export function overTheWire<T extends Message>(
  messageClass: abstract new (...args: never[]) => T,
  message: T,
): T {
  const data = new Uint8Array(message.dataLength());
  let at = 0;
  for (const piece of message.data) {
    data.set(piece, at);
    at += piece.length;
  }
  return decodeAs(messageClass, message, frontOf(message), data);
}

/** The first message of its type in a recording, decoded. */
export function recordedAs<T extends Message>(
  messageClass: abstract new (...args: never[]) => T,
  recording: string,
  type: number,
): T {
  const golden = goldenMessage(recording, type);
  return decodeAs(messageClass, golden, golden.front, golden.data);
}
