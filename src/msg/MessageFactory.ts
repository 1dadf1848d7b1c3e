import type { Decoder } from '../common/Decoder.ts';
import type { Message } from './Message.ts';

/** What a header says that a decoder of payloads needs. */
export interface MessageEnvelope {
  readonly type: number;
  readonly version: number;
  readonly compatVersion: number;
}

/**
 * Makes a message from its segments; undefined for a type it does not know, `DecodeError` for bytes
 * that make no sense. `front` may be reused after the call: copy what outlives it. `middle` and
 * `data` belong to the message. Given to a Messenger, which itself knows no message.
 */
export type MessageFactory = (
  envelope: MessageEnvelope,
  front: Decoder,
  middle: Uint8Array,
  data: Uint8Array,
) => Message | undefined;
