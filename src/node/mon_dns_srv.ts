import { resolveSrv } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { EINVAL } from '../common/errno.ts';
import type { CallOptions } from '../librados/CallOptions.ts';
import { radosError } from '../librados/RadosError.ts';
import { fromOneAddr, type InitialMon } from '../mon/mon_host.ts';
import { ADDR_TYPE_ANY, parseAddr } from '../msg/msg_types.ts';
import { type Lookup, lookUpByDns, within } from './mon_host_names.ts';

/** A service record, as `dns.resolveSrv` has it. */
export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What is asked of the host. */
export interface Resolver {
  /** The records of `_ceph-mon._tcp.example.org`; rejects where there are none. */
  readonly srv: (name: string) => Promise<readonly SrvRecord[]>;
  readonly lookUp: Lookup;
  /** Domains in which a name without one is looked for. */
  readonly searchDomains: () => readonly string[];
}

const RESOLV_CONF = '/etc/resolv.conf';

const DNS: Resolver = { srv: resolveSrv, lookUp: lookUpByDns, searchDomains };

/**
 * The monitors that DNS names: `_ceph-mon._tcp` for `mon_dns_srv_name` ceph-mon, in the domain `example.org` for
 * `ceph-mon_example.org`. Rejects with InvalidArgumentError, TimedOut, or the reason of the signal.
 * Ceph: MonMap::init_with_dns_srv.
 */
export async function resolveMonSrv(
  srvName: string,
  call: CallOptions,
  resolver: Resolver = DNS,
): Promise<InitialMon[]> {
  return within(call, findMons(srvName, resolver));
}

async function findMons(srvName: string, resolver: Resolver): Promise<InitialMon[]> {
  const names = queriesFor(srvName, resolver.searchDomains);
  const failed: string[] = [];
  for (const name of names) {
    try {
      const records = await resolver.srv(name);
      const mons = await Promise.all(records.map((record) => monsOf(record, resolver.lookUp)));
      if (mons.length > 0) return mons.flat();
    } catch (error) {
      failed.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw radosError(EINVAL, {
    syscall: 'connect',
    reason:
      'no monitors are named: no mon_host (monHost, ceph.conf, CEPH_ARGS), ' +
      `and no service records of ${names.join(', ')} (${failed.join('; ') || 'none'})`,
  });
}

/** Without a domain it is looked for in those of the host. */
function queriesFor(srvName: string, searched: Resolver['searchDomains']): string[] {
  const [name = '', ...rest] = srvName.split('_');
  const domains = rest.length > 0 ? [rest.join('_')] : [...searched(), ''];
  return domains.map((domain) => `_${name}._tcp${domain === '' ? '' : `.${domain}`}`);
}

async function monsOf(record: SrvRecord, lookUp: Lookup): Promise<InitialMon[]> {
  const { name: host, port, priority, weight } = record;
  const [address] = await lookUp(host);
  if (address === undefined) return [];
  const ip = address.includes(':') ? `[${address}]` : address;
  const [name = ''] = host.split('.');
  const addr = parseAddr(port === 0 ? ip : `${ip}:${port}`, ADDR_TYPE_ANY);
  return fromOneAddr(name, addr).map((mon) => ({ ...mon, priority, weight }));
}

/** Of the last line that has any. */
function searchDomains(): string[] {
  let domains: string[] = [];
  for (const line of resolvConf().split('\n')) {
    const [word, ...names] = line.trim().split(/\s+/);
    if (word === 'search' || word === 'domain') domains = names;
  }
  return domains;
}

function resolvConf(): string {
  try {
    return readFileSync(RESOLV_CONF, 'utf8');
  } catch {
    return '';
  }
}
