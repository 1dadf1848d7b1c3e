import type { Json } from '../../common/json_formatter.ts';
import type { IoCtx } from '../../librados/IoCtx.ts';
import { ALL_NAMESPACES } from '../../librados/list_objects.ts';
import type { ObjectList } from '../../librados/ObjectList.ts';
import { RadosError } from '../../librados/RadosError.ts';
import type { ListedObject } from '../../osd/pg_nls.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { CallFailure, type RadosRun } from './RadosRun.ts';
import { Sink, systemErrorText } from './Sink.ts';

/** The end of the name of a striped object's first part. Ceph: src/libradosstriper. */
const FIRST_STRIPE = '.0000000000000000';
/** Lines that are printed at once. */
const LINES = 256;

/** `ls`: the objects of a pool, or of a placement group. Ceph: rados_tool_common (src/tools/rados/rados.cc). */
export async function ls(run: RadosRun): Promise<number> {
  const { ioctx, options, operands, output } = run;
  if (ioctx === undefined) throw refused('either pool name or pg id needs to be specified');
  if (options.output === undefined && (operands[0] ?? '-') !== '-') {
    throw refused('Please use --output to specify the output file name');
  }
  const objects = shownObjects(run, ioctx);
  try {
    await using sink = await Sink.open(options.output ?? '-', output);
    if (options.format === undefined) await printLines(objects, options.allNamespaces, sink);
    else await sink.write(options.format('objects', await fieldsOf(objects)));
    if (options.format !== undefined && options.prettyFormat) await sink.write('\n');
  } catch (error) {
    if (RadosError.is(error)) throw new CallFailure('error listing objects', error);
    throw refused(`${options.output}: ${systemErrorText(error)}`);
  }
  return 0;
}

/** As they are to be shown: striped objects under their own names, and nothing else with --striper. */
async function* shownObjects(run: RadosRun, ioctx: IoCtx): AsyncGenerator<ListedObject> {
  for await (const object of listOf(run, ioctx)) {
    const { oid } = object;
    if (!run.options.striper) yield object;
    else if (oid.endsWith(FIRST_STRIPE) && oid !== FIRST_STRIPE) {
      yield { ...object, oid: oid.slice(0, -FIRST_STRIPE.length) };
    }
  }
}

function listOf({ rados, pg, options }: RadosRun, ioctx: IoCtx): ObjectList | readonly never[] {
  const pgNum = rados.osdMap.pools.get(ioctx.poolId)?.pgNum ?? 0;
  if (pg !== undefined && pg >= pgNum) return [];
  return ioctx.listObjects({
    pg,
    ...(options.allNamespaces && { namespace: ALL_NAMESPACES }),
  });
}

async function printLines(
  objects: AsyncIterable<ListedObject>,
  hasNamespaces: boolean,
  sink: Sink,
): Promise<void> {
  let lines: string[] = [];
  for await (const { oid, namespace, locator } of objects) {
    const name = hasNamespaces ? `${namespace}\t${oid}` : oid;
    lines.push(locator === '' ? `${name}\n` : `${name}\t${locator}\n`);
    if (lines.length < LINES) continue;
    await sink.write(lines.join(''));
    lines = [];
  }
  await sink.write(lines.join(''));
}

async function fieldsOf(objects: AsyncIterable<ListedObject>): Promise<Json> {
  const all: Json[] = [];
  for await (const { oid, namespace, locator } of objects) {
    all.push({ namespace, name: oid, ...(locator !== '' && { locator }) });
  }
  return all;
}

function refused(complaint: string): ToolExit {
  return new ToolExit(1, '', `${complaint}\n`);
}
