/** Wrong use, or a world that is not as asked: told in one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
