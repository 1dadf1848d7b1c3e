import { readFileSync, writeFileSync } from 'node:fs';
import type { ToolExit } from './ToolExit.ts';

/** Answers the end of a tool for a reason in Ceph's words. */
type Refuse = (reason: string) => ToolExit;

/** The bytes of a file; the reason says what Ceph was doing with it. */
export function readOr(file: string, refuse: Refuse): Uint8Array {
  return readBare(file, (reason) =>
    refuse(
      reason.startsWith('(21)')
        ? `bufferlist::read_file(${file}): read error:${reason}`
        : `can't open ${file}: ${reason}`,
    ),
  );
}

/** The bytes of a file; the reason is the error's own. */
export function readBare(file: string, refuse: Refuse): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refuse(errnoText(error));
  }
}

export function writeOr(file: string, bytes: string | Uint8Array, refuse: Refuse): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw refuse(errnoText(error));
  }
}

/** Ceph: cpp_strerror. */
function errnoText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return '(2) No such file or directory';
    case 'EACCES':
      return '(13) Permission denied';
    case 'ENOTDIR':
      return '(20) Not a directory';
    case 'EISDIR':
      return '(21) Is a directory';
    default:
      throw error;
  }
}
