import { lookup } from 'node:dns/promises';
import { EINVAL, ETIMEDOUT } from '../common/errno.ts';
import type { CallOptions } from '../librados/CallOptions.ts';
import { type RadosError, radosError } from '../librados/RadosError.ts';

/** The addresses of a host. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** An IPv6 address, or else a name or IPv4 address between separators, with the kind before and the port after it. */
const HOST = new RegExp(
  [
    String.raw`\[[0-9a-fA-F.]*:[0-9a-fA-F:.]*\]`,
    String.raw`(?<=^|[[,;\s])((?:(?:v1|v2|any):)?)([A-Za-z0-9][A-Za-z0-9._-]*)((?::\d+)?(?:/\d+)?)(?=[\],;\s]|$)`,
  ].join('|'),
  'g',
);
const IPV4 = /^[0-9.]+$/;

interface NamedHost {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly name: string;
  readonly port: string;
}

/**
 * A `mon_host` whose names are addresses. A name is as many monitors as it has addresses; among the
 * addresses of one monitor, `[v2:mon1:3300,v1:mon1:6789]`, it is its first one.
 * Rejects with InvalidArgumentError, TimedOut, or the reason of the signal. Ceph: resolve_addrs (src/common/addr_parsing.c).
 */
export async function resolveNames(
  monHost: string,
  call: CallOptions,
  lookUp: Lookup = lookUpByDns,
): Promise<string> {
  const hosts = namedHosts(monHost);
  if (hosts.length === 0) return monHost;
  const lookUps = hosts.map(({ name }) => addressesOf(name, lookUp));
  const found = await within(call, Promise.all(lookUps));
  let text = '';
  let end = 0;
  for (const [i, host] of hosts.entries()) {
    const addresses = (found[i] ?? []).slice(0, isWithinMon(monHost, host.start) ? 1 : Infinity);
    text += monHost.slice(end, host.start);
    text += addresses.map((address) => `${host.kind}${address}${host.port}`).join(',');
    end = host.end;
  }
  return text + monHost.slice(end);
}

function namedHosts(monHost: string): NamedHost[] {
  return [...monHost.matchAll(HOST)].flatMap((match) => {
    const [all, kind = '', name = '', port = ''] = match;
    if (name === '' || IPV4.test(name)) return [];
    return [{ start: match.index, end: match.index + all.length, kind, name, port }];
  });
}

/** Whether a bracket is open at `offset`. */
function isWithinMon(monHost: string, offset: number): boolean {
  const before = monHost.slice(0, offset);
  return before.split('[').length > before.split(']').length;
}

async function addressesOf(name: string, lookUp: Lookup): Promise<string[]> {
  try {
    const addresses = await lookUp(name);
    return addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw radosError(EINVAL, {
      syscall: 'connect',
      reason: `mon_host: no address of '${name}': ${why}`,
      cause: error,
    });
  }
}

/** Like `work`, unless that is aborted or takes too long; a look-up itself cannot be stopped. */
export async function within<T>(
  { signal, timeout = 0 }: CallOptions,
  work: Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const given = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    if (timeout > 0) timer = setTimeout(() => reject(tooLate(timeout)), timeout);
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}

function tooLate(timeoutMs: number): RadosError {
  return radosError(ETIMEDOUT, {
    syscall: 'connect',
    reason: `names of monitors not resolved within ${timeoutMs} ms`,
  });
}

export async function lookUpByDns(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}
