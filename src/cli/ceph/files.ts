import { readFileSync, writeFileSync } from 'node:fs';
import { ToolExit } from './ToolExit.ts';

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

/**
 * Writes a map. Ceph's bufferlist complains before the tool does: `complaint` is the tool's own, for a
 * reason.
 */
export function writeMap(
  file: string,
  bytes: Uint8Array,
  complaint: (reason: string) => string,
): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    const reason = errnoText(error);
    const isOpened = error instanceof Error && 'syscall' in error && error.syscall === 'write';
    const said = isOpened
      ? `bufferlist::write_fd(${file}): write_fd error: ${reason}`
      : `bufferlist::write_file(${file}): failed to open file: ${reason}`;
    throw new ToolExit(1, '', `${said}\n${complaint(reason)}\n`);
  }
}

/** What strerror says, of errors that users meet. */
const ERROR_TEXTS: ReadonlyMap<number, string> = new Map([
  [1, 'Operation not permitted'],
  [2, 'No such file or directory'],
  [13, 'Permission denied'],
  [20, 'Not a directory'],
  [21, 'Is a directory'],
  [26, 'Text file busy'],
  [28, 'No space left on device'],
  [30, 'Read-only file system'],
  [36, 'File name too long'],
  [40, 'Too many levels of symbolic links'],
]);

/** Ceph: cpp_strerror. Throws what is no error of the system. */
function errnoText(error: unknown): string {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error;
  const errno = -error.errno;
  return `(${errno}) ${ERROR_TEXTS.get(errno) ?? error.message}`;
}
