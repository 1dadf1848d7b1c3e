import type { SocketAddress } from '../../../common/Stack.ts';
import type { Flow, FlowNews, Side, WireEvent } from '../wire_event.ts';
import { SequencedBytes } from './SequencedBytes.ts';
import type { Segment } from './tcp_segment.ts';

interface Connection {
  readonly flow: Flow;
  readonly bytes: Readonly<Record<Side, SequencedBytes>>;
  /** Of its last segment. */
  lastAt: number;
  /** Whose beginning was seen, and whose end. */
  readonly begun: Set<Side>;
  readonly ended: Set<Side>;
}

/** Ports at which Ceph's daemons listen: for a connection whose beginning was not caught. */
const CEPH_PORTS = { mon: [3300, 6789], osdMin: 6800, osdMax: 7568 };

/** Makes of segments what each side of each connection has sent. */
export class TcpReassembly {
  readonly events: WireEvent[] = [];
  readonly #connections = new Map<string, Connection>();
  readonly #all: Connection[] = [];

  onSegment(segment: Segment): void {
    const connection = this.#connectionOf(segment);
    const { flow, bytes, begun, ended } = connection;
    const from: Side = isSame(segment.from, flow.client) ? 'client' : 'server';
    connection.lastAt = segment.at;
    const note = (what: WireEvent['what']): void => {
      this.events.push({ at: segment.at, flow, from, what });
    };
    if (segment.isSyn) {
      if (begun.has(from)) return;
      begun.add(from);
      bytes[from].startAt((segment.seq + 1) >>> 0);
      note(segment.isAck ? 'accepted' : 'syn');
      return;
    }
    for (const piece of bytes[from].push(segment.seq, segment.payload)) note(piece);
    const end = endOf(segment, connection);
    if (end === undefined || ended.has(from)) return;
    ended.add(from);
    note(end);
  }

  /** There are no more segments: what came after a gap cannot be read. */
  end(): void {
    for (const { flow, bytes, lastAt } of this.#all) {
      for (const from of ['client', 'server'] as const) {
        if (bytes[from].hasGap) this.events.push({ at: lastAt, flow, from, what: 'lost' });
      }
    }
  }

  #connectionOf(segment: Segment): Connection {
    const key = [segment.from, segment.to]
      .map(({ ip, port }) => `${ip} ${port}`)
      .sort()
      .join(' ');
    const known = this.#connections.get(key);
    const isNew = segment.isSyn && !segment.isAck && known !== undefined && known.ended.size > 0;
    if (known !== undefined && !isNew) return known;
    const [client, server] = dialsFirst(segment)
      ? [segment.from, segment.to]
      : [segment.to, segment.from];
    const connection = {
      flow: { id: this.#all.length + 1, client, server },
      bytes: { client: new SequencedBytes(), server: new SequencedBytes() },
      lastAt: segment.at,
      begun: new Set<Side>(),
      ended: new Set<Side>(),
    };
    this.#connections.set(key, connection);
    this.#all.push(connection);
    return connection;
  }
}

/** The sender of the first segment of a connection is its client. */
function dialsFirst({ isSyn, isAck, from, to }: Segment): boolean {
  if (isSyn) return !isAck;
  if (isDaemonPort(from.port) !== isDaemonPort(to.port)) return isDaemonPort(to.port);
  return from.port > to.port;
}

function isDaemonPort(port: number): boolean {
  const { mon, osdMin, osdMax } = CEPH_PORTS;
  return mon.includes(port) || (port >= osdMin && port <= osdMax);
}

function endOf({ isFin, isRst }: Segment, { begun }: Connection): FlowNews | undefined {
  if (isRst) return begun.has('client') && !begun.has('server') ? 'refused' : 'rst';
  return isFin ? 'fin' : undefined;
}

function isSame(a: SocketAddress, b: SocketAddress): boolean {
  return a.ip === b.ip && a.port === b.port;
}
