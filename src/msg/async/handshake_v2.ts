import type { AuthSecrets } from '../../auth/AuthClient.ts';
import { CEPH_CON_MODE_SECURE } from '../../auth/auth_modes.ts';
import { type Crypto, constantTimeEqual, SHA256_LENGTH } from '../../common/Crypto.ts';
import { Encoder } from '../../common/Encoder.ts';
import { DecodeError } from '../../common/errors.ts';
import type { entity_addr_t } from '../msg_types.ts';
import type { Handshake } from '../msgr1/handshake.ts';
import {
  BANNER_START_LENGTH,
  decodeBannerPayload,
  decodeBannerStart,
  encodeBanner,
} from './banner.ts';
import { ourFeatures } from './compression_handshake.ts';
import { createHandlerPair } from './crypto_onwire.ts';
import {
  decodeAuthSignature,
  decodeHello,
  encodeAuthSignature,
  encodeHello,
  type HelloFrame,
} from './frames/auth_frames.ts';
import { TAG_AUTH_SIGNATURE, TAG_HELLO } from './frames_v2.ts';
import { readFrame } from './read_frame.ts';
import type { WireV2 } from './WireV2.ts';

const NO_SIGNATURE: Uint8Array = new Uint8Array(SHA256_LENGTH);

/** Banner and HELLO, the same for both sides. Ceph: ProtocolV2::_banner_exchange, handle_hello. */
export function* exchangeHello(
  wire: WireV2,
  myType: number,
  peerAddr: entity_addr_t,
): Handshake<HelloFrame> {
  const features = ourFeatures(wire.cct);
  const banner = new Encoder(BANNER_START_LENGTH + 16);
  encodeBanner(banner, features);
  wire.out.writeRaw(banner.take());
  const length = decodeBannerStart(yield { bytes: BANNER_START_LENGTH, what: 'banner' });
  const payload = yield { bytes: length, what: 'banner payload' };
  wire.peerSupported = decodeBannerPayload(payload, features).supported;
  encodeHello(wire.out.startFrame(TAG_HELLO), { entityType: myType, peerAddr });
  wire.out.finishFrame();
  return decodeHello(yield* readFrame(wire, 'HELLO', [TAG_HELLO]));
}

/**
 * Ends authentication: from here on frames are sealed if that was agreed, and each side shows that
 * it has heard what the other has said. Ceph: ProtocolV2::finish_auth, handle_auth_signature.
 */
export function* exchangeSignatures(
  wire: WireV2,
  crypto: Crypto | undefined,
  conMode: number,
  secrets: AuthSecrets,
  crossed: boolean,
): Handshake<void> {
  const received = wire.reader.endTranscript();
  const sent = wire.out.endTranscript();
  if (conMode === CEPH_CON_MODE_SECURE) {
    wire.secure(createHandlerPair(needed(crypto), secrets.connectionSecret, crossed));
  }
  const ours = sign(crypto, secrets.sessionKey, received);
  encodeAuthSignature(wire.out.startFrame(TAG_AUTH_SIGNATURE), ours);
  wire.out.finishFrame();
  const dec = yield* readFrame(wire, 'AUTH_SIGNATURE', [TAG_AUTH_SIGNATURE]);
  const expected = sign(crypto, secrets.sessionKey, sent);
  if (!constantTimeEqual(decodeAuthSignature(dec), expected)) {
    throw new DecodeError('AUTH_SIGNATURE', 0, 'the peer has heard something else than we said');
  }
}

function sign(crypto: Crypto | undefined, sessionKey: Uint8Array, said: Uint8Array): Uint8Array {
  if (sessionKey.length === 0) return NO_SIGNATURE;
  return needed(crypto).hmacSha256(sessionKey, said);
}

function needed(crypto: Crypto | undefined): Crypto {
  if (crypto !== undefined) return crypto;
  throw new DecodeError('AUTH_DONE', 0, 'needs ciphers, and there are none here');
}
