import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const CEPH_MSG_STATFS_REPLY = 14;

/** Ceph: ceph_statfs (src/include/ceph_fs.h). */
export interface ceph_statfs {
  /** KiB of all OSDs. */
  readonly kb: number;
  readonly kbUsed: number;
  readonly kbAvail: number;
  readonly numObjects: number;
}

/**
 * How full the cluster is.
 * Front: uuid fsid, u64 version, u64 kb, u64 kbUsed, u64 kbAvail, u64 numObjects. Ceph: src/messages/MStatfsReply.h.
 */
export class MStatfsReply extends Message {
  static readonly HEAD_VERSION = 1;
  readonly fsid: string;
  readonly mapVersion: number;
  readonly st: ceph_statfs;

  constructor(fsid: string, mapVersion: number, st: ceph_statfs) {
    super(CEPH_MSG_STATFS_REPLY, MStatfsReply.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.mapVersion = mapVersion;
    this.st = st;
  }

  override encodePayload(enc: Encoder): void {
    encodeUuid(enc, this.fsid);
    enc.u64(this.mapVersion);
    enc.u64(this.st.kb);
    enc.u64(this.st.kbUsed);
    enc.u64(this.st.kbAvail);
    enc.u64(this.st.numObjects);
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MStatfsReply {
    const fsid = decodeUuid(front);
    const version = front.u64();
    const [kb, kbUsed, kbAvail, numObjects] = [front.s64(), front.s64(), front.s64(), front.s64()];
    return new MStatfsReply(fsid, version, { kb, kbUsed, kbAvail, numObjects });
  }

  override toString(): string {
    return `statfs_reply(${this.tid})`;
  }
}
