import { formatG } from '../../common/cpp_numbers.ts';
import { Decoder } from '../../common/Decoder.ts';
import type { Json } from '../../common/json_formatter.ts';
import type { hit_set_params } from '../pg_pool.ts';

const TYPES = ['none', 'explicit_hash', 'explicit_object', 'bloom'];
const TYPE_BLOOM = 3;

interface BloomParams {
  readonly falsePositives: number;
  readonly targetSize: number;
  readonly seed: number;
}

/** `bloom{false_positive_probability: 0.05, target_size: 0, seed: 0}`. Ceph: src/osd/HitSet.cc. */
export function hitSetText(params: hit_set_params): string {
  const type = hitSetTypeName(params);
  if (params.type !== TYPE_BLOOM) return type;
  const { falsePositives, targetSize, seed } = decodeBloom(params.impl);
  const probability = `false_positive_probability: ${formatG(falsePositives)}`;
  return `${type}{${probability}, target_size: ${targetSize}, seed: ${seed}}`;
}

export function dumpHitSet(params: hit_set_params): Json {
  const type = hitSetTypeName(params);
  if (params.type !== TYPE_BLOOM) return { type };
  const { falsePositives, targetSize, seed } = decodeBloom(params.impl);
  return { type, false_positive_probability: falsePositives, target_size: targetSize, seed };
}

function hitSetTypeName({ type }: hit_set_params): string {
  return TYPES[type] ?? '???';
}

/** Section v1 { u32 false positives in a million, u64 target size, u64 seed }. */
function decodeBloom(impl: Uint8Array): BloomParams {
  const dec = new Decoder(impl, 'BloomHitSet::Params');
  dec.decodeStart('BloomHitSet::Params', 1);
  const falsePositives = dec.u32() / 1e6;
  return { falsePositives, targetSize: dec.u64(), seed: dec.u64() };
}
