import { once } from 'node:events';
import { utf8Encode } from '../../common/utf8.ts';
import type { ByteOutput } from './Output.ts';

/** The streams of this process. Names that are no UTF-8 are printed as the bytes that they are. */
export class ProcessOutput implements ByteOutput {
  constructor() {
    process.stdout.on('error', endWithReader);
    process.stderr.on('error', endWithReader);
  }

  stdout(text: string): void {
    process.stdout.write(utf8Encode(text));
  }

  stderr(text: string): void {
    process.stderr.write(utf8Encode(text));
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? utf8Encode(data) : data;
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  }
}

/** Whoever read the output has seen enough (`| head`), or cannot take it. */
function endWithReader(error: Error & { code?: string }): void {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`error writing to stdout: ${error.message}\n`);
  process.exit(1);
}
