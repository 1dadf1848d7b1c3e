import type { CephContext } from '../../common/CephContext.ts';
import type { Compressor } from '../../common/Compressor.ts';
import { RecvBuffer } from '../RecvBuffer.ts';
import type { SendBuffer } from '../SendBuffer.ts';
import { CompressionTx } from './compression_onwire.ts';
import type { SessionStreamHandlers } from './crypto_onwire.ts';
import { FrameAssembler } from './FrameAssembler.ts';
import { FrameReader } from './FrameReader.ts';

/** The two directions of one connection of msgr v2. It goes with its socket to another session. */
export class WireV2 {
  readonly cct: CephContext;
  readonly recv: RecvBuffer;
  readonly reader: FrameReader;
  readonly out: FrameAssembler;
  /** The features of msgr v2 that the peer has named in its banner. */
  peerSupported = 0n;
  isSecure = false;

  constructor(cct: CephContext, sendBuffer: SendBuffer) {
    this.cct = cct;
    this.recv = new RecvBuffer(cct.alloc);
    this.reader = new FrameReader(cct, this.recv);
    this.out = new FrameAssembler(cct, sendBuffer);
  }

  /** All that follows, both ways, is sealed. */
  secure({ rx, tx }: SessionStreamHandlers): void {
    this.isSecure = true;
    this.reader.secure(rx);
    this.out.secure(tx);
  }

  /** All that follows, both ways, may be compressed; undefined: it is not. */
  compress(compressor: Compressor | undefined): void {
    if (compressor === undefined) return;
    this.reader.decompress(compressor);
    this.out.compress(new CompressionTx(compressor, this.cct.conf.ms_osd_compress_min_size));
  }
}
