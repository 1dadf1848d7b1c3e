import { compareHobjects } from '../osd/hobject_order.ts';
import type { hobject_t } from '../osd/hobject_t.ts';
import { hobjectToString } from '../osd/hobject_text.ts';
import type { ListedObject, pg_nls_response_t } from '../osd/pg_nls.ts';

/** One page that is under way. */
export interface PageCall {
  readonly promise: Promise<pg_nls_response_t>;
  abort(reason: unknown): void;
}

/** What a list asks for. */
export interface ListSource {
  /** The page that begins at `handle`. */
  readPage(handle: hobject_t): PageCall;
  /** Where an object stands among the others. */
  hobjectOf(object: ListedObject): hobject_t;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Objects of a pool in the order in which OSDs keep them, by the hash of their names with its bits from
 * last to first; so PGs follow each other, and a split or merge of PGs moves nothing. Each object that
 * is there all the time is listed once. The next page is read while one is gone through, and none after
 * `return`, as `break` in a `for await` calls it.
 *
 * A `next` that was rejected may be asked again: the list has not moved.
 */
export class ObjectList implements AsyncIterableIterator<ListedObject, undefined> {
  readonly #source: ListSource;
  readonly #end: hobject_t;
  #page: readonly ListedObject[] = [];
  /** Within the page: the next one to give. */
  #at = 0;
  /** Where the next page begins. */
  #handle: hobject_t;
  #ahead: PageCall | undefined;
  #turning: Promise<void> | undefined;
  #closed = false;

  constructor(source: ListSource, start: hobject_t, end: hobject_t) {
    this.#source = source;
    this.#handle = start;
    this.#end = end;
  }

  /**
   * Where the list stands, before the object that `next` gives next: `listObjects({ start: cursor })`
   * goes on there, today or another day. A text as librados' ObjectCursor writes it.
   */
  get cursor(): string {
    const next = this.#page[this.#at];
    return hobjectToString(next === undefined ? this.#handle : this.#source.hobjectOf(next));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ListedObject, undefined>> {
    for (;;) {
      const value = this.#closed ? undefined : this.#page[this.#at];
      if (value !== undefined) {
        this.#at += 1;
        return { done: false, value };
      }
      if (this.#closed || !isBefore(this.#handle, this.#end)) return DONE;
      this.#turning ??= this.#turnPage().finally(() => {
        this.#turning = undefined;
      });
      await this.#turning;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#closed = true;
    this.#ahead?.abort(new Error('the list was left'));
    return DONE;
  }

  async #turnPage(): Promise<void> {
    const call = this.#ahead ?? this.#source.readPage(this.#handle);
    this.#ahead = call;
    let page: pg_nls_response_t;
    try {
      page = await call.promise;
    } catch (error) {
      this.#ahead = undefined;
      if (this.#closed) return;
      throw error;
    }
    this.#ahead = undefined;
    this.#page = this.#withinEnd(page);
    this.#at = 0;
    this.#handle = isBefore(page.handle, this.#end) ? page.handle : this.#end;
    this.#readAhead();
  }

  #readAhead(): void {
    if (this.#closed || !isBefore(this.#handle, this.#end)) return;
    this.#ahead = this.#source.readPage(this.#handle);
    // Whoever turns the page learns of it.
    this.#ahead.promise.catch(() => {});
  }

  #withinEnd({ handle, entries }: pg_nls_response_t): readonly ListedObject[] {
    if (this.#end.isMax || !isBefore(this.#end, handle)) return entries;
    return entries.filter((entry) => isBefore(this.#source.hobjectOf(entry), this.#end));
  }
}

function isBefore(a: hobject_t, b: hobject_t): boolean {
  return compareHobjects(a, b) < 0;
}
