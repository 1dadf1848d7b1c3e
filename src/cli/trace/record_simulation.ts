import { SimCluster } from '../../../sim/SimCluster.ts';
import { simulatedWorld, type WorldFactory } from '../../../sim/World.ts';
import { makeAlloc } from '../../node/context.ts';
import type { Recording } from './Recording.ts';
import type { Reading, TracedMsType } from './reading.ts';
import { Recorder, TapStack } from './TapStack.ts';

export interface SimulationOptions {
  readonly seed: string;
  /** Default: Ceph's. */
  readonly msType: TracedMsType | undefined;
  /** Bytes of each object. */
  readonly size: number;
  /** Daemons are listened in on, too. */
  readonly all: boolean;
}

/**
 * What is said while a client reads objects of a simulated cluster, which is made to have them. The
 * same options give the same conversation.
 */
export async function recordSimulation(
  { pool, oids }: Reading,
  { seed, msType, size, all }: SimulationOptions,
): Promise<Recording> {
  const recorder = new Recorder();
  const objects = { [pool]: Object.fromEntries(oids.map((oid, i) => [oid, letters(size, i)])) };
  const isTapped = (name: string): boolean => all || name.startsWith('client.');
  const world = tappedWorld(recorder, isTapped);
  const cluster = await SimCluster.create({ seed, msType, objects }, world);
  const client = await cluster.connect();
  const ioctx = await client.openIoCtx(pool);
  await Promise.all(oids.map((oid) => ioctx.read(oid)));
  await client.shutdown();
  await cluster.stop();
  return { events: recorder.events };
}

/** A simulated world in which the members for whom `isTapped` holds are listened in on. */
function tappedWorld(recorder: Recorder, isTapped: (name: string) => boolean): WorldFactory {
  const makeWorld = simulatedWorld((resume) => setImmediate(resume), makeAlloc());
  return (random, trace) => {
    const world = makeWorld(random, trace);
    return {
      ...world,
      stackOf: (name, ip) => {
        const stack = world.stackOf(name, ip);
        return isTapped(name) ? new TapStack(stack, recorder, world.clock, ip) : stack;
      },
    };
  };
}

/** Easy to know again in a dump. */
function letters(size: number, object: number): Uint8Array {
  return new Uint8Array(size).fill('A'.charCodeAt(0) + (object % 26));
}
