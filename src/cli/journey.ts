import type { LogEntry } from '../common/Log.ts';
import type { Colors } from './colors.ts';

/** One step of one op: what ran, where, when (microseconds after the op was submitted). */
export interface Step {
  readonly us: number;
  readonly who: string;
  readonly fn: string;
  readonly facts: LogEntry['facts'];
}

/** A log entry with the clock's time, in milliseconds. */
export interface TimedEntry extends LogEntry {
  readonly at: number;
}

/** How deep a component lies: 0 is what the user calls, 3 is next to the wire. */
const DEPTHS: Readonly<Record<string, number>> = {
  IoCtx: 0,
  MockOSD: 0,
  Objecter: 1,
  DispatchQueue: 1,
  Messenger: 1,
  SimpleMessenger: 2,
  AsyncConnection: 2,
  Accepter: 2,
  Pipe: 3,
  Protocol: 3,
};

/** What a step is for, in the words of somebody who sees it for the first time. */
const MEANINGS: Readonly<Record<string, string>> = {
  'IoCtx.operateRead': 'what the user asked for, and the one promise of the whole path',
  'Objecter.opSubmit': 'the op gets a tid and a place in the throttle',
  'Objecter.calcTarget': 'hash the name, find the placement group, ask CRUSH for its OSDs',
  'Objecter.openSession': 'the first op for this OSD',
  'Objecter.getSession': 'one session, with one connection, for each OSD',
  'Objecter.sendOp': 'the op becomes an MOSDOp',
  'SimpleMessenger.submitMessage': 'the messenger finds the Pipe to the peer',
  'Pipe.send': 'into the out queue, by priority; the writer is woken',
  'Pipe.connect': 'dial the peer',
  'Accepter.accept': 'a peer has dialled',
  'Pipe.accept': 'a peer has dialled',
  'Pipe.standby': 'no connection until either side has something to say',
  'Pipe.replaced': 'the peer has dialled anew: its new connection goes on here',
  'Pipe.wasSessionReset': 'the peer has forgotten the session: a new one begins',
  'Pipe.fault': 'the connection is lost',
  'Pipe.open': 'banner, addresses, features and sequence numbers are agreed',
  'Pipe.writeMessage': 'header, front, middle, data, footer, each part with its crc',
  'Pipe.doSendmsg': 'bytes leave',
  'Pipe.reader': 'bytes are a message again, its crcs checked',
  'AsyncConnection.sendMessage': 'the connection hands it to the protocol that it speaks',
  'AsyncConnection.trySend': 'bytes leave',
  'Protocol.sendMessage': 'into the out queue, by priority; the event loop is told',
  'Protocol.connect': 'dial the peer',
  'Protocol.standby': 'no connection until either side has something to say',
  'Protocol.replaced': 'the peer has dialled anew: its new connection goes on here',
  'Protocol.resetSession': 'the peer has forgotten the session: a new one begins',
  'Protocol.fault': 'the connection is lost',
  'Protocol.wait': 'both have dialled, and the peer goes first',
  'Protocol.handleMessageAck': 'the peer has all up to this one',
  'Protocol.handleKeepalive2': 'the peer asks whether we are there',
  'Protocol.handleKeepalive2Ack': 'the peer is there',
  'Protocol.ready': 'who both are, what both can, and how they go on: all is agreed',
  'Protocol.writeMessage': 'a frame: header, front, middle, data, each part with its crc',
  'Protocol.handleMessage': 'bytes are a message again, its crcs checked',
  'XioProtocol.writeMessage': 'front, middle and data are handed over as they are',
  'XioProtocol.handleMessage': 'front, middle and data are a message again',
  'DispatchQueue.enqueue': 'in line, by priority',
  'DispatchQueue.entry': 'its turn: to the dispatchers',
  'DispatchQueue.fastDispatch': 'out of turn: to the dispatcher at once',
  'MockOSD.msDispatch': 'the OSD takes it',
  'MockOSD.doOp': 'is the op ours? then do each of its steps',
  'Objecter.handleOsdOpReply': 'the tid finds the op that waits',
  'Objecter.finishOp': 'once, and the promise settles',
};

