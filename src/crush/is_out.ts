import { crushHash32_2 } from './hash.ts';

/** Weight 1.0 of a device. */
const IN = 0x10000;

/** Whether a device's weight (16.16; behind the end is out) keeps x off it. Ceph: is_out. */
export function isOut(weights: ArrayLike<number>, item: number, x: number): boolean {
  if (item >= weights.length) return true;
  const weight = weights[item] ?? 0;
  if (weight >= IN) return false;
  if (weight === 0) return true;
  return (crushHash32_2(x, item) & 0xffff) >= weight;
}
