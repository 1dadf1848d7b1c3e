import { utf8Compare } from '../../common/utf8.ts';
import { utimeText } from '../../osd/dump/ceph_text.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { localZone } from '../local_zone.ts';
import { orFail, type RadosRun, targetOf } from './RadosRun.ts';
import { Sink, systemErrorText } from './Sink.ts';

/** Commands for the bytes and the attributes of one object. Ceph: rados_tool_common (src/tools/rados/rados.cc). */

const NS_PER_SEC = 1_000_000_000n;

/** `get OBJECT FILE`, by pieces: of what follows one is asked for while it is written. */
export async function get(run: RadosRun): Promise<number> {
  const target = targetOf(run, 2);
  const what = `error getting ${target.place}`;
  await using sink = await openSink(target.rest[0] ?? '', run, what);
  const { opSize } = run;
  const piece = (offset: number): Promise<Uint8Array> =>
    orFail(target.reader.read(target.oid, { offset, length: opSize || undefined }), what);
  let offset = 0;
  let next: Promise<Uint8Array> | undefined = piece(0);
  while (next !== undefined) {
    const bytes: Uint8Array = await next;
    offset += bytes.length;
    next = opSize > 0 && bytes.length === opSize ? piece(offset) : undefined;
    // Rejected while we write, it is told when we look.
    next?.catch(() => {});
    await write(sink, bytes, what);
  }
  return 0;
}

async function openSink(name: string, run: RadosRun, what: string): Promise<Sink> {
  try {
    return await Sink.open(name, run.output);
  } catch (error) {
    const reason = systemErrorText(error);
    throw new ToolExit(1, '', `failed to open file: ${reason}\n${what}: ${reason}\n`);
  }
}

async function write(sink: Sink, bytes: Uint8Array, what: string): Promise<void> {
  try {
    await sink.write(bytes);
  } catch (error) {
    const reason = systemErrorText(error);
    throw new ToolExit(1, '', `error writing to file: ${reason}\n${what}: ${reason}\n`);
  }
}

export async function stat(run: RadosRun): Promise<number> {
  return printStat(run, (ns) => (ns / NS_PER_SEC) * NS_PER_SEC);
}

/** With microseconds. */
export async function stat2(run: RadosRun): Promise<number> {
  return printStat(run, (ns) => ns);
}

async function printStat(run: RadosRun, precision: (ns: bigint) => bigint): Promise<number> {
  const { reader, oid, place } = targetOf(run, 1);
  const { size, mtimeNs } = await orFail(reader.stat(oid), ` error stat-ing ${place}`);
  const ns = precision(mtimeNs);
  const mtime = { sec: Number(ns / NS_PER_SEC), nsec: Number(ns % NS_PER_SEC) };
  run.output.stdout(`${place} mtime ${utimeText(mtime, localZone)}, size ${size}\n`);
  return 0;
}

export async function mapext(run: RadosRun): Promise<number> {
  const { ioctx, oid, place } = targetOf(run, 1);
  const extents = await orFail(ioctx.mapext(oid), `mapext error on ${place}`);
  const lines = extents.map(([offset, length]) => `${hex(offset)}\t${hex(length)}\n`);
  await run.output.write(lines.join(''));
  return 0;
}

function hex(n: number): string {
  return n.toString(16);
}

export async function listxattr(run: RadosRun): Promise<number> {
  const { reader, oid, place } = targetOf(run, 1);
  const xattrs = await orFail(reader.getXattrs(oid), `error getting xattr set ${place}`);
  const names = [...xattrs.keys()].sort(utf8Compare);
  await run.output.write(names.map((name) => `${name}\n`).join(''));
  return 0;
}

export async function getxattr(run: RadosRun): Promise<number> {
  const { reader, oid, place, rest } = targetOf(run, 2);
  const [name = ''] = rest;
  const value = await orFail(reader.getXattr(oid, name), `error getting xattr ${place}/${name}`);
  await run.output.write(value);
  return 0;
}
