import type { AuthSecrets } from './AuthClient.ts';

/** How the frames of msgr v2 are protected. Ceph: src/include/msgr.h. */
export const CEPH_CON_MODE_UNKNOWN = 0;
export const CEPH_CON_MODE_CRC = 1;
export const CEPH_CON_MODE_SECURE = 2;

/** The first byte of a v2 client's first payload to a monitor. Ceph: src/auth/Auth.h. */
export const AUTH_MODE_MON = 10;

const EMPTY = new Uint8Array(0);

/** Of those who have proved nothing to each other. */
export const NO_SECRETS: AuthSecrets = { sessionKey: EMPTY, connectionSecret: EMPTY };

/** `crc (1)`. */
export function conModeToString(mode: number): string {
  const name = ['unknown', 'crc', 'secure'][mode] ?? 'unknown';
  return `${name} (${mode})`;
}
