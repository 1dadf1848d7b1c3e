import { SimCluster } from '../../sim/index.ts';
import { type Figure, measure } from './measure.ts';

const OBJECTS = 64;

/** Reads of whole objects of `size` bytes, `concurrency` at a time; client and OSDs in one process. */
export async function reads(
  net: 'memory' | 'tcp',
  size: number,
  concurrency: number,
): Promise<Figure> {
  const names = Array.from({ length: OBJECTS }, (_, i) => `object.${i}`);
  const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7);
  const objects = { bench: Object.fromEntries(names.map((name) => [name, bytes])) };
  await using cluster = await SimCluster.create({ net, pools: ['bench'], objects });
  await using rados = await cluster.connect();
  const ioctx = await rados.openIoCtx('bench');
  const batch = Array.from({ length: concurrency }, (_, i) => names[i % OBJECTS] ?? '');
  return await measure(async () => {
    await Promise.all(batch.map((name) => ioctx.read(name)));
    return concurrency;
  });
}
