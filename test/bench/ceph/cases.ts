/** What is compared, and how our figures are to be to those of the original. */
export interface Case {
  readonly name: string;
  readonly pool: 'small' | 'large';
  readonly depth: number;
  readonly mode: 'crc' | 'secure';
  readonly targets: Targets;
}

/** The most that ours may be of theirs; of iops and bandwidth, the least. */
export type Targets = Partial<Record<Figure, number>>;

export type Figure = 'cpu' | 'rate' | 'latency' | 'memory';

export const CASES: readonly Case[] = [
  {
    name: '4k-16',
    pool: 'small',
    depth: 16,
    mode: 'crc',
    targets: { cpu: 0.55, rate: 1.1 },
  },
  {
    name: '4k-64',
    pool: 'small',
    depth: 64,
    mode: 'crc',
    targets: { cpu: 0.55, rate: 1.1 },
  },
  { name: '4k-1', pool: 'small', depth: 1, mode: 'crc', targets: { latency: 0.75 } },
  {
    name: '4m-8',
    pool: 'large',
    depth: 8,
    mode: 'crc',
    targets: { cpu: 0.85, rate: 0.95, memory: 0.5 },
  },
  { name: '4k-16-secure', pool: 'small', depth: 16, mode: 'secure', targets: { cpu: 1.2 } },
  { name: '4m-8-secure', pool: 'large', depth: 8, mode: 'secure', targets: { cpu: 1.2 } },
];