const SENDS = new Set(['Pipe.doSendmsg', 'AsyncConnection.trySend']);
const CRCS = new Set(['crc', 'front', 'data']);
const TIME_WIDTH = 11;
const LINE_WIDTH = 100;

type Fact = readonly [string, string | number | boolean];

/**
 * The steps of a read, from the user's call to the promise, out of all that was logged while it was
 * the only one under way.
 */
export function journeyOf(entries: readonly TimedEntry[]): Step[] {
  const first = entries.findIndex(({ fn }) => fn === 'IoCtx.operateRead');
  const last = entries.findIndex(({ fn }) => fn === 'Objecter.finishOp');
  const start = entries[first]?.at ?? 0;
  const tid = entries[last]?.tid;
  return entries
    .slice(first, last + 1)
    .filter((entry) => entry.tid === undefined || entry.tid === tid)
    .filter(({ who, fn, facts }) => !who.startsWith('mon.') && !isEmptySend(fn, facts))
    .map(({ at, who, fn, facts }) => ({ us: Math.round((at - start) * 1000), who, fn, facts }));
}

/** A turn of the writer that had nothing to write. */
function isEmptySend(fn: string, facts: LogEntry['facts']): boolean {
  return SENDS.has(fn) && facts['bytes'] === 0;
}

/** An indented tree: who, then each step as deep as its component lies. */
export function journeyText(steps: readonly Step[], colors: Colors): string[] {
  const lines: string[] = [];
  let previous: Step | undefined;
  for (const step of steps) {
    if (step.who !== previous?.who) {
      const passed = step.us - (previous?.us ?? 0);
      const wire = passed > 0 ? colors.dim(`  after ${passed} µs on the network`) : '';
      lines.push('', `  ${colors.bold(step.who)}${wire}`);
    }
    lines.push(...stepText(step, previous, colors));
    previous = step;
  }
  return lines;
}

function stepText(step: Step, previous: Step | undefined, colors: Colors): string[] {
  const { us, fn, facts } = step;
  const depth = DEPTHS[unversioned(fn).slice(0, unversioned(fn).indexOf('.'))] ?? 1;
  const indent = colors.dim('│ '.repeat(depth));
  const time = `${us} µs`.padStart(TIME_WIDTH);
  const margin = `${' '.repeat(TIME_WIDTH + 2)}${indent}  `;
  const isNews = ([name, value]: Fact): boolean =>
    value !== false && !(name === 'message' && value === previous?.facts[name]);
  const text = Object.entries(facts).filter(isNews).map(factText).join(' · ');
  return [
    `${time}  ${indent}${colors.cyan(fn)}  ${colors.dim(meaningOf(step, previous))}`.trimEnd(),
    ...wrapped(text, LINE_WIDTH - TIME_WIDTH - 4 - 2 * depth).map((line) => margin + line),
  ];
}

function meaningOf({ fn }: Step, previous: Step | undefined): string {
  const isHandshake = SENDS.has(fn) && !previous?.fn.endsWith('.writeMessage');
  return isHandshake
    ? 'a part of the handshake leaves'
    : (MEANINGS[fn] ?? MEANINGS[unversioned(fn)] ?? '');
}

/** The protocols do the same things. */
function unversioned(fn: string): string {
  return fn.replace(/^(ProtocolV\d|XioProtocol)/, 'Protocol');
}

function factText([name, value]: Fact): string {
  if (value === true) return name;
  if (name === 'fact') return `${value}`;
  if (CRCS.has(name) && typeof value === 'number') {
    return `${name} 0x${value.toString(16).padStart(8, '0')}`;
  }
  return `${name} ${value}`;
}

/** Lines of at most `width` characters, broken at spaces where there are some. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text === '' ? [] : text.split(' ')) {
    const joined = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
