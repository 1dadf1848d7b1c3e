type Align = 'left' | 'right';

const SEPARATION = '  ';

/** Columns as wide as their widest cell. Ceph: src/common/TextTable.cc. */
export class TextTable {
  readonly #columns: { readonly heading: string; readonly align: Align }[] = [];
  readonly #rows: (readonly string[])[] = [];

  /** `align`: of the cells; headings stand left. */
  defineColumn(heading: string, align: Align): void {
    this.#columns.push({ heading, align });
  }

  addRow(cells: readonly string[]): void {
    this.#rows.push(cells);
  }

  toString(): string {
    const widths = this.#columns.map(({ heading }, i) =>
      Math.max(heading.length, ...this.#rows.map((row) => row[i]?.length ?? 0)),
    );
    const headings = this.#columns.map(({ heading }, i) => heading.padEnd(widths[i] ?? 0));
    const rows = this.#rows.map((row) =>
      this.#columns.map(({ align }, i) => {
        const [cell, width] = [row[i] ?? '', widths[i] ?? 0];
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      }),
    );
    return [headings, ...rows].map((cells) => `${cells.join(SEPARATION)}\n`).join('');
  }
}
