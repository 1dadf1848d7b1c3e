import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What clients have to know of a cluster. */
export interface ConfContents {
  readonly fsid: string;
  readonly monHost: string;
  readonly auth: 'none' | 'cephx';
  /** The text of a keyring; undefined: nobody has a key. */
  readonly keyring: string | undefined;
}

/** Tells a file that is ours to replace and to remove. */
const HEADER = '# A throw-away cluster of radosim, fsid ';

const CONF = 'ceph.conf';
const KEYRING = 'keyring';

/**
 * Writes `keyring` (mode 0600) and then, at one stroke, `ceph.conf`; answers its path. Throws Error where
 * there is a ceph.conf that some other hand has written.
 */
export async function writeConfFiles(dir: string, contents: ConfContents): Promise<string> {
  const path = join(resolve(dir), CONF);
  const header = await headerOf(path);
  if (header !== undefined && !header.startsWith(HEADER)) {
    throw new Error(`${path} is of another cluster: it stays as it is`);
  }
  await mkdir(dir, { recursive: true });
  const { keyring } = contents;
  if (keyring !== undefined) await writeWhole(join(resolve(dir), KEYRING), keyring, 0o600);
  await writeWhole(path, confText(contents, join(resolve(dir), KEYRING)), 0o644);
  return path;
}

/** Removes what `writeConfFiles` wrote, unless it has been written anew for another cluster. */
export async function removeConfFiles(dir: string, fsid: string): Promise<void> {
  const path = join(resolve(dir), CONF);
  if ((await headerOf(path)) !== HEADER + fsid) return;
  await rm(path);
  await rm(join(resolve(dir), KEYRING), { force: true });
}

function confText({ fsid, monHost, auth, keyring }: ConfContents, keyringPath: string): string {
  const lines = [
    HEADER + fsid,
    '[global]',
    `fsid = ${fsid}`,
    `mon_host = ${monHost}`,
    ...['cluster', 'service', 'client'].map((who) => `auth_${who}_required = ${auth}`),
    ...(keyring === undefined ? [] : [`keyring = ${keyringPath}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The first line of a file; undefined: there is none. */
async function headerOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).split('\n', 1)[0];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Who looks sees the old file or the new one. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const part = `${path}.${process.pid}.tmp`;
  await rm(part, { force: true });
  await writeFile(part, text, { mode, flag: 'wx' });
  await rename(part, path);
}
