import { decodeMap, decodeVector, encodeMap, encodeVector } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/** Snapshot ids as runs, ascending and apart. Ceph: interval_set<snapid_t>. */
export type snap_interval_set_t = readonly snap_interval[];

export interface snap_interval {
  readonly start: number;
  readonly length: number;
}

/** u32 count, { u64 start, u64 length }. */
export function encodeSnapIntervals(enc: Encoder, set: snap_interval_set_t): void {
  encodeVector(enc, set, ({ start, length }) => {
    enc.u64(start);
    enc.u64(length);
  });
}

export function decodeSnapIntervals(dec: Decoder, field: string): snap_interval_set_t {
  return decodeVector(dec, field, 16, () => ({ start: dec.u64(), length: dec.u64() }));
}

/** map<s64 pool, intervals>. */
export function encodeSnapsOfPools(
  enc: Encoder,
  pools: ReadonlyMap<number, snap_interval_set_t>,
): void {
  encodeMap(
    enc,
    pools,
    (pool) => enc.u64(pool),
    (set) => encodeSnapIntervals(enc, set),
  );
}

export function decodeSnapsOfPools(dec: Decoder, field: string): Map<number, snap_interval_set_t> {
  return decodeMap(
    dec,
    field,
    12,
    () => dec.s64(),
    () => decodeSnapIntervals(dec, field),
  );
}

export function unionOf(a: snap_interval_set_t, b: snap_interval_set_t): snap_interval_set_t {
  const all = [...a, ...b].sort((x, y) => x.start - y.start);
  const union: { start: number; length: number }[] = [];
  for (const { start, length } of all) {
    const last = union.at(-1);
    if (last !== undefined && start <= last.start + last.length) {
      last.length = Math.max(last.length, start + length - last.start);
    } else union.push({ start, length });
  }
  return union;
}

/** What is in `a` and not in `b`. */
export function subtract(a: snap_interval_set_t, b: snap_interval_set_t): snap_interval_set_t {
  let rest = a;
  for (const cut of b) rest = rest.flatMap((run) => without(run, cut));
  return rest;
}

function without(run: snap_interval, cut: snap_interval): snap_interval[] {
  const end = run.start + run.length;
  const cutEnd = cut.start + cut.length;
  if (cutEnd <= run.start || cut.start >= end) return [run];
  const before = { start: run.start, length: cut.start - run.start };
  const after = { start: cutEnd, length: end - cutEnd };
  return [before, after].filter(({ length }) => length > 0);
}
