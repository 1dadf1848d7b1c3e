import type { CryptoKey } from '../src/auth/CryptoKey.ts';
import type { KeyServer } from '../src/auth/cephx/KeyServer.ts';

const ADMIN_CAPS = new Map([
  ['mds', 'allow *'],
  ['mgr', 'allow *'],
  ['mon', 'allow *'],
  ['osd', 'allow *'],
]);

const OSD_CAPS = new Map([
  ['mon', 'allow profile osd'],
  ['osd', 'allow *'],
]);

/** Keys for client.admin and every OSD, as a new cluster has. */
export function addKeys(keys: KeyServer, osds: number): void {
  keys.addAuth('client.admin', { key: keys.generateSecret(), caps: ADMIN_CAPS });
  for (let osd = 0; osd < osds; osd++) {
    keys.addAuth(`osd.${osd}`, { key: keys.generateSecret(), caps: OSD_CAPS });
  }
}

/** As a keyring file has it. */
export function keyringText(
  entity: string,
  key: CryptoKey,
  caps: ReadonlyMap<string, string>,
): string {
  const lines = [...caps].map(([service, cap]) => `\tcaps ${service} = "${cap}"\n`);
  return `[${entity}]\n\tkey = ${key.print()}\n${lines.join('')}`;
}
