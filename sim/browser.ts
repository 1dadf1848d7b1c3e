/**
 * The door for browsers: a cluster in the page, simulated.
 *
 * @module
 */
import type { SimClusterOptions } from './cluster_options.ts';
import { SimCluster as Cluster } from './SimCluster.ts';
import { simulatedWorld } from './World.ts';

/** The part of the host that is used. */
declare const MessageChannel: new () => {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(message: null): void };
};

export type SimCluster = Cluster;

export const SimCluster: {
  /** A running cluster. Throws RangeError for options that make no sense. */
  create(options?: SimClusterOptions): Promise<SimCluster>;
} = {
  create(options = {}) {
    return Cluster.create(options, simulatedWorld(makeSchedule()));
  },
};

export { ALL_NAMESPACES } from '../src/librados/list_objects.ts';
export type { ByteSource, StreamOptions } from '../src/librados/ObjectChunks.ts';
export { type StreamSource, streamSource } from '../src/librados/stream_source.ts';
export { Striper, type StriperOptions } from '../src/librados/striper/Striper.ts';
export type {
  AuthMethod,
  MsType,
  ObjectHash,
  SimClusterOptions,
  SimPool,
} from './cluster_options.ts';
export type {
  ConnectOptions,
  PutOptions,
  SimMon,
  SimOsd,
} from './SimCluster.ts';
export type { LinkMatch, OnceFault, SimNetwork } from './SimNetwork.ts';
export type { TimedEntry, Trace } from './Trace.ts';

/** A message to oneself comes when all promises that could go on have done so. */
function makeSchedule(): (resume: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let due: (() => void)[] = [];
  port1.onmessage = () => {
    const resumes = due;
    due = [];
    for (const resume of resumes) resume();
  };
  return (resume) => {
    due.push(resume);
    port2.postMessage(null);
  };
}
