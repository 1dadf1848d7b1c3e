import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const CEPH_MSG_POOLOP = 49;

/** Ceph: src/include/ceph_fs.h. */
export const POOL_OP_CREATE = 0x01;
export const POOL_OP_DELETE = 0x02;
export const POOL_OP_CREATE_SNAP = 0x11;
export const POOL_OP_DELETE_SNAP = 0x12;
export const POOL_OP_CREATE_UNMANAGED_SNAP = 0x21;
export const POOL_OP_DELETE_UNMANAGED_SNAP = 0x22;

/** The oldest encoding that has all fields where they are today. */
const COMPAT_VERSION = 2;

export interface MPoolOpInit {
  readonly fsid: string;
  readonly pool: number;
  /** POOL_OP_*. */
  readonly op: number;
  readonly snapid: number;
  /** Of the pool, or of the snapshot. */
  readonly name: string;
  /** -1: the default one. */
  readonly crushRule: number;
  /** Epoch of the OSD map that the client has. */
  readonly epoch: number;
}

/**
 * A change of a pool, as librados asks for it without a command.
 * Front: paxos, uuid fsid, u32 pool, u32 op, u64 auid, u64 snapid, string name, u8 pad, s16 crushRule.
 * Ceph: src/messages/MPoolOp.h.
 */
export class MPoolOp extends Message {
  static readonly HEAD_VERSION = 4;
  readonly init: MPoolOpInit;

  constructor(init: MPoolOpInit) {
    super(CEPH_MSG_POOLOP, MPoolOp.HEAD_VERSION, COMPAT_VERSION);
    this.init = init;
  }

  override encodePayload(enc: Encoder): void {
    const { fsid, pool, op, snapid, name, crushRule, epoch } = this.init;
    encodePaxos(enc, epoch);
    encodeUuid(enc, fsid);
    enc.u32(pool);
    enc.u32(op);
    enc.u64(0);
    enc.u64(snapid);
    enc.string(name);
    enc.u8(0);
    enc.u16(crushRule);
  }

  static decodePayload({ version }: MessageEnvelope, front: Decoder): MPoolOp {
    if (version < COMPAT_VERSION) throw front.error(`version ${version} is too old`);
    const epoch = decodePaxos(front);
    const fsid = decodeUuid(front);
    const [pool, op] = [front.u32(), front.u32()];
    front.skip(8);
    const [snapid, name] = [front.u64(), front.string('name')];
    const pad = version >= 3 ? front.u8() : 0;
    const crushRule = version >= 4 ? front.s16() : pad;
    return new MPoolOp({ fsid, pool, op, snapid, name, crushRule, epoch });
  }

  override toString(): string {
    const { op, pool, name } = this.init;
    return `pool_op(${op} pool ${pool} tid ${this.tid} name ${name})`;
  }
}
