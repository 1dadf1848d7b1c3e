import { writeFileSync } from 'node:fs';
import { colorsFor } from './colors.ts';
import { readCapture } from './trace/capture/read_capture.ts';
import { dissect } from './trace/dissect.ts';
import { writePcapng } from './trace/pcapng/write_pcapng.ts';
import type { Recording } from './trace/Recording.ts';
import type { Reading, TracedMsType } from './trace/reading.ts';
import { recordCluster } from './trace/record_cluster.ts';
import { recordSimulation } from './trace/record_simulation.ts';
import { traceJson } from './trace/trace_json.ts';
import { traceText } from './trace/trace_text.ts';
import { UsageError } from './UsageError.ts';

export interface TraceOptions {
  /** Undefined: a simulated cluster. */
  readonly monHost?: string;
  readonly id: string;
  /** Default: Ceph's. */
  readonly ms_type?: TracedMsType;
  /** Seconds. */
  readonly timeout: number;
  readonly seed: string;
  readonly size: number;
  readonly all?: true;
  readonly json?: true;
  readonly pcapng?: string;
}

/** What is read of a simulated cluster when nothing is named. */
const READING: Reading = { pool: 'data', oids: ['greeting'] };

/**
 * Prints a conversation frame by frame. `what`: a pool and objects to read, or a capture file.
 * False: it did not come to its end; what there is of it has been printed.
 */
export async function trace(what: readonly string[], options: TraceOptions): Promise<boolean> {
  const { events, failure } = await record(what, options);
  const conversation = dissect(events);
  if (options.pcapng !== undefined) write(options.pcapng, writePcapng(conversation));
  const lines = options.json
    ? traceJson(conversation)
    : traceText(conversation, colorsFor(process.stdout));
  for (const line of lines) console.log(line);
  if (failure !== undefined) console.error(`radosim: ${failure}`);
  return failure === undefined;
}

async function record(what: readonly string[], options: TraceOptions): Promise<Recording> {
  const { monHost, ms_type: msType, id, timeout, seed, size, all = false } = options;
  const [pool, ...oids] = what;
  if (pool !== undefined && oids.length === 0 && monHost === undefined) return readCapture(pool);
  const reading = pool === undefined ? READING : { pool, oids };
  if (monHost === undefined) return recordSimulation(reading, { seed, msType, size, all });
  if (oids.length === 0) throw new UsageError('what is to be read of that cluster? POOL OBJECT');
  return recordCluster(reading, { monHost, id, msType, timeout: timeout * 1000 });
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}
