import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_MON_GET_VERSION_REPLY = 20;

/**
 * Which versions of a map a monitor has.
 * Front: u64 handle, u64 newest version, u64 oldest version.
 * Ceph: src/messages/MMonGetVersionReply.h, which calls the newest one `version`.
 */
export class MMonGetVersionReply extends Message {
  static readonly HEAD_VERSION = 2;
  /** Of the question. */
  readonly handle: number;
  readonly newestVersion: number;
  readonly oldestVersion: number;

  constructor(handle: number, newestVersion: number, oldestVersion: number) {
    super(CEPH_MSG_MON_GET_VERSION_REPLY, MMonGetVersionReply.HEAD_VERSION, 2);
    this.handle = handle;
    this.newestVersion = newestVersion;
    this.oldestVersion = oldestVersion;
  }

  override encodePayload(enc: Encoder): void {
    enc.u64(this.handle);
    enc.u64(this.newestVersion);
    enc.u64(this.oldestVersion);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MMonGetVersionReply {
    if (envelope.version < 2) throw front.error(`version ${envelope.version} is older than 2`);
    return new MMonGetVersionReply(front.u64(), front.u64(), front.u64());
  }

  override toString(): string {
    return `mon_get_version_reply(handle=${this.handle} version=${this.newestVersion})`;
  }
}
