import type { AbortSignalLike, CallOptions } from './CallOptions.ts';
import { CloseSignal } from './CloseSignal.ts';
import { checkCount, invalid } from './check_arguments.ts';
import { RadosError } from './RadosError.ts';

export type ReadManyResult =
  | { readonly oid: string; readonly data: Uint8Array; readonly error?: undefined }
  | { readonly oid: string; readonly data?: undefined; readonly error: RadosError };

export interface ReadManyOptions {
  /** How many objects at most are under way, or read and not taken yet; default 16. */
  readonly concurrency?: number | undefined;
  /** Whether results come in the order of the names; else as they are there. Default: true. */
  readonly ordered?: boolean | undefined;
}

type Oids = Iterable<string> | AsyncIterable<string>;
type Read = (oid: string, signal: AbortSignalLike) => Promise<Uint8Array>;

const CONCURRENCY = 16;
const CONCURRENCY_MAX = 65_536;

/**
 * Reads object after object, several at a time. A read that fails is a result with an error; a signal that is
 * aborted, or names that cannot be had, end the loop. Who leaves it ends the reads that are under way.
 */
export async function* readMany(
  read: Read,
  oids: Oids,
  { concurrency = CONCURRENCY, ordered = true, signal }: ReadManyOptions & CallOptions,
): AsyncGenerator<ReadManyResult, void, undefined> {
  checkCount('readMany', 'concurrency', concurrency, CONCURRENCY_MAX);
  if (concurrency === 0) throw invalid('readMany', 'a concurrency of 0');
  const closing = new CloseSignal(signal);
  const names =
    Symbol.asyncIterator in oids ? oids[Symbol.asyncIterator]() : oids[Symbol.iterator]();
  const inTurn = ordered ? same : inOrderOfLanding<Landed>();
  const running: Promise<Landed>[] = [];
  let asking: Promise<Named> | undefined;
  let areMore = true;
  try {
    for (;;) {
      if (areMore && running.length < concurrency) asking ??= nextName(names);
      if (asking === undefined && running.length === 0) return;
      const awaited = running.slice(0, 1);
      const event = await Promise.race([...awaited, ...(asking === undefined ? [] : [asking])]);
      if ('result' in event) {
        void running.shift();
        yield event.result;
        continue;
      }
      asking = undefined;
      areMore = event.oid !== undefined;
      if (event.oid !== undefined) running.push(inTurn(begin(read, event.oid, closing)));
    }
  } finally {
    closing.close(new Error('the loop was left'));
    await names.return?.();
  }
}

/** What is awaited: the next name (undefined: there is none), … */
interface Named {
  readonly oid: string | undefined;
}

/** … or the end of a read. */
interface Landed {
  readonly result: ReadManyResult;
}

async function nextName(names: Iterator<string> | AsyncIterator<string>): Promise<Named> {
  const { done, value } = await names.next();
  return { oid: done === true ? undefined : value };
}

function begin(read: Read, oid: string, signal: AbortSignalLike): Promise<Landed> {
  const landed: Promise<Landed> = read(oid, signal).then(
    (data) => ({ result: { oid, data } }),
    (error: unknown) => {
      if (!RadosError.is(error)) throw error;
      return { result: { oid, error } };
    },
  );
  // Whoever waits for it learns of it.
  landed.catch(() => {});
  return landed;
}

function same<T>(read: Promise<T>): Promise<T> {
  return read;
}

/** The promise for the nth read is that of the nth to land, so that only the first need be watched. */
function inOrderOfLanding<T>(): (read: Promise<T>) => Promise<T> {
  const waiting: ((landed: Promise<T>) => void)[] = [];
  return (read) => {
    const turn = new Promise<T>((resolve) => waiting.push(resolve));
    turn.catch(() => {});
    const land = (): void => waiting.shift()?.(read);
    read.then(land, land);
    return turn;
  };
}
