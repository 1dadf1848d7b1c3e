import { DecodeError } from '../common/errors.ts';
import {
  ADDR_TYPE_ANY,
  ADDR_TYPE_LEGACY,
  ADDR_TYPE_MSGR2,
  type entity_addr_t,
  type entity_addrvec_t,
  parseAddr,
} from '../msg/msg_types.ts';

export const CEPH_MON_PORT_LEGACY = 6789;
export const CEPH_MON_PORT_IANA = 3300;

const SEPARATOR = String.raw`[,;\s]`;
const ADDR = String.raw`(?:(?:v1|v2|any):)?(?:\[[0-9a-fA-F:.]+\]|[0-9.]+)(?::\d+)?(?:/\d+)?`;
/** One monitor: an address, or several in brackets. */
const MON = String.raw`(?:(${ADDR})|\[(${ADDR}(?:,${ADDR})*)\])(?=${SEPARATOR}|$)`;

/** A monitor of which only the address is known. */
export interface InitialMon {
  readonly name: string;
  readonly addrs: entity_addrvec_t;
  /** Lower is asked first. Default: 0. */
  readonly priority?: number;
  /** Heavier is likelier to be asked. Default: 0. */
  readonly weight?: number;
}

/**
 * The monitors of a `mon_host`: `10.0.0.1`, `v1:10.0.0.1:6789,[v2:10.0.0.2:3300,v1:10.0.0.2:6789]`.
 * Where neither kind nor port is given, both usual ports are tried, as two monitors.
 * Ceph: MonMap::init_with_ips, MonMap::_add_ambiguous_addr (src/mon/MonMap.cc).
 */
export function parseMonHost(monHost: string): InitialMon[] {
  const whole = new RegExp(`^${SEPARATOR}*(?:${MON}${SEPARATOR}*)+$`);
  if (!whole.test(monHost)) throw new DecodeError('mon_host', 0, `cannot parse '${monHost}'`);
  const mons: InitialMon[] = [];
  let count = 0;
  for (const [, single, several] of monHost.matchAll(new RegExp(MON, 'g'))) {
    const name = initialName(count++);
    if (single !== undefined) mons.push(...fromOneAddr(name, parseAddr(single, ADDR_TYPE_ANY)));
    else mons.push({ name, addrs: parseAddrs(several ?? '') });
  }
  return mons;
}

/** `noname-a`. */
export function initialName(index: number): string {
  return `noname-${String.fromCharCode('a'.charCodeAt(0) + index)}`;
}

function parseAddrs(text: string): entity_addr_t[] {
  return [...text.matchAll(new RegExp(ADDR, 'g'))].map(([addr]) => parseAddr(addr));
}

/** An address as it was written: where it tells no kind, it may be of either. */
export function fromOneAddr(name: string, addr: entity_addr_t): InitialMon[] {
  const v2 = addr.with({ type: ADDR_TYPE_MSGR2, port: addr.port || CEPH_MON_PORT_IANA });
  const v1 = addr.with({ type: ADDR_TYPE_LEGACY, port: addr.port || CEPH_MON_PORT_LEGACY });
  switch (kindOf(addr)) {
    case ADDR_TYPE_LEGACY:
      return [{ name, addrs: [v1] }];
    case ADDR_TYPE_MSGR2:
      return [{ name, addrs: [v2] }];
    default:
      return [
        { name, addrs: [v2] },
        { name: `${name}-legacy`, addrs: [v1] },
      ];
  }
}

/** The type that `addr` says, or else that its port is known for. */
function kindOf(addr: entity_addr_t): number {
  if (addr.type !== ADDR_TYPE_ANY) return addr.type;
  if (addr.port === CEPH_MON_PORT_LEGACY) return ADDR_TYPE_LEGACY;
  return addr.port === CEPH_MON_PORT_IANA ? ADDR_TYPE_MSGR2 : ADDR_TYPE_ANY;
}
