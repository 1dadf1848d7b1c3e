import type { CephContext } from '../../common/CephContext.ts';
import { RecvBuffer } from '../RecvBuffer.ts';
import type { SendBuffer } from '../SendBuffer.ts';
import type { SessionStreamHandlers } from './crypto_onwire.ts';
import { FrameAssembler } from './FrameAssembler.ts';
import { FrameReader } from './FrameReader.ts';

/** The two directions of one connection of msgr v2. It goes with its socket to another session. */
export class WireV2 {
  readonly recv: RecvBuffer;
  readonly reader: FrameReader;
  readonly out: FrameAssembler;
  /** The features of msgr v2 that the peer has named in its banner. */
  peerSupported = 0n;

  constructor(cct: CephContext, sendBuffer: SendBuffer) {
    this.recv = new RecvBuffer(cct.alloc);
    this.reader = new FrameReader(cct, this.recv);
    this.out = new FrameAssembler(cct, sendBuffer);
  }

  /** All that follows, both ways, is sealed. */
  secure({ rx, tx }: SessionStreamHandlers): void {
    this.reader.secure(rx);
    this.out.secure(tx);
  }
}
