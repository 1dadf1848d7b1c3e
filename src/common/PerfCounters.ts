import { assert } from './errors.ts';

/** What `perf dump` shows for an average: Ceph's avgcount and sum. */
export interface Average {
  avgcount: number;
  sum: number;
}

type Value = number | Average;

interface Counter {
  readonly average: boolean;
  value: number;
  /** Of an average: how many quantities `value` is the sum of. */
  count: number;
}

/**
 * One named set of counters, dumped in the order in which they were declared.
 * Ceph: src/common/perf_counters.h. Names are those of `perf dump`.
 */
export class PerfCounters<Name extends string> {
  readonly #counters: ReadonlyMap<Name, Counter>;

  /** `averages`: which of `names` count a quantity per event. */
  constructor(names: readonly Name[], averages: readonly Name[] = []) {
    this.#counters = new Map(
      names.map((name) => [name, { average: averages.includes(name), value: 0, count: 0 }]),
    );
  }

  /** Of an average: adds the quantity `by` of one event. */
  inc(name: Name, by = 1): void {
    const counter = this.#counter(name);
    counter.value += by;
    counter.count += 1;
  }

  dec(name: Name, by = 1): void {
    this.#counter(name).value -= by;
  }

  set(name: Name, value: number): void {
    this.#counter(name).value = value;
  }

  /** Of an average: the sum. */
  get(name: Name): number {
    return this.#counter(name).value;
  }

  /** The shape of one section of `perf dump`. */
  dump(): Record<string, Value> {
    const out: Record<string, Value> = {};
    for (const [name, { average, value, count }] of this.#counters) {
      out[name] = average ? { avgcount: count, sum: value } : value;
    }
    return out;
  }

  #counter(name: Name): Counter {
    const counter = this.#counters.get(name);
    assert(counter !== undefined, 'a counter that was not declared');
    return counter;
  }
}

/** What a context's `perf dump` prints: section name → counters. */
export type PerfDump = Record<string, Record<string, Value>>;

/** The counters of one context, by section. Ceph: PerfCountersCollection. */
export class PerfCountersCollection {
  readonly #sections = new Map<string, { dump(): Record<string, Value> }>();

  add(section: string, counters: { dump(): Record<string, Value> }): void {
    this.#sections.set(section, counters);
  }

  remove(section: string): void {
    this.#sections.delete(section);
  }

  dump(): PerfDump {
    const names = [...this.#sections.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.#sections.get(name)?.dump() ?? {}]));
  }
}
