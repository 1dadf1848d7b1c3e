import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { sortedByName } from './sorted.ts';

export const MSG_CONFIG = 62;

/** Bytes of the smallest entry: two empty strings. */
const ENTRY_LENGTH_MIN = 8;

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
    enc.u32(this.config.size);
    for (const [name, value] of sortedByName(this.config)) {
      enc.string(name);
      enc.string(value);
    }
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MConfig {
    const config = new Map<string, string>();
    for (let left = front.count('config', ENTRY_LENGTH_MIN); left > 0; left--) {
      const name = front.string('config');
      config.set(name, front.string('config'));
    }
    return new MConfig(config);
  }

  override toString(): string {
    return `config(${this.config.size} keys)`;
  }
}
