import { decodeStringMap, encodeStringMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const MSG_CONFIG = 62;

/**
 * The options that the monitors keep for this client.
 * Front: map<string name, string value>. Ceph: src/messages/MConfig.h.
 */
export class MConfig extends Message {
  static readonly HEAD_VERSION = 1;
  readonly config: ReadonlyMap<string, string>;

  constructor(config: ReadonlyMap<string, string>) {
    super(MSG_CONFIG, MConfig.HEAD_VERSION, 1);
    this.config = config;
  }

  override encodePayload(enc: Encoder): void {
    encodeStringMap(enc, this.config);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MConfig {
    return new MConfig(decodeStringMap(front, 'config'));
  }

  override toString(): string {
    return `config(${this.config.size} keys)`;
  }
}
