import { decodeVector, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_GETPOOLSTATS = 58;

/**
 * Asks a monitor what is in pools, by their names.
 * Front: paxos, uuid fsid, vector<string> pools. Ceph: src/messages/MGetPoolStats.h.
 */
export class MGetPoolStats extends Message {
  static readonly HEAD_VERSION = 1;
  readonly fsid: string;
  readonly pools: readonly string[];
  readonly mapVersion: number;

  constructor(fsid: string, pools: readonly string[], mapVersion = 0) {
    super(MSG_GETPOOLSTATS, MGetPoolStats.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.pools = pools;
    this.mapVersion = mapVersion;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.mapVersion);
    encodeUuid(enc, this.fsid);
    encodeVector(enc, this.pools, (name) => enc.string(name));
  }

  static decodePayload(_envelope: MessageEnvelope, front: Decoder): MGetPoolStats {
    const version = decodePaxos(front);
    const fsid = decodeUuid(front);
    const pools = decodeVector(front, 'pools', 4, () => front.string('pools'));
    return new MGetPoolStats(fsid, pools, version);
  }

  override toString(): string {
    return `getpoolstats(${this.tid} [${this.pools.join(',')}] v${this.mapVersion})`;
  }
}
