/**
 * The door for Node programs: a cluster in this process, simulated or served over TCP.
 *
 * @module
 */
import type { Stack } from '../src/common/Stack.ts';
import { XioFabric } from '../src/msg/xio/XioFabric.ts';
import { makeAlloc } from '../src/node/context.ts';
import { NodeClock } from '../src/node/NodeClock.ts';
import { NodeCrypto } from '../src/node/NodeCrypto.ts';
import { NodeFinisher } from '../src/node/NodeFinisher.ts';
import { PosixStack } from '../src/node/PosixStack.ts';
import type { SimClusterOptions as ClusterOptions } from './cluster_options.ts';
import { SimCluster as Cluster } from './SimCluster.ts';
import { simulatedWorld, type World, type WorldFactory } from './World.ts';

export interface SimClusterOptions extends ClusterOptions {
  /**
   * `memory` (the default): virtual time and a network in memory, with faults; the same seed gives
   * the same run. `tcp`: real time, 127.0.0.1 and any free ports, for clients of any kind. `process`:
   * real time, and no ports: for a cluster that is embedded in a program, best with msType `xio`.
   */
  readonly net?: 'memory' | 'tcp' | 'process';
}

export type SimCluster = Cluster;

export const SimCluster: {
  /** A running cluster. Throws RangeError for options that make no sense. */
  create(options?: SimClusterOptions): Promise<SimCluster>;
} = {
  create({ net = 'memory', ...options } = {}) {
    return Cluster.create(options, WORLDS[net]);
  },
};

export type { MsType, ObjectHash, SimPool } from './cluster_options.ts';
export type {
  ConnectOptions,
  PutOptions,
  SimMon,
  SimOsd,
} from './SimCluster.ts';
export type { LinkMatch, OnceFault, SimNetwork } from './SimNetwork.ts';
export type { TimedEntry, Trace } from './Trace.ts';

function scheduleInNode(resume: () => void): void {
  setImmediate(resume);
}

const WORLDS = {
  memory: simulatedWorld(scheduleInNode, makeAlloc()),
  tcp: () => realWorld(new PosixStack()),
  process: () => realWorld(new XioFabric(scheduleInNode)),
} satisfies Record<string, WorldFactory>;

function realWorld(stack: Stack): World {
  const clock = new NodeClock();
  return {
    clock,
    finisher: new NodeFinisher(),
    crypto: new NodeCrypto(),
    alloc: makeAlloc(),
    net: undefined,
    stackOf: () => stack,
    ipOf: () => '127.0.0.1',
    advance: (ms) => new Promise((resolve) => clock.addEventAfter(ms, resolve)),
    runUntilIdle: () => Promise.reject(new RangeError("runUntilIdle needs net: 'memory'")),
  };
}
