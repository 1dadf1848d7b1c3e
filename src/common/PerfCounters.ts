/** What `perf dump` shows for an average: Ceph's avgcount and sum. */
export interface Average {
  avgcount: number;
  sum: number;
}

type Value = number | Average;

/**
 * One named set of counters, dumped in the order in which they were declared.
 * Ceph: src/common/perf_counters.h. Names are those of `perf dump`.
 */
export class PerfCounters<Name extends string> {
  readonly #values = new Map<Name, number>();
  readonly #averages = new Map<Name, Average>();
  readonly #order: readonly Name[];

  /** `averages`: which of `names` count a quantity per event. */
  constructor(names: readonly Name[], averages: readonly Name[] = []) {
    this.#order = names;
    for (const name of names) {
      if (averages.includes(name)) this.#averages.set(name, { avgcount: 0, sum: 0 });
      else this.#values.set(name, 0);
    }
  }

  inc(name: Name, by = 1): void {
    const average = this.#averages.get(name);
    if (average === undefined) {
      this.#values.set(name, (this.#values.get(name) ?? 0) + by);
    } else {
      average.avgcount += 1;
      average.sum += by;
    }
  }

  dec(name: Name, by = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) - by);
  }

  set(name: Name, value: number): void {
    this.#values.set(name, value);
  }

  get(name: Name): number {
    return this.#values.get(name) ?? this.#averages.get(name)?.sum ?? 0;
  }

  /** The shape of one section of `perf dump`. */
  dump(): Record<string, Value> {
    const out: Record<string, Value> = {};
    for (const name of this.#order) {
      const average = this.#averages.get(name);
      out[name] = average === undefined ? this.get(name) : { ...average };
    }
    return out;
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
