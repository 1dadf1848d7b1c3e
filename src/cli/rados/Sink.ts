import { type FileHandle, open } from 'node:fs/promises';
import { cppStrerror } from '../../common/errno.ts';
import type { ByteOutput } from '../ceph/Output.ts';

/** Where bytes of an object go: a file, or stdout. */
export class Sink implements AsyncDisposable {
  readonly #output: ByteOutput;
  readonly #file: FileHandle | undefined;

  private constructor(output: ByteOutput, file: FileHandle | undefined) {
    this.#output = output;
    this.#file = file;
  }

  /** `-` is stdout. Rejects with an error of the system. */
  static async open(name: string, output: ByteOutput): Promise<Sink> {
    return new Sink(output, name === '-' ? undefined : await open(name, 'w', 0o644));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#file === undefined ? this.#output.write(bytes) : this.#file.writeFile(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}

/** `(2) No such file or directory`. Throws what is no error of the system. */
export function systemErrorText(error: unknown): string {
  if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error;
  return cppStrerror(error.errno);
}
