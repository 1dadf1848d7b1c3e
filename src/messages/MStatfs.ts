import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const CEPH_MSG_STATFS = 13;

/**
 * Asks a monitor how full the cluster is, or how full `dataPool` is.
 * Front: paxos, uuid fsid, from v2 on u8 hasDataPool, s64 dataPool. Ceph: src/messages/MStatfs.h.
 */
export class MStatfs extends Message {
  static readonly HEAD_VERSION = 2;
  readonly fsid: string;
  readonly dataPool: number | undefined;
  /** The oldest map of pools that may answer. */
  readonly mapVersion: number;

  constructor(fsid: string, dataPool?: number, mapVersion = 0) {
    super(CEPH_MSG_STATFS, MStatfs.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.dataPool = dataPool;
    this.mapVersion = mapVersion;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.mapVersion);
    encodeUuid(enc, this.fsid);
    enc.u8(this.dataPool === undefined ? 0 : 1);
    if (this.dataPool !== undefined) enc.u64(this.dataPool);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MStatfs {
    const version = decodePaxos(front);
    const fsid = decodeUuid(front);
    const dataPool = envelope.version >= 2 && front.bool() ? front.s64() : undefined;
    return new MStatfs(fsid, dataPool, version);
  }

  override toString(): string {
    const pool = this.dataPool === undefined ? '' : ` pool ${this.dataPool}`;
    return `statfs(${this.tid}${pool} v ${this.mapVersion})`;
  }
}
