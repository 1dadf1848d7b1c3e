import { OutQueue } from '../OutQueue.ts';

/**
 * What two peers have said to each other so far. A lossless session outlives its connection, and
 * goes on in the next one. Ceph: what Pipe::accept takes over from the Pipe that it replaces.
 */
export class Session {
  readonly out: OutQueue = new OutQueue();
  /** Counts the session's connections: each side adds one when it is open. 0: none was. */
  connectSeq = 0;
  /** The global_seq with which the peer opened the newest connection. */
  peerGlobalSeq = 0;
  /** One of its connections has been open, so that the peer knows of the session. */
  hasOpened = false;
  /** The last message received. */
  inSeq = 0;
  /** The last message that the peer has been told we have. */
  inSeqAcked = 0;

  /** Begins anew, with nothing to send; the first message has the seq after `outSeq`. */
  reset(outSeq: number): void {
    this.out.clear(outSeq);
    this.connectSeq = 0;
    this.forgetReceived();
  }

  /** The peer begins anew: its next message is its first. */
  forgetReceived(): void {
    this.hasOpened = false;
    this.inSeq = 0;
    this.inSeqAcked = 0;
  }
}
