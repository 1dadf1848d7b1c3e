import { readFileSync } from 'node:fs';
import type { Conversation } from '../../src/cli/trace/dissect.ts';
import type { Frame } from '../../src/cli/trace/Frame.ts';
import type { Flow, Side, WireEvent } from '../../src/cli/trace/wire_event.ts';

interface Recorded {
  readonly client: number;
  readonly server: number;
  readonly client_to_server: string;
  readonly server_to_client: string;
  readonly order: readonly (readonly ['c' | 's', number])[];
}

const GOLDEN = new URL('../wire/golden/', import.meta.url);

/** The bytes of a recording under test/wire/golden as events, one a turn; a microsecond lies between. */
export function goldenEvents(name: string): WireEvent[] {
  const recorded: Recorded[] = JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), 'utf8'));
  return recorded.flatMap((one, i) => {
    const flow = flowOf(i + 1, one.client, one.server);
    const rest = {
      c: Buffer.from(one.client_to_server, 'base64'),
      s: Buffer.from(one.server_to_client, 'base64'),
    };
    return one.order.map(([who, count], turn) => {
      const what = rest[who].subarray(0, count);
      rest[who] = rest[who].subarray(count);
      const from: Side = who === 'c' ? 'client' : 'server';
      return { at: i * 1000 + turn, flow, from, what };
    });
  });
}

export function flowOf(id: number, client = 40000, server = 6789): Flow {
  return {
    id,
    client: { ip: '127.0.0.1', port: client },
    server: { ip: '127.0.0.1', port: server },
  };
}

/** All bytes that a side has sent over a connection, by what events or frames say. */
export function bytesOf(all: readonly (WireEvent | Frame)[], id: number, side: Side): Buffer {
  const ours = all.filter(({ flow, from }) => flow.id === id && from === side);
  return Buffer.concat(ours.map((one) => ('what' in one ? dataOf(one) : one.bytes)));
}

function dataOf({ what }: WireEvent): Uint8Array {
  return typeof what === 'string' ? new Uint8Array(0) : what;
}

/** `client v1 MSG osd_op(…)`: all of a conversation but its times. */
export function tellFrames({ frames }: Conversation): string[] {
  return frames.map(({ flow, from, protocol, tag, crc, text, bytes }) =>
    [flow.id, from, protocol, tag, bytes.length, crc, text].join(' '),
  );
}
