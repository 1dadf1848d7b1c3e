import type { Clock } from './Clock.ts';
import type { Compressor } from './Compressor.ts';
import type { ConfigProxy } from './ConfigProxy.ts';
import type { Crypto } from './Crypto.ts';
import type { Alloc } from './Encoder.ts';
import type { Finisher } from './Finisher.ts';
import type { Log } from './Log.ts';
import type { Options } from './options.ts';
import type { PerfCountersCollection } from './PerfCounters.ts';
import type { Random } from './Random.ts';
import type { Stack } from './Stack.ts';

/**
 * Everything that is not deterministic or not portable, handed to whoever needs it: Ceph's `cct`.
 * One per client or daemon.
 */
export interface CephContext {
  readonly conf: Options;
  /** Where the monitors' word on `conf` goes; without it, it counts nothing. */
  readonly configProxy?: ConfigProxy | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  /** None: frames are not compressed. */
  readonly compressors?: readonly Compressor[] | undefined;
  readonly stack: Stack;
  readonly finisher: Finisher;
  /** Buffers for what is received; their contents are not defined. */
  readonly alloc: Alloc;
  /** The short name of this machine, for the monitors. */
  readonly hostname?: string | undefined;
  readonly perf: PerfCountersCollection;
  readonly log?: Log | undefined;
}
