/**
 * The door for Node programs: a cluster in this process, simulated or served over TCP.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Stack } from '../src/common/Stack.ts';
import { XioFabric } from '../src/msg/xio/XioFabric.ts';
import { makeAlloc } from '../src/node/context.ts';
import { NodeClock } from '../src/node/NodeClock.ts';
import { NodeCrypto } from '../src/node/NodeCrypto.ts';
import { NodeFinisher } from '../src/node/NodeFinisher.ts';
import { PosixStack } from '../src/node/PosixStack.ts';
import { writeConfFiles } from '../src/node/write_conf.ts';
import type { SimClusterOptions as ClusterOptions } from './cluster_options.ts';
import { SimCluster as Cluster } from './SimCluster.ts';
import { simulatedWorld, type World } from './World.ts';

export interface SimClusterOptions extends ClusterOptions {
  /**
   * `memory` (the default): virtual time and a network in memory, with faults; the same seed gives
   * the same run. `tcp`: real time, 127.0.0.1 and any free ports, for clients of any kind. `process`:
   * real time, and no ports: for a cluster that is embedded in a program, best with msType `xio`.
   */
  readonly net?: 'memory' | 'tcp' | 'process';
  /** Of `tcp`: the address that daemons listen at, and are known by. Default: 127.0.0.1. */
  readonly host?: string;
}

export type SimCluster = Cluster;

export const SimCluster: {
  /** A running cluster. Throws RangeError for options that make no sense. */
  create(options?: SimClusterOptions): Promise<SimCluster>;
} = {
  create({ net = 'memory', host = LOOPBACK, ...options } = {}) {
    if (net === 'memory') return Cluster.create(options, SIMULATED);
    const makeStack = STACKS[net];
    return Cluster.create({ fsid: randomUUID(), ...options }, () => realWorld(makeStack(), host));
  },
};

/**
 * Writes `ceph.conf`, and with cephx `keyring` of client.admin (mode 0600), for clients of a cluster over TCP;
 * resolves with the path of ceph.conf, which is there last of all. The folder is made if there is none.
 */
export function writeConf(cluster: SimCluster, dir: string): Promise<string> {
  const { fsid, auth } = cluster;
  return writeConfFiles(dir, {
    fsid,
    auth,
    monHost: cluster.getMonHost(),
    keyring: cluster.keyring(),
  });
}

export type { AuthMethod, MsType, ObjectHash, SimPool } from './cluster_options.ts';
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

const LOOPBACK = '127.0.0.1';

const SIMULATED = simulatedWorld(scheduleInNode, makeAlloc());

const STACKS = {
  tcp: () => new PosixStack(),
  process: () => new XioFabric(scheduleInNode),
} satisfies Record<string, () => Stack>;

function realWorld(stack: Stack, host: string): World {
  const clock = new NodeClock();
  return {
    clock,
    finisher: new NodeFinisher(),
    crypto: new NodeCrypto(),
    alloc: makeAlloc(),
    net: undefined,
    stackOf: () => stack,
    ipOf: () => host,
    advance: (ms) => new Promise((resolve) => clock.addEventAfter(ms, resolve)),
    runUntilIdle: () => Promise.reject(new RangeError("runUntilIdle needs net: 'memory'")),
  };
}
