const ROW = 16;
const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;

/**
 * As `hexdump -C` prints it, but that rows of one and the same byte are what `*` stands for; nothing for
 * no bytes. Ceph: buffer::list::hexdump (src/common/buffer.cc).
 */
export function hexdump(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  const lines: string[] = [];
  let last = bytes[0];
  let wasSame = false;
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const isLast = at + ROW >= bytes.length;
    if (!isLast) {
      if (row[0] !== last) wasSame = false;
      last = row[0];
      const isSame = row.every((byte) => byte === last);
      if (isSame && wasSame) {
        if (lines.at(-1) !== '*') lines.push('*');
        continue;
      }
      wasSame = isSame;
    }
    lines.push(rowText(at, row));
  }
  lines.push(hex(bytes.length, 8));
  return lines.map((line) => `${line}\n`).join('');
}

function rowText(at: number, row: Uint8Array): string {
  const cells = Array.from({ length: ROW }, (_, i) => {
    const byte = row[i];
    return `${i === ROW / 2 ? ' ' : ''} ${byte === undefined ? '  ' : hex(byte, 2)}`;
  });
  return `${hex(at, 8)} ${cells.join('')}  |${Array.from(row, printable).join('')}|`;
}

function hex(n: number, width: number): string {
  return n.toString(16).padStart(width, '0');
}

function printable(byte: number): string {
  return byte >= PRINTABLE_FIRST && byte <= PRINTABLE_LAST ? String.fromCharCode(byte) : '.';
}
