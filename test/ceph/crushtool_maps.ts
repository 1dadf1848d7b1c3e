import type { Random } from '../../src/common/Random.ts';

/** A map in crushtool's language, and what is worth testing it with. */
export interface RandomMap {
  readonly text: string;
  readonly numRep: number;
  /** Where the inputs begin. */
  readonly xMin: number;
  /** Reweighted devices: id and 0 to 1. */
  readonly weights: readonly (readonly [device: number, weight: number])[];
}

interface Bucket {
  readonly name: string;
  readonly id: number;
  readonly type: string;
  readonly alg: string;
  readonly items: readonly string[];
}

const ALGS = ['uniform', 'list', 'tree', 'straw', 'straw2'];
/** Uniform buckets have no shadows for a class, and those of trees hold bytes of chance. */
const SHADOW_ALGS = ['list', 'straw', 'straw2'];
const TYPES = ['osd', 'host', 'rack', 'root'];

/** Where a thousand inputs and some still fit below 2^31. */
const X_END = 2 ** 31 - 1100;

/** From 32768 up, a weight counts as negative in a draw. */
const HUGE_WEIGHT = 40_000;

/** A tree's node count is a byte. */
const TREE_ITEMS_MAX = 60;

/**
 * A map no operator would make but Ceph takes: every bucket algorithm, odd weights, holes in the
 * ids, devices beside buckets, empty buckets, any tunables, rules of many steps, choose_args.
 */
export function randomMap(random: Random): RandomMap {
  return new MapMaker(random).make();
}

