import type { SimNetwork } from '../../sim/SimNetwork.ts';
import { SimRandom } from '../../sim/SimRandom.ts';
import { Trace } from '../../sim/Trace.ts';
import { simulatedWorld } from '../../sim/World.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import type { Clock } from '../../src/common/Clock.ts';
import { OPTION_DEFAULTS, type Options } from '../../src/common/options.ts';
import { PerfCountersCollection } from '../../src/common/PerfCounters.ts';
import type { SocketAddress } from '../../src/common/Stack.ts';
import { XioFabric } from '../../src/msg/xio/XioFabric.ts';
import { makeAlloc, nodeContext } from '../../src/node/context.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import { ThreadFabric } from '../../src/node/ThreadFabric.ts';

/** Where messengers of a test live. */
export interface MessengerWorld {
  readonly clock: Clock;
  /** Undefined: the network is real. */
  readonly net: SimNetwork | undefined;
  /** Of the member `name`. */
  context(name: string, conf?: Partial<Options>): CephContext;
  /** Where the member `name` may listen. */
  addressOf(name: string): SocketAddress;
  /** Lets things happen until `condition` holds; the test's own limit ends what never does. */
  until(condition: () => boolean): Promise<void>;
}

export interface SimulatedWorld extends MessengerWorld {
  readonly net: SimNetwork;
  advance(ms: number): Promise<void>;
}

/** Virtual time that `until` waits at most. */
const PATIENCE_MS = 3_600_000;

export function newSimulatedWorld(seed: number): SimulatedWorld {
  const random = new SimRandom(seed, 'messengers');
  const world = simulatedWorld((resume) => setImmediate(resume), makeAlloc())(random, new Trace());
  const { clock, finisher, alloc, net } = world;
  // As exact as the simulator's own, and many times faster.
  const crypto = new NodeCrypto();
  if (net === undefined) throw new Error('a simulated world has a network');
  const ips = new Map<string, string>();
  const ipOf = (name: string): string => {
    const ip = ips.get(name) ?? world.ipOf('host', ips.size);
    ips.set(name, ip);
    return ip;
  };
  const advance = (ms: number): Promise<void> => world.advance(ms);
  return {
    clock,
    net,
    advance,
    context: (name, conf = {}) => ({
      conf: { ...OPTION_DEFAULTS, ...conf },
      clock,
      finisher,
      crypto,
      alloc,
      stack: world.stackOf(name, ipOf(name)),
      random: random.stream(name),
      perf: new PerfCountersCollection(),
    }),
    addressOf: (name) => ({ ip: ipOf(name), port: 6800 }),
    until: async (condition) => {
      const end = clock.now() + PATIENCE_MS;
      for (let step = 1; !condition() && clock.now() < end; step *= 2) await advance(step);
    },
  };
}

/** TCP on loopback, and real time. */
export function newTcpWorld(): MessengerWorld {
  return newRealWorld(nodeContext());
}

/** Real time, and a fabric within this process. */
export function newProcessWorld(): MessengerWorld {
  return newRealWorld(nodeContext({ stack: new XioFabric((run) => setImmediate(run)) }));
}

/** Real time, and each member in a fabric of its own, as if it had a thread of its own. */
export function newThreadsWorld(): MessengerWorld {
  const hub = new ThreadFabric();
  const fabrics = new Map<string, ThreadFabric>();
  return {
    ...newRealWorld(nodeContext()),
    context: (name, conf = {}) => {
      const stack = new ThreadFabric(hub.join());
      fabrics.set(name, stack);
      return nodeContext({ conf, stack });
    },
    addressOf: (name) => ({ ip: `127.0.0.${[...fabrics.keys()].indexOf(name) + 1}`, port: 0 }),
  };
}

function newRealWorld(shared: CephContext): MessengerWorld {
  return {
    clock: shared.clock,
    net: undefined,
    context: (_, conf) => nodeContext({ ...shared, conf: conf ?? {} }),
    addressOf: () => ({ ip: '127.0.0.1', port: 0 }),
    until: async (condition) => {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
