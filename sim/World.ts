import type { Clock } from '../src/common/Clock.ts';
import type { Crypto } from '../src/common/Crypto.ts';
import type { Alloc } from '../src/common/Encoder.ts';
import type { Finisher } from '../src/common/Finisher.ts';
import type { Stack } from '../src/common/Stack.ts';
import { type HostSchedule, SimClock } from './SimClock.ts';
import { SimCrypto } from './SimCrypto.ts';
import type { Latency } from './SimLink.ts';
import { SimNetwork } from './SimNetwork.ts';
import type { SimRandom } from './SimRandom.ts';
import { SimStack } from './SimStack.ts';
import type { Trace } from './Trace.ts';

/** What a cluster lives in: time and a network, simulated or real. */
export interface World {
  readonly clock: Clock;
  readonly finisher: Finisher;
  readonly crypto: Crypto;
  readonly alloc: Alloc;
  /** Undefined where the network is real. */
  readonly net: SimNetwork | undefined;
  /** The network as the member `name` sees it, whose address is `ip`. */
  stackOf(name: string, ip: string): Stack;
  /** The address of a member: monitors, OSDs by host, and clients are numbered each for themselves. */
  ipOf(kind: 'mon' | 'host' | 'client', index: number): string;
  /** Lets `ms` milliseconds pass, and all that happens in them happen. */
  advance(ms: number): Promise<void>;
  /** Until nothing is under way and nobody waits. */
  runUntilIdle(): Promise<void>;
}

export type WorldFactory = (random: SimRandom, trace: Trace) => World;

const LATENCY: Latency = { us: 100, jitter: 50 };

const NETWORKS = { mon: 0, host: 1, client: 2 };

/** Virtual time and a network in memory. `schedule` is the host's, and `alloc` if it has a better one. */
export function simulatedWorld(
  schedule: HostSchedule,
  alloc: Alloc = (length) => new Uint8Array(length),
): WorldFactory {
  return (random, trace) => {
    const clock = new SimClock(schedule);
    const net = new SimNetwork({
      clock,
      random: random.stream('net'),
      latency: LATENCY,
      watch: (time, link, parcel) => trace.noteArrival(time, link, parcel),
    });
    return {
      clock,
      net,
      finisher: clock.finisher,
      crypto: new SimCrypto(),
      alloc,
      stackOf: (name, ip) => new SimStack(clock, net, name, ip),
      ipOf: (kind, index) => `10.${NETWORKS[kind]}.${Math.floor(index / 254)}.${(index % 254) + 1}`,
      advance: (ms) => clock.advance(ms),
      runUntilIdle: () => clock.runUntilIdle(),
    };
  };
}
