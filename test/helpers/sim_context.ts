import type { SimCluster } from '../../sim/index.ts';
import { SimClock } from '../../sim/SimClock.ts';
import { SimCrypto } from '../../sim/SimCrypto.ts';
import { SimRandom } from '../../sim/SimRandom.ts';
import { SimStack } from '../../sim/SimStack.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { OPTION_DEFAULTS } from '../../src/common/options.ts';
import { PerfCountersCollection } from '../../src/common/PerfCounters.ts';

/** A context in the world of a simulated cluster, for a member that the test plays itself. */
export function contextIn(cluster: SimCluster, name: string, ip: string): CephContext {
  const { clock } = cluster;
  if (!(clock instanceof SimClock)) throw new Error('not simulated');
  return {
    conf: OPTION_DEFAULTS,
    clock,
    stack: new SimStack(clock, cluster.net, name, ip),
    random: new SimRandom(1, name),
    finisher: clock.finisher,
    crypto: new SimCrypto(),
    alloc: (length) => new Uint8Array(length),
    perf: new PerfCountersCollection(),
  };
}
