/** A command that was refused. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly errno: number;

  /** `errno`: positive. */
  constructor(errno: number, text: string) {
    super(text);
    this.errno = errno;
  }
}
