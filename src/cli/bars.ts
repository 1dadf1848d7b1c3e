const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Horizontal bars, one a row, the largest `width` characters long. */
export function bars(rows: ReadonlyMap<string, number>, width: number): string[] {
  const most = Math.max(1, ...rows.values());
  const label = Math.max(...[...rows.keys()].map((key) => key.length));
  return [...rows].map(([key, value]) => {
    const eighths = Math.round((value / most) * width * 8);
    const bar = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
    return `${key.padEnd(label)}  ${bar.padEnd(width)} ${value}`;
  });
}
