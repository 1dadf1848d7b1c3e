import type { CallOptions } from '../../src/librados/CallOptions.ts';

interface Asked {
  readonly oid: string;
  readonly offset: number;
  readonly length: number;
  answer(): void;
  fail(error: unknown): void;
}

/** Who has objects, and answers when the test says so. */
export class FakeSource {
  readonly asked: Asked[] = [];
  /** Under way now, and the most that ever were. */
  open = 0;
  mostOpen = 0;
  /** Ended by their signal. */
  aborted = 0;
  readonly #objects: ReadonlyMap<string, Uint8Array>;
  readonly #answersAtOnce: boolean;

  constructor(objects: Readonly<Record<string, Uint8Array>>, answersAtOnce = true) {
    this.#objects = new Map(Object.entries(objects));
    this.#answersAtOnce = answersAtOnce;
  }

  read(
    oid: string,
    { offset, length, signal }: CallOptions & { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array> {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.open -= 1;
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => {
        this.aborted += 1;
        end(() => reject(signal?.reason));
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const bytes = this.#objects.get(oid) ?? new Uint8Array();
      const one = {
        oid,
        offset,
        length,
        answer: () => end(() => resolve(bytes.subarray(offset, offset + length))),
        fail: (error: unknown) => end(() => reject(error)),
      };
      this.asked.push(one);
      if (this.#answersAtOnce) one.answer();
    });
  }
}

/** Lets promises settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
