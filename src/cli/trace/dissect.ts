import type { SocketAddress } from '../../common/Stack.ts';
import { entityNameToString } from '../../msg/msg_types.ts';
import { FlowDissector } from './FlowDissector.ts';
import type { Frame } from './Frame.ts';
import type { Flow, Side, WireEvent } from './wire_event.ts';

/** A conversation, taken apart. */
export interface Conversation {
  /** In the order of time. */
  readonly frames: readonly Frame[];
  /** In the order in which they began. */
  readonly flows: readonly Flow[];
  /** What a side of a connection calls itself: `client.4123`; its address, where it has not said. */
  nameOf(flow: Flow, side: Side): string;
  /** Where it is; of a client that did not know, what the server has said. */
  addressOf(flow: Flow, side: Side): SocketAddress;
}

/** Takes apart what was seen on the wire. `events`: of each connection in the order of time. */
export function dissect(events: Iterable<WireEvent>): Conversation {
  const frames: Frame[] = [];
  const dissectors = new Map<Flow, FlowDissector>();
  for (const event of events) {
    let dissector = dissectors.get(event.flow);
    if (dissector === undefined) {
      dissector = new FlowDissector(event.flow, (frame) => frames.push(frame));
      dissectors.set(event.flow, dissector);
    }
    dissector.onEvent(event);
  }
  for (const dissector of dissectors.values()) dissector.end();
  frames.sort((a, b) => a.at - b.at);
  const names = namesOf(dissectors);
  const addressOf = (flow: Flow, side: Side): SocketAddress => {
    if (side === 'server' || flow.client.ip !== '') return flow[side];
    const seen = dissectors.get(flow)?.talk.clientAddr;
    const nowhere = flow.server.ip.includes(':') ? '::' : '0.0.0.0';
    return seen === undefined || seen.isBlankIp() ? { ...flow.client, ip: nowhere } : seen;
  };
  return {
    frames,
    flows: [...dissectors.keys()],
    nameOf: (flow, side) => names.get(`${flow.id} ${side}`) ?? addressText(addressOf(flow, side)),
    addressOf,
  };
}

/** A daemon that has said its name on one connection has it on those where it never came to speak. */
function namesOf(dissectors: ReadonlyMap<Flow, FlowDissector>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const servers = new Map<string, string>();
  for (const [flow, { talk }] of dissectors) {
    for (const side of ['client', 'server'] as const) {
      const name = talk.names[side];
      if (name === undefined) continue;
      names.set(`${flow.id} ${side}`, entityNameToString(name));
      if (side === 'server') servers.set(addressText(flow.server), entityNameToString(name));
    }
  }
  for (const flow of dissectors.keys()) {
    const key = `${flow.id} server`;
    const name = servers.get(addressText(flow.server));
    if (name !== undefined && !names.has(key)) names.set(key, name);
  }
  return names;
}

export function addressText({ ip, port }: SocketAddress): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
