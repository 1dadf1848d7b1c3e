import type { Timer } from '../common/Clock.ts';
import type { Waiter } from '../common/Throttle.ts';
import type { Connection } from '../msg/Connection.ts';
import type { OSDOp } from '../osd/OSDOp.ts';
import { CEPH_NOSNAP } from '../osd/rados.ts';
import type { OpTarget } from './op_target.ts';

/** What an OSD answers to an op. */
export interface OpReply {
  /** A negative errno, or what the last step answered. */
  readonly result: number;
  /** What each step put out; views of it may be kept. */
  readonly outdata: readonly Uint8Array[];
  /** What each step answered. */
  readonly rvals: readonly number[];
  /** Of the object. */
  readonly userVersion: number;
}

/** Who is to hear of an op. */
export interface OpListener {
  /**
   * The reply, with an error or without. Throws DecodeError if the outputs make no sense; the op then
   * fails. `onFinish` follows in either case.
   */
  onReply(reply: OpReply): void;
  /** Once: the end. `result` 0 or a negative errno; `cause`: what more is known of an error. */
  onFinish(op: Op, result: number, cause: unknown): void;
}

/** Who holds an op that has a target: an OSDSession. */
export interface OpHolder {
  readonly osd: number;
  readonly ops: { delete(tid: number): boolean };
}

/** One op, from its submission to its end. Ceph: Objecter::Op. */
export class Op {
  /** 0 until it is submitted. */
  tid = 0;
  readonly target: OpTarget;
  readonly ops: readonly OSDOp[];
  readonly listener: OpListener;
  /** The snapshot that it reads; CEPH_NOSNAP: the head. */
  readonly snapid: number;
  /** Where the bytes that it reads are wanted, if it fits; else they get a buffer of their own. */
  rxBuffer: Uint8Array | undefined;
  /** What puts a reply there just now. */
  receiving: Connection | undefined;
  /** How often it has been sent. */
  attempts = 0;
  /** When it was last sent, in the clock's milliseconds; 0: never. */
  stamp = 0;
  /** When it fails with ETIMEDOUT; Infinity: never. */
  deadline: number = Number.POSITIVE_INFINITY;
  session: OpHolder | undefined;
  /** How often an OSD has sent it elsewhere. */
  bounces = 0;
  /** It is between two OSDs. */
  retryTimer: Timer | undefined;
  finished = false;
  /** What it has of the throttles: an op's place, and then its bytes. */
  budget: 'none' | 'op' | 'op and bytes' = 'none';
  /** Its place in the queue of a throttle. */
  waiter: Waiter | undefined;
  /** An epoch by which its pool must be there, or the op fails; 0: not known. */
  mapDneBound = 0;
  /** The question for the newest epoch that is under way. */
  mapCheck: number | undefined;

  constructor(
    target: OpTarget,
    ops: readonly OSDOp[],
    listener: OpListener,
    snapid: number = CEPH_NOSNAP,
  ) {
    this.target = target;
    this.ops = ops;
    this.listener = listener;
    this.snapid = snapid;
  }
}
