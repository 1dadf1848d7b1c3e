import {
  ADDR_TYPE_LEGACY,
  ADDR_TYPE_MSGR2,
  entity_addr_t,
  type entity_addrvec_t,
} from '../src/msg/msg_types.ts';

/** Where a daemon listens, v2 first: of msgr v2 only where its messenger can speak it. Port 0: any. */
export function bindAddrs(
  msType: string,
  ip: string,
  ports: { readonly v1: number; readonly v2: number },
): entity_addrvec_t {
  const v1 = new entity_addr_t(ADDR_TYPE_LEGACY, ip, ports.v1, 0);
  if (msType !== 'async') return [v1];
  return [new entity_addr_t(ADDR_TYPE_MSGR2, ip, ports.v2, 0), v1];
}
