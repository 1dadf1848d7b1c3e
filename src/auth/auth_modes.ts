import type { AuthSecrets } from './AuthClient.ts';

/** How the frames of msgr v2 are protected. Ceph: src/include/msgr.h. */
export const CEPH_CON_MODE_UNKNOWN = 0;
export const CEPH_CON_MODE_CRC = 1;
export const CEPH_CON_MODE_SECURE = 2;

/** The first byte of a v2 client's first payload to a monitor. Ceph: src/auth/Auth.h. */
export const AUTH_MODE_MON = 10;

const EMPTY = new Uint8Array(0);

/** Keys and nonces of secure mode: two of each. Ceph: AuthConnectionMeta::get_connection_secret_length. */
const SECURE_SECRET_LENGTH = 64;

/** Bytes of the secret that a connection of such a mode needs. */
export function secretLength(conMode: number): number {
  return conMode === CEPH_CON_MODE_SECURE ? SECURE_SECRET_LENGTH : 0;
}

/** The peer's first choice among what we allow; CEPH_CON_MODE_UNKNOWN: there is none. */
export function pickConMode(allowed: readonly number[], preferred: readonly number[]): number {
  return preferred.find((mode) => allowed.includes(mode)) ?? CEPH_CON_MODE_UNKNOWN;
}

/** Of those who have proved nothing to each other. */
export const NO_SECRETS: AuthSecrets = { sessionKey: EMPTY, connectionSecret: EMPTY };

/** `crc (1)`. */
export function conModeToString(mode: number): string {
  const name = ['unknown', 'crc', 'secure'][mode] ?? 'unknown';
  return `${name} (${mode})`;
}
