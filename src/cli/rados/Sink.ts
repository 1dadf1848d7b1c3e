import { type FileHandle, open } from 'node:fs/promises';
import { cppStrerror } from '../../common/errno.ts';
import { utf8Encode } from '../../common/utf8.ts';
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

  write(data: string | Uint8Array): Promise<void> {
    if (this.#file === undefined) return this.#output.write(data);
    return this.#file.writeFile(typeof data === 'string' ? utf8Encode(data) : data);
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
