import { Decoder } from '../../common/Decoder.ts';
import { DecodeError } from '../../common/errors.ts';
import { decodeMessage } from '../../messages/registry.ts';
import type { MessageEnvelope } from '../../msg/MessageFactory.ts';
import type { entity_name_t } from '../../msg/msg_types.ts';
import { messageTypeName } from './message_names.ts';

/** A message's segments. */
export interface Segments {
  readonly front: Uint8Array;
  readonly middle: Uint8Array;
  readonly data: Uint8Array;
}

/** What Ceph's logs say of a message: `osd_op(client.4123.0:1 …)`. Its type, where it cannot be read. */
export function messageText(
  envelope: MessageEnvelope & { readonly tid: number },
  { front, middle, data }: Segments,
  src: entity_name_t | undefined,
): string {
  try {
    const message = decodeMessage(envelope, new Decoder(front, 'front'), middle, data);
    if (message === undefined) return messageTypeName(envelope.type);
    message.tid = envelope.tid;
    message.src = src;
    return message.toString();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${messageTypeName(envelope.type)}, which cannot be read: ${error.message}`;
  }
}