class MapMaker {
  readonly #random: Random;
  readonly #ids: number[] = [];
  #devices: string[] = [];
  readonly #hasClasses: boolean;
  /** Those that devices have. */
  readonly #classes = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
    this.#hasClasses = this.#chance(0.3);
  }

  make(): RandomMap {
    const deviceIds = this.#deviceIds();
    this.#devices = deviceIds.map((id) => `osd.${id}`);
    for (let i = 1; i < 200; i++) this.#ids.push(-i);
    const buckets = this.#buckets();
    const deviceLines = deviceIds.map((id) => `device ${id} osd.${id}${this.#deviceClass()}`);
    const text = [
      ...this.#tunables(),
      ...deviceLines,
      ...TYPES.map((name, id) => `type ${id} ${name}`),
      ...buckets.flatMap((bucket) => this.#bucketText(bucket)),
      ...this.#rules(buckets),
      ...this.#chooseArgs(buckets),
    ];
    // With every device at 0, crushtool maps nothing.
    const weights = deviceIds
      .slice(1)
      .filter(() => this.#chance(0.2))
      .map((id) => [id, this.#pick([0, 0.25, 0.5, 0.9, this.#random.float()])] as const);
    const numRep = this.#range(1, 8);
    const xMin = this.#pick([0, 0, this.#range(0, X_END), X_END]);
    return { text: `${text.join('\n')}\n`, numRep, xMin, weights };
  }

  #deviceIds(): number[] {
    const ids: number[] = [];
    const count = this.#pick([1, 3, 10, 30, 70, 200]);
    for (let id = this.#range(0, 2); ids.length < count; id++) {
      if (this.#chance(0.9)) ids.push(id);
    }
    return ids;
  }

  #deviceClass(): string {
    if (!this.#hasClasses || this.#chance(0.3)) return '';
    const name = this.#pick(['ssd', 'hdd']);
    this.#classes.add(name);
    return ` class ${name}`;
  }

  #tunables(): string[] {
    if (this.#chance(0.2)) return tunables(0, 0, 50, 1, 1, 1, 1);
    if (this.#chance(0.2)) return tunables(2, 5, 19, 0, 0, 0, 0);
    const fallback = this.#chance(0.5) ? 0 : this.#range(1, 6);
    return tunables(
      this.#range(0, 3),
      fallback,
      this.#range(0, 60),
      this.#range(0, 1),
      this.#range(0, 5),
      this.#range(0, 1),
      this.#range(0, 1),
    );
  }

  /** Hosts, then racks of them, then roots of those; each list may also take devices. */
  #buckets(): Bucket[] {
    const hosts = this.#layer('host', this.#devices, this.#range(1, 12));
    const racks = this.#layer('rack', names(hosts), this.#range(1, 4));
    const orphans = this.#chance(0.2) ? this.#devices.slice(0, 3) : [];
    const roots = this.#layer('root', [...names(racks), ...orphans], this.#range(1, 2));
    return [...hosts, ...racks, ...roots];
  }

  #layer(type: string, items: readonly string[], count: number): Bucket[] {
    const lists: string[][] = Array.from({ length: count }, () => []);
    for (const item of items) lists[this.#range(0, count - 1)]?.push(item);
    return lists.map((list, i) => {
      const name = `${type}${i}`;
      const straw2 = this.#chance(0.3);
      const algs = this.#hasClasses ? SHADOW_ALGS : ALGS;
      const alg = straw2 ? 'straw2' : this.#pick(algs);
      const kept = alg === 'tree' ? list.slice(0, TREE_ITEMS_MAX) : list;
      return { name, id: this.#takeId(), type, alg, items: kept };
    });
  }

  #takeId(): number {
    const at = this.#range(0, Math.min(10, this.#ids.length - 1));
    return this.#ids.splice(at, 1)[0] ?? 0;
  }

  #bucketText(bucket: Bucket): string[] {
    const same = this.#weight(bucket.alg);
    const even = bucket.alg === 'uniform' || this.#chance(0.3);
    return [
      `${bucket.type} ${bucket.name} {`,
      `  id ${bucket.id}`,
      `  alg ${bucket.alg}`,
      '  hash 0',
      ...bucket.items.map(
        (item) => `  item ${item} weight ${even ? same : this.#weight(bucket.alg)}`,
      ),
      '}',
    ];
  }

  /**
   * With all weights 0, crushtool dies of a uniform bucket and runs past the end of a tree's items.
   */
  #weight(alg: string): string {
    const least = alg === 'tree' || alg === 'uniform' ? 0.001 : 0;
    const halfway = this.#range(1, 40) / 64;
    const weight = this.#pick([
      least,
      1,
      1,
      0.001,
      halfway,
      this.#random.float(),
      this.#range(1, 90),
    ]);
    return Math.max(least, weight).toFixed(6);
  }

  #rules(buckets: readonly Bucket[]): string[] {
    const roots = buckets.filter((bucket) => bucket.type !== 'host');
    return Array.from({ length: this.#range(1, 4) }, (_, id) => id).flatMap((id) => [
      `rule rule${id} {`,
      `  id ${id}`,
      '  type replicated',
      '  min_size 1',
      '  max_size 10',
      ...this.#sets(),
      ...Array.from({ length: this.#range(1, 2) }).flatMap(() => this.#pass(roots)),
      '}',
    ]);
  }

  #sets(): string[] {
    const sets: [name: string, max: number][] = [
      ['set_choose_tries', 100],
      ['set_chooseleaf_tries', 10],
      ['set_choose_local_tries', 4],
      ['set_choose_local_fallback_tries', 4],
      ['set_chooseleaf_vary_r', 4],
      ['set_chooseleaf_stable', 1],
    ];
    return sets
      .filter(() => this.#chance(0.15))
      .map(([name, max]) => `  step ${name} ${this.#range(0, max)}`);
  }

  /** take, one or two choices downwards, emit. */
  #pass(roots: readonly Bucket[]): string[] {
    const root = this.#pick(roots);
    const mode = this.#pick(['firstn', 'indep']);
    const osd = this.#pick(['choose', 'choose', 'chooseleaf']);
    const count = (): number => this.#pick([0, 0, -1, 1, 2, 3, 6]);
    const leaf = (type: string): string =>
      `  step ${type === 'osd' ? osd : 'chooseleaf'} ${mode} ${count()} type ${type}`;
    const steps =
      root.type === 'root' && this.#chance(0.4)
        ? [`  step choose ${mode} ${count()} type rack`, leaf(this.#pick(['osd', 'host']))]
        : [leaf(this.#pick(['osd', 'host', root.type === 'root' ? 'rack' : 'host']))];
    const classes = [...this.#classes];
    const ofClass = classes.length > 0 && this.#chance(0.5) ? ` class ${this.#pick(classes)}` : '';
    return [`  step take ${root.name}${ofClass}`, ...steps, '  step emit'];
  }

  #chooseArgs(buckets: readonly Bucket[]): string[] {
    if (this.#chance(0.6)) return [];
    // crushtool maps with the arguments of pool 0, or else those for all pools.
    return [
      `choose_args ${this.#pick([0, 0, 5])} {`,
      ...buckets
        .filter((bucket) => bucket.alg === 'straw2' && bucket.items.length > 0 && this.#chance(0.7))
        .flatMap((bucket) => this.#chooseArg(bucket)),
      '}',
    ];
  }

  #chooseArg(bucket: Bucket): string[] {
    const huge = this.#chance(0.2);
    const weight = (): string =>
      huge && this.#chance(0.1) ? HUGE_WEIGHT.toFixed(6) : this.#weight('straw2');
    const row = (): string => `[ ${bucket.items.map(weight).join(' ')} ]`;
    const rows = Array.from({ length: this.#range(1, 3) }, row);
    const ids = bucket.items.map((_, i) => -100 - i - this.#range(0, 9) * 10);
    return [
      '  {',
      `    bucket_id ${bucket.id}`,
      '    weight_set [',
      ...rows.map((text) => `      ${text}`),
      '    ]',
      ...(this.#chance(0.4) ? [`    ids [ ${ids.join(' ')} ]`] : []),
      '  }',
    ];
  }

  #chance(p: number): boolean {
    return this.#random.float() < p;
  }

  /** From `low` to `high`, both possible. */
  #range(low: number, high: number): number {
    return low + (this.#random.uint32() % (high - low + 1));
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[this.#range(0, list.length - 1)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }
}

function names(buckets: readonly Bucket[]): string[] {
  return buckets.map((bucket) => bucket.name);
}

function tunables(
  local: number,
  fallback: number,
  total: number,
  once: number,
  varyR: number,
  stable: number,
  strawCalc: number,
): string[] {
  return [
    `tunable choose_local_tries ${local}`,
    `tunable choose_local_fallback_tries ${fallback}`,
    `tunable choose_total_tries ${total}`,
    `tunable chooseleaf_descend_once ${once}`,
    `tunable chooseleaf_vary_r ${varyR}`,
    `tunable chooseleaf_stable ${stable}`,
    `tunable straw_calc_version ${strawCalc}`,
    'tunable allowed_bucket_algs 62',
  ];
}
