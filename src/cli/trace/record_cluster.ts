import { CEPH_ENTITY_TYPE_CLIENT } from '../../common/entity_name.ts';
import { RadosClient } from '../../librados/RadosClient.ts';
import { RadosError } from '../../librados/RadosError.ts';
import { nodeContext } from '../../node/context.ts';
import { UsageError } from '../UsageError.ts';
import type { Recording } from './Recording.ts';
import { type Reading, readObjects, type TracedMsType } from './reading.ts';
import { Recorder, TapStack } from './TapStack.ts';

export interface ClusterOptions {
  readonly monHost: string;
  /** `admin`, of client.admin. */
  readonly id: string;
  /** Default: Ceph's. */
  readonly msType: TracedMsType | undefined;
  /** Milliseconds for each step. */
  readonly timeout: number;
}

/** What is said while a client reads objects of a real cluster. */
export async function recordCluster(
  reading: Reading,
  { monHost, id, msType, timeout }: ClusterOptions,
): Promise<Recording> {
  const recorder = new Recorder();
  const plain = nodeContext({ conf: msType === undefined ? {} : { ms_type: msType } });
  const cct = { ...plain, stack: new TapStack(plain.stack, recorder, plain.clock, '') };
  const client = makeClient(() => {
    return new RadosClient(cct, { name: { type: CEPH_ENTITY_TYPE_CLIENT, id }, monHost });
  });
  const end = await readObjects(client, reading, timeout);
  return { events: recorder.events, ...end };
}

function makeClient(make: () => RadosClient): RadosClient {
  try {
    return make();
  } catch (error) {
    if (error instanceof RadosError) throw new UsageError(error.message);
    throw error;
  }
}
