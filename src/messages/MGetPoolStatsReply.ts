import { decodeMap, encodeMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePoolStat, encodePoolStat, type pool_stat_t } from '../osd/pool_stat.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_GETPOOLSTATSREPLY = 59;

/** Bytes of the smallest entry: an empty name, and the head of a pool_stat_t. */
const POOL_LENGTH_MIN = 4 + 6;

export interface MGetPoolStatsReplyInit {
  readonly fsid: string;
  readonly poolStats: ReadonlyMap<string, pool_stat_t>;
  /** The OSDs count each pool apart, as BlueStore does since Nautilus. */
  readonly perPool: boolean;
  readonly version?: number;
}

/**
 * What is in pools; of those that no OSD has reported yet, nothing.
 * Front: paxos, uuid fsid, map<string name, pool_stat_t>, from v2 on bool perPool.
 * Ceph: src/messages/MGetPoolStatsReply.h.
 */
export class MGetPoolStatsReply extends Message {
  static readonly HEAD_VERSION = 2;
  readonly fsid: string;
  readonly poolStats: ReadonlyMap<string, pool_stat_t>;
  readonly perPool: boolean;
  readonly mapVersion: number;

  constructor({ fsid, poolStats, perPool, version = 0 }: MGetPoolStatsReplyInit) {
    super(MSG_GETPOOLSTATSREPLY, MGetPoolStatsReply.HEAD_VERSION, 1);
    this.fsid = fsid;
    this.poolStats = poolStats;
    this.perPool = perPool;
    this.mapVersion = version;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.mapVersion);
    encodeUuid(enc, this.fsid);
    encodeMap(
      enc,
      this.poolStats,
      (name) => enc.string(name),
      (stat) => encodePoolStat(enc, stat),
    );
    enc.u8(this.perPool ? 1 : 0);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MGetPoolStatsReply {
    const version = decodePaxos(front);
    const fsid = decodeUuid(front);
    const poolStats = decodeMap(
      front,
      'poolStats',
      POOL_LENGTH_MIN,
      () => front.string('poolStats'),
      () => decodePoolStat(front),
    );
    const perPool = envelope.version >= 2 && front.bool();
    return new MGetPoolStatsReply({ fsid, poolStats, perPool, version });
  }

  override toString(): string {
    const perPool = this.perPool ? ' per_pool' : '';
    return `getpoolstatsreply(${this.tid}${perPool} v${this.mapVersion})`;
  }
}
