import { describe, expect, test } from 'vitest';
import { ObjectList, type PageCall } from '../../../src/librados/ObjectList.ts';
import { reverseBits } from '../../../src/osd/hobject_order.ts';
import { hobjectAtHash } from '../../../src/osd/hobject_range.ts';
import { HOBJECT_MAX, HOBJECT_NONE, type hobject_t } from '../../../src/osd/hobject_t.ts';
import { hobjectToString } from '../../../src/osd/hobject_text.ts';
import type { ListedObject, pg_nls_response_t } from '../../../src/osd/pg_nls.ts';
import { settle } from '../../helpers/FakeSource.ts';

interface Asked {
  readonly handle: hobject_t;
  readonly answer: (page: pg_nls_response_t) => void;
  readonly fail: (error: unknown) => void;
  aborted: boolean;
}

/** Objects 0, 1, … stand at these places, and pages end there. */
const place = (n: number): hobject_t => hobjectAtHash(1, reverseBits(n));
const object = (n: number): ListedObject => ({ oid: `${n}`, namespace: '', locator: '' });

class Pages {
  readonly asked: Asked[] = [];

  readPage(handle: hobject_t): PageCall {
    let resolve: Asked['answer'] = () => {};
    let reject: Asked['fail'] = () => {};
    const promise = new Promise<pg_nls_response_t>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const one = { handle, answer: resolve, fail: reject, aborted: false };
    this.asked.push(one);
    const abort = (reason: unknown): void => {
      one.aborted = true;
      reject(reason);
    };
    return { promise, abort };
  }

  hobjectOf({ oid }: ListedObject): hobject_t {
    return place(Number(oid));
  }

  /** Answers the last page asked for with objects `from` to `to`, and the end if that is 10. */
  answer(from: number, to: number): void {
    const entries = Array.from({ length: to - from }, (_, i) => object(from + i));
    this.asked.at(-1)?.answer({ handle: to === 10 ? HOBJECT_MAX : place(to), entries });
  }
}

function listOf(pages: Pages, end = HOBJECT_MAX): ObjectList {
  return new ObjectList(pages, HOBJECT_NONE, end);
}

async function take(list: ObjectList, count: number): Promise<string[]> {
  const oids: string[] = [];
  for (let i = 0; i < count; i++) oids.push((await list.next()).value?.oid ?? 'end');
  return oids;
}

describe('a list', () => {
  test('asks for nothing before somebody takes from it', async () => {
    const pages = new Pages();
    listOf(pages);
    await settle();
    expect(pages.asked).toEqual([]);
  });

  test('has each object of each page, and ends', async () => {
    const pages = new Pages();
    const taking = take(listOf(pages), 11);
    for (const [from, to] of [
      [0, 3],
      [3, 3.5],
      [4, 9],
      [9, 10],
    ] as const) {
      pages.answer(from, Math.floor(to) === to ? to : from);
      await settle();
    }
    expect(await taking).toEqual(['0', '1', '2', '4', '5', '6', '7', '8', '9', 'end', 'end']);
  });

  test('reads one page ahead, and no more', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    const first = list.next();
    pages.answer(0, 3);
    await first;
    await settle();
    expect(pages.asked.map(({ handle }) => handle)).toEqual([HOBJECT_NONE, place(3)]);
    pages.answer(3, 6);
    await take(list, 2);
    await settle();
    expect(pages.asked).toHaveLength(2);
    await take(list, 1);
    expect(pages.asked).toHaveLength(3);
  });

  test('gives each object to one of those who ask at the same time, in their order', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    const taking = Promise.all(Array.from({ length: 5 }, () => list.next()));
    pages.answer(0, 2);
    await settle();
    pages.answer(2, 10);
    expect((await taking).map(({ value }) => value?.oid)).toEqual(['0', '1', '2', '3', '4']);
  });

  test('knows where it stands', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    expect(list.cursor).toBe('MIN');
    const taking = take(list, 3);
    pages.answer(0, 3);
    await taking;
    expect(list.cursor).toBe(hobjectToString(place(3)));
    pages.answer(3, 10);
    await take(list, 2);
    expect(list.cursor).toBe(hobjectToString(place(5)));
    await take(list, 6);
    expect(list.cursor).toBe('MAX');
  });

  test('ends before its end, within a page', async () => {
    const pages = new Pages();
    const list = listOf(pages, place(2));
    const taking = take(list, 3);
    pages.answer(0, 10);
    expect(await taking).toEqual(['0', '1', 'end']);
    expect(list.cursor).toBe(hobjectToString(place(2)));
    expect(pages.asked).toHaveLength(1);
  });

  test('that is left ends the page that is under way, and asks for none', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    const first = list.next();
    pages.answer(0, 3);
    await first;
    await settle();
    await list.return();
    await settle();
    expect(pages.asked.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(await list.next()).toEqual({ done: true, value: undefined });
    expect(pages.asked).toHaveLength(2);
  });

  test('that is left ends for who waits for the next', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    const first = list.next();
    await list.return();
    expect(await first).toEqual({ done: true, value: undefined });
  });

  test('that failed goes on where it stood', async () => {
    const pages = new Pages();
    const list = listOf(pages);
    const first = list.next();
    pages.answer(0, 1);
    await first;
    await settle();
    pages.asked.at(-1)?.fail(new Error('no'));
    await expect(list.next()).rejects.toThrow('no');
    const again = list.next();
    pages.answer(1, 10);
    expect((await again).value?.oid).toBe('1');
    expect(pages.asked.map(({ handle }) => handle)).toEqual([HOBJECT_NONE, place(1), place(1)]);
  });
});
