import { hostname } from 'node:os';
import type { CephContext } from '../common/CephContext.ts';
import { ConfigProxy } from '../common/ConfigProxy.ts';
import type { Alloc } from '../common/Encoder.ts';
import type { Options } from '../common/options.ts';
import { PerfCountersCollection } from '../common/PerfCounters.ts';
import { NodeClock } from './NodeClock.ts';
import { NodeCrypto } from './NodeCrypto.ts';
import { NodeFinisher } from './NodeFinisher.ts';
import { NodeRandom } from './NodeRandom.ts';
import { PosixStack } from './PosixStack.ts';
import { ZlibCompressor } from './ZlibCompressor.ts';

export interface ContextOverrides extends Partial<Omit<CephContext, 'conf'>> {
  readonly conf?: Partial<Options>;
}

/** A context of real time, real chance and TCP. */
export function nodeContext({ conf, ...overrides }: ContextOverrides = {}): CephContext {
  const configProxy = new ConfigProxy(conf);
  return {
    conf: configProxy.options,
    configProxy,
    clock: new NodeClock(),
    random: new NodeRandom(),
    crypto: new NodeCrypto(),
    compressors: [new ZlibCompressor()],
    stack: new PosixStack(),
    finisher: new NodeFinisher(),
    alloc: makeAlloc(),
    hostname: hostname().split('.')[0],
    perf: new PerfCountersCollection(),
    ...overrides,
  };
}

const SLAB = 256 * 1024;
const PIECE_MAX = 16 * 1024;

/**
 * Uninitialised bytes. Small pieces are cut from slabs: an ArrayBuffer of its own costs a piece of
 * 4 KiB more than all else that is done with it.
 */
export function makeAlloc(): Alloc {
  let slab = new ArrayBuffer(0);
  let used = 0;
  return (length) => {
    if (length > PIECE_MAX) return new Uint8Array(uninitialised(length));
    if (used + length > slab.byteLength) {
      slab = uninitialised(SLAB);
      used = 0;
    }
    const piece = new Uint8Array(slab, used, length);
    // Multiples of 8: crcs are taken by words.
    used += (length + 7) & ~7;
    return piece;
  };
}

function uninitialised(length: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(length).buffer;
}
