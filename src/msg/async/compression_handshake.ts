import type { CephContext } from '../../common/CephContext.ts';
import type { Handshake } from '../msgr1/handshake.ts';
import {
  type BannerFeatures,
  CEPH_MSGR2_FEATURE_COMPRESSION,
  CEPH_MSGR2_FEATURE_REVISION_1,
} from './banner.ts';
import { agreedCompressor, compressionDone, compressionRequest } from './compression_onwire.ts';
import {
  decodeCompressionDone,
  decodeCompressionRequest,
  encodeCompressionDone,
  encodeCompressionRequest,
} from './frames/compression_frames.ts';
import { TAG_COMPRESSION_DONE, TAG_COMPRESSION_REQUEST } from './frames_v2.ts';
import { readFrame } from './read_frame.ts';
import type { WireV2 } from './WireV2.ts';

/**
 * What we can, and what a peer must: frames of v2.1. Who never compresses is not asked about it, and
 * so saves a round trip.
 */
export function ourFeatures({ conf }: CephContext): BannerFeatures {
  const isOffered = conf.ms_osd_compress_mode === 'force';
  const compression = isOffered ? CEPH_MSGR2_FEATURE_COMPRESSION : 0n;
  return { supported: CEPH_MSGR2_FEATURE_REVISION_1 | compression, required: 0n };
}

/** The connecting side asks. Ceph: ProtocolV2::send_compression_request, handle_compression_done. */
export function* requestCompression(wire: WireV2, peerType: number): Handshake<void> {
  if (!isSpoken(wire)) return;
  const { cct, isSecure } = wire;
  const request = compressionRequest(cct, peerType, isSecure);
  encodeCompressionRequest(wire.out.startFrame(TAG_COMPRESSION_REQUEST), request);
  wire.out.finishFrame();
  const done = decodeCompressionDone(
    yield* readFrame(wire, 'COMPRESSION_DONE', [TAG_COMPRESSION_DONE]),
  );
  wire.compress(agreedCompressor(cct, request.isCompress, done));
}

/** The accepting side decides. Ceph: ProtocolV2::handle_compression_request. */
export function* acceptCompression(wire: WireV2, peerType: number): Handshake<void> {
  if (!isSpoken(wire)) return;
  const { cct, isSecure } = wire;
  const request = decodeCompressionRequest(
    yield* readFrame(wire, 'COMPRESSION_REQUEST', [TAG_COMPRESSION_REQUEST]),
  );
  const done = compressionDone(cct, peerType, isSecure, request);
  encodeCompressionDone(wire.out.startFrame(TAG_COMPRESSION_DONE), done);
  wire.out.finishFrame();
  wire.compress(agreedCompressor(cct, done.isCompress, done));
}

/** Both sides have said in their banners that they know these frames. */
function isSpoken({ cct, peerSupported }: WireV2): boolean {
  return (ourFeatures(cct).supported & peerSupported & CEPH_MSGR2_FEATURE_COMPRESSION) !== 0n;
}
