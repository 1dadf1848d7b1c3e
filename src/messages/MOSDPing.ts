import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { decodeUtime, encodeUtime, type utime_t } from '../common/utime_t.ts';
import { decodeUuid, encodeUuid } from '../common/uuid.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';

export const MSG_OSD_PING = 70;

export type PingOp = 'you_died' | 'ping' | 'ping_reply';

const OPS: ReadonlyMap<number, PingOp> = new Map([
  [2, 'you_died'],
  [4, 'ping'],
  [5, 'ping_reply'],
]);
const CODES = new Map([...OPS].map(([code, op]) => [op, code]));

/** Bytes before the padding's length: fsid, epoch, op, stamp. What a message is padded to counts from here. */
const HEAD_LENGTH = 16 + 4 + 1 + 8;

export interface MOSDPingInit {
  readonly fsid: string;
  /** Of the sender's map. */
  readonly mapEpoch: number;
  readonly op: PingOp;
  /** When the ping was sent, by its sender's real time; a reply repeats it. */
  readonly pingStamp: utime_t;
  /** The same by its sender's steady clock, in nanoseconds. */
  readonly monoPingStamp: bigint;
  /** When this message was sent, by its sender's steady clock, in nanoseconds. */
  readonly monoSendStamp: bigint;
  /** How far the receiver's steady clock is ahead, at most, in nanoseconds; undefined: not known yet. */
  readonly deltaUb?: bigint | undefined;
  /** The epoch since which the sender is up. */
  readonly upFrom: number;
  /** Zeros fill it up to so many bytes, so that a path which loses large packets does not look sound. */
  readonly minMessageSize: number;
}

/**
 * Two OSDs see whether the other is there.
 * Front, v5: uuid fsid, u32 mapEpoch, u8 op, utime_t pingStamp, u32 length of the padding, u32 upFrom, s64
 * monoPingStamp, s64 monoSendStamp, bool with deltaUb, s64 deltaUb if so, padding.
 * Ceph: src/messages/MOSDPing.h.
 */
export class MOSDPing extends Message {
  static readonly HEAD_VERSION = 5;
  readonly fsid: string;
  readonly mapEpoch: number;
  readonly op: PingOp;
  readonly pingStamp: utime_t;
  readonly monoPingStamp: bigint;
  readonly monoSendStamp: bigint;
  readonly deltaUb: bigint | undefined;
  readonly upFrom: number;
  readonly minMessageSize: number;

  constructor(init: MOSDPingInit) {
    super(MSG_OSD_PING, MOSDPing.HEAD_VERSION, 4);
    this.fsid = init.fsid;
    this.mapEpoch = init.mapEpoch;
    this.op = init.op;
    this.pingStamp = init.pingStamp;
    this.monoPingStamp = init.monoPingStamp;
    this.monoSendStamp = init.monoSendStamp;
    this.deltaUb = init.deltaUb;
    this.upFrom = init.upFrom;
    this.minMessageSize = init.minMessageSize;
  }

  override encodePayload(enc: Encoder): void {
    const padding = Math.max(0, this.minMessageSize - HEAD_LENGTH);
    encodeUuid(enc, this.fsid);
    enc.u32(this.mapEpoch);
    enc.u8(CODES.get(this.op) ?? 0);
    encodeUtime(enc, this.pingStamp);
    enc.u32(padding);
    enc.u32(this.upFrom);
    enc.bigU64(BigInt.asUintN(64, this.monoPingStamp));
    enc.bigU64(BigInt.asUintN(64, this.monoSendStamp));
    enc.u8(this.deltaUb === undefined ? 0 : 1);
    if (this.deltaUb !== undefined) enc.bigU64(BigInt.asUintN(64, this.deltaUb));
    enc.zeros(padding);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDPing {
    if (envelope.version < 5) throw front.error(`version ${envelope.version} is older than 5`);
    const fsid = decodeUuid(front);
    const mapEpoch = front.u32();
    const code = front.u8();
    const op = OPS.get(code);
    if (op === undefined) throw front.error(`unknown op ${code}`, 'op');
    const pingStamp = decodeUtime(front);
    const padding = front.u32();
    const ping = new MOSDPing({
      fsid,
      mapEpoch,
      op,
      pingStamp,
      upFrom: front.u32(),
      monoPingStamp: signed(front),
      monoSendStamp: signed(front),
      deltaUb: front.bool() ? signed(front) : undefined,
      minMessageSize: padding + HEAD_LENGTH,
    });
    front.skip(padding);
    return ping;
  }

  override toString(): string {
    const { sec, nsec } = this.pingStamp;
    const stamp = `${sec}.${String(nsec).padStart(9, '0')}`;
    return `osd_ping(${this.op} e${this.mapEpoch} up_from ${this.upFrom} ping_stamp ${stamp})`;
  }
}

function signed(dec: Decoder): bigint {
  return BigInt.asIntN(64, dec.bigU64());
}
