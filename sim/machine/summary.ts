import { type FailureKind, type Invariant, kindOf } from '../checkers/invariants.ts';
import { FAULT_KINDS } from './fault_kinds.ts';
import { PROTOCOL_STATES } from './protocol_states.ts';
import type { RunResult } from './run_plan.ts';

/** `seed 7: 213 reads, 50 faults, 31.204 s simulated, trace 1f2e3d4c: ok`. */
export function lineOf(result: RunResult): string {
  const facts = [
    `${result.reads} reads`,
    `${countOf(result.faults)} faults`,
    `${(result.simulatedMs / 1000).toFixed(3)} s simulated`,
    `trace ${result.hash}`,
  ];
  return `seed ${result.seed}: ${facts.join(', ')}: ${verdictOf(result)}`;
}

function verdictOf({ violations }: RunResult): string {
  const broken = [...new Set(violations.map(({ invariant }) => invariant))];
  return broken.length === 0 ? 'ok' : `${failureOf(broken)}: ${broken.join(', ')}`;
}

/** The worst kind of what is broken. */
export function failureOf(broken: readonly Invariant[]): FailureKind | undefined {
  const kinds = broken.map(kindOf);
  return (['crash', 'safety', 'liveness'] as const).find((kind) => kinds.includes(kind));
}

/** What many runs come to. */
export class Summary {
  seeds = 0;
  failed = 0;
  reads = 0;
  simulatedMs = 0;
  readonly #faults = new Map<string, number>();
  readonly #cells = new Map<string, number>();

  add(result: RunResult): void {
    this.seeds += 1;
    this.reads += result.reads;
    this.simulatedMs += result.simulatedMs;
    if (result.violations.length > 0) this.failed += 1;
    for (const [fault, count] of Object.entries(result.faults))
      increase(this.#faults, fault, count);
    for (const [cell, count] of Object.entries(result.cells)) increase(this.#cells, cell, count);
  }

  /** Of faults that never came in some state of a client. */
  get emptyCells(): string[] {
    return PROTOCOL_STATES.flatMap((state) =>
      FAULT_KINDS.map(({ id }) => `${state} ${id}`).filter((cell) => !this.#cells.has(cell)),
    );
  }

  /** Faults by kind, and in which states of a client they came; at last one line of all. */
  toText(wallMs: number): string {
    const widths = PROTOCOL_STATES.map((state) => Math.max(state.length, 8));
    const head = PROTOCOL_STATES.map((state, i) => state.padStart(widths[i] ?? 8)).join(' ');
    const rows = FAULT_KINDS.map(({ id, text }) => {
      const cells = PROTOCOL_STATES.map((state, i) =>
        String(this.#cells.get(`${state} ${id}`) ?? 0).padStart(widths[i] ?? 8),
      );
      const count = String(this.#faults.get(id) ?? 0).padStart(8);
      return `${id.padEnd(4)}${count} ${cells.join(' ')}  ${text}`;
    });
    const perSecond = (count: number): string => (count / (wallMs / 1000)).toFixed(1);
    const faults = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const empty = this.emptyCells.length;
    const all = [
      `${this.seeds} seeds (${perSecond(this.seeds)}/s)`,
      `${this.reads} reads (${perSecond(this.reads)}/s)`,
      `${faults} faults`,
      `${(this.simulatedMs / 86_400_000).toFixed(1)} days simulated`,
      `${empty === 0 ? 'no' : empty} empty cells`,
      `${this.failed} failed`,
    ];
    return ['', `fault  count ${head}`, ...rows, '', all.join(', ')].join('\n');
  }
}

function countOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
