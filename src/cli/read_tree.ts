import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from './UsageError.ts';

/** The largest object that an OSD accepts by default, in bytes. Ceph: osd_max_object_size. */
const OBJECT_BYTES_MAX = 128 * 1024 * 1024;
/** The longest object name, in bytes. Ceph: osd_max_object_name_len. */
const NAME_BYTES_MAX = 2048;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/**
 * Every regular file under `dir`: its path from there, with slashes, and its bytes, in the order of
 * the names. Symbolic links are not followed.
 */
export async function readTree(dir: string): Promise<Map<string, Uint8Array>> {
  const tree = new Map<string, Uint8Array>();
  for (const name of await filesUnder(dir, '')) tree.set(name, await readOne(dir, name));
  if (tree.size === 0) throw new UsageError(`${dir}: there is no file in it`);
  return tree;
}

async function filesUnder(dir: string, prefix: string): Promise<string[]> {
  const entries = await explained(join(dir, prefix), (path) =>
    readdir(path, { withFileTypes: true }),
  );
  const names: string[] = [];
  for (const entry of entries) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) names.push(...(await filesUnder(dir, `${name}/`)));
    else if (entry.isFile()) names.push(name);
  }
  return names.sort();
}

async function readOne(dir: string, name: string): Promise<Uint8Array> {
  const path = join(dir, name);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw new UsageError(`${path}: longer than an object's name may be (${NAME_BYTES_MAX} bytes)`);
  }
  const { size } = await explained(path, stat);
  if (size > OBJECT_BYTES_MAX) {
    throw new UsageError(`${path}: larger than an object may be (${OBJECT_BYTES_MAX} bytes)`);
  }
  return explained(path, (file) => readFile(file));
}

async function explained<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const code = String(error.code);
    throw new UsageError(`${path}: ${REASONS[code] ?? code}`, { cause: error });
  }
}
