import { readFileSync } from 'node:fs';
import { UsageError } from '../../UsageError.ts';
import type { Recording } from '../Recording.ts';
import type { Flow, WireEvent } from '../wire_event.ts';
import { CaptureError, type Packet } from './Packet.ts';
import { isPcap, readPcap } from './read_pcap.ts';
import { isPcapng, readPcapng } from './read_pcapng.ts';
import { TcpReassembly } from './TcpReassembly.ts';
import { tcpSegment } from './tcp_segment.ts';

/** What is looked for at the beginning of what a side sends. */
const BANNER = Buffer.from('ceph v');

/**
 * What was recorded of Ceph's connections in a pcap or pcapng file. Throws UsageError for a file
 * that cannot be read. One that breaks off is read as far as it goes.
 */
export function readCapture(file: string): Recording {
  const bytes = readBytes(file);
  const tcp = new TcpReassembly();
  let failure: string | undefined;
  try {
    for (const packet of packetsOf(file, bytes)) {
      const segment = tcpSegment(packet);
      if (segment !== undefined) tcp.onSegment(segment);
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    failure = `${file}: ${error.message}`;
  }
  tcp.end();
  const events = cephOnly(tcp.events);
  if (events.length === 0) failure ??= `${file}: no connection of Ceph's begins in it`;
  return failure === undefined ? { events } : { events, failure };
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new UsageError(`${error.message} (to read an object, give POOL and OBJECT)`);
  }
}

function packetsOf(file: string, bytes: Buffer): Iterable<Packet> {
  if (isPcapng(bytes)) return readPcapng(bytes);
  if (isPcap(bytes)) return readPcap(bytes);
  throw new UsageError(`${file} is neither pcap nor pcapng`);
}

/** The connections of which a side begins with a banner, numbered anew. */
function cephOnly(events: readonly WireEvent[]): WireEvent[] {
  const flows = new Map<Flow, Flow>();
  for (const { flow, what } of events) {
    const isBanner = typeof what !== 'string' && BANNER.equals(what.subarray(0, BANNER.length));
    if (isBanner && !flows.has(flow)) flows.set(flow, { ...flow, id: flows.size + 1 });
  }
  return events.flatMap((event) => {
    const flow = flows.get(event.flow);
    return flow === undefined ? [] : [{ ...event, flow }];
  });
}
