/** A mapping was given up: the map's rules and tunables ask for more work than any sane map does. */
export class CrushWorkError extends Error {
  override readonly name = 'CrushWorkError';
  readonly itemsMax: number;

  constructor(itemsMax: number) {
    super(`CRUSH mapping looks at more than ${itemsMax} items`);
    this.itemsMax = itemsMax;
  }
}
