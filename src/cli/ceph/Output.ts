/** Where a tool prints to. */
export interface Output {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** Where a tool prints to that may have more to say than a pipe takes at once. */
export interface ByteOutput extends Output {
  /** Resolves when there is room for more. */
  write(data: string | Uint8Array): Promise<void>;
}
