import type { RadosClient } from '../../librados/RadosClient.ts';
import { RadosError } from '../../librados/RadosError.ts';

/** The messengers whose bytes can be listened in on. */
export type TracedMsType = 'simple' | 'async';

/** What is read, so that there is a conversation. */
export interface Reading {
  readonly pool: string;
  readonly oids: readonly string[];
}

/** Reads all objects at once and ends `client`. Answers why one could not be read, if so. */
export async function readObjects(
  client: RadosClient,
  { pool, oids }: Reading,
  timeout: number,
): Promise<{ failure?: string }> {
  try {
    await client.connect({ timeout });
    const ioctx = await client.openIoCtx(pool, { timeout });
    await Promise.all(oids.map((oid) => ioctx.read(oid, { timeout })));
    return {};
  } catch (error) {
    if (!(error instanceof RadosError)) throw error;
    return { failure: error.message };
  } finally {
    await client.shutdown();
  }
}
