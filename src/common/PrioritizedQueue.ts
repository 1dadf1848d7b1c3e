import Denque from 'denque';
import { assert } from './errors.ts';

/** What can be queued: it says what handling it costs, in bytes. */
interface Costed {
  readonly cost: number;
}

/**
 * Items of several classes, by priority. Ceph: src/common/PrioritizedQueue.h.
 *
 * Strict items go before all others, higher priorities first. Of the others each priority has a
 * share of the work, counted in cost, in proportion to its number, so that none starves. Within a
 * priority the classes take turns; within a class the order is that of coming.
 */
export class PrioritizedQueue<K, T extends Costed> {
  readonly #maxTokens: number;
  readonly #minCost: number;
  /** Both in ascending order of priority; no level is empty. */
  readonly #strict: Level<K, T>[] = [];
  readonly #weighted: Level<K, T>[] = [];
  /** Of the weighted levels. */
  #totalPriority = 0;
  #length = 0;

  /** `maxTokens`: cost that a priority may save up. `minCost`: what an item costs at least. */
  constructor(maxTokens: number, minCost: number) {
    this.#maxTokens = maxTokens;
    this.#minCost = minCost;
  }

  get length(): number {
    return this.#length;
  }

  enqueueStrict(key: K, priority: number, item: T): void {
    this.#length++;
    levelOf(this.#strict, priority).push(key, item);
  }

  enqueue(key: K, priority: number, item: T): void {
    this.#length++;
    const level = levelOf(this.#weighted, priority);
    if (level.length === 0) this.#totalPriority += priority;
    level.push(key, item);
  }

  dequeue(): T | undefined {
    const strict = this.#strict.at(-1);
    if (strict === undefined) return this.#dequeueWeighted();
    this.#length--;
    const item = strict.shift();
    if (strict.length === 0) this.#strict.pop();
    return item;
  }

  /** Drops all items of class `key`; answers them. */
  removeByClass(key: K): T[] {
    const gone: T[] = [];
    for (const level of [...this.#strict]) {
      gone.push(...level.removeClass(key));
      if (level.length === 0) this.#strict.splice(this.#strict.indexOf(level), 1);
    }
    for (const level of [...this.#weighted]) {
      gone.push(...level.removeClass(key));
      if (level.length === 0) this.#removeWeighted(level);
    }
    this.#length -= gone.length;
    return gone;
  }

  /** The lowest priority that can pay for its next item; when none can, the highest. */
  #dequeueWeighted(): T | undefined {
    const able = this.#weighted.find((level) => this.#costOf(level.front()) < level.tokens);
    const level = able ?? this.#weighted.at(-1);
    if (level === undefined) return undefined;
    this.#length--;
    const item = level.shift();
    const cost = this.#costOf(item);
    if (able !== undefined) level.tokens -= cost;
    if (level.length === 0) this.#removeWeighted(level);
    this.#distributeTokens(cost);
    return item;
  }

  /** What was spent is given to all, by priority. */
  #distributeTokens(cost: number): void {
    for (const level of this.#weighted) {
      const share = Math.floor((level.priority * cost) / this.#totalPriority) + 1;
      level.tokens = Math.min(level.tokens + share, this.#maxTokens);
    }
  }

  #removeWeighted(level: Level<K, T>): void {
    this.#weighted.splice(this.#weighted.indexOf(level), 1);
    this.#totalPriority -= level.priority;
  }

  #costOf(item: T): number {
    return Math.min(Math.max(item.cost, this.#minCost), this.#maxTokens);
  }
}

interface Class<K, T> {
  readonly key: K;
  readonly items: Denque<T>;
}

/** One priority: its classes in the order of their turns. */
class Level<K, T> {
  readonly priority: number;
  tokens = 0;
  length = 0;
  readonly #classes = new Map<K, Class<K, T>>();
  readonly #turns = new Denque<Class<K, T>>();

  constructor(priority: number) {
    this.priority = priority;
  }

  push(key: K, item: T): void {
    this.length++;
    const known = this.#classes.get(key);
    if (known !== undefined) {
      known.items.push(item);
      return;
    }
    const fresh = { key, items: new Denque([item]) };
    this.#classes.set(key, fresh);
    this.#turns.push(fresh);
  }

  front(): T {
    const item = this.#turns.peekFront()?.items.peekFront();
    assert(item !== undefined, 'an empty level');
    return item;
  }

  shift(): T {
    const turn = this.#turns.shift();
    const item = turn?.items.shift();
    assert(turn !== undefined && item !== undefined, 'an empty level');
    this.length--;
    if (turn.items.length > 0) this.#turns.push(turn);
    else this.#classes.delete(turn.key);
    return item;
  }

  /** Answers the items that are gone. */
  removeClass(key: K): T[] {
    const gone = this.#classes.get(key);
    if (gone === undefined) return [];
    this.#classes.delete(key);
    this.#turns.removeOne(this.#turns.toArray().indexOf(gone));
    this.length -= gone.items.length;
    return gone.items.toArray();
  }
}

/** The level of `priority` in `levels`, put in its place if it is new. */
function levelOf<K, T>(levels: Level<K, T>[], priority: number): Level<K, T> {
  let at = levels.length;
  for (; at > 0; at--) {
    const level = levels[at - 1];
    if (level === undefined || level.priority < priority) break;
    if (level.priority === priority) return level;
  }
  const level = new Level<K, T>(priority);
  levels.splice(at, 0, level);
  return level;
}
