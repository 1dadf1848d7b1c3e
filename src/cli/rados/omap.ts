import { utf8Encode } from '../../common/utf8.ts';
import { hexdump } from '../ceph/hexdump.ts';
import { orFail, printable, type RadosRun, targetOf } from './RadosRun.ts';
import { Sink, systemErrorText } from './Sink.ts';

/** Commands for the omap of one object. Ceph: rados_tool_common (src/tools/rados/rados.cc). */

/** Entries of one read. Ceph has 1024 too, and calls it bytes. */
const PAGE = 1024;

export async function listomapkeys(run: RadosRun): Promise<number> {
  const { ioctx, oid, place } = targetOf(run, 1);
  let startAfter = '';
  for (let isMore = true; isMore; ) {
    const page = await orFail(
      ioctx.getOmapKeys(oid, { startAfter, maxReturn: PAGE }),
      `error getting omap key set ${place}`,
    );
    await run.output.write(page.keys.map((key) => `${key}\n`).join(''));
    startAfter = page.keys.at(-1) ?? startAfter;
    isMore = page.more;
  }
  return 0;
}

export async function listomapvals(run: RadosRun): Promise<number> {
  const { ioctx, oid, place } = targetOf(run, 1);
  let startAfter = '';
  for (let isMore = true; isMore; ) {
    const { vals, more } = await orFail(
      ioctx.getOmapVals(oid, { startAfter, maxReturn: PAGE }),
      `error getting omap keys ${place}`,
    );
    for (const [key, value] of vals) {
      await run.output.write(`${keyText(key)}\n${dumpText('value', value)}`);
      startAfter = key;
    }
    isMore = more;
  }
  return 0;
}

function keyText(key: string): string {
  if (printable(key) === key) return key;
  const bytes = utf8Encode(key);
  return `key (${bytes.length} bytes):\n${hexdump(bytes)}`;
}

function dumpText(what: string, bytes: Uint8Array): string {
  return `${what} (${bytes.length} bytes) :\n${hexdump(bytes)}\n`;
}

export async function getomapval(run: RadosRun): Promise<number> {
  const { omapKey } = run.options;
  const least = omapKey === undefined ? 2 : 1;
  const { ioctx, oid, place, rest } = targetOf(run, least, least + 1);
  const [key = '', file] = omapKey === undefined ? rest : [omapKey, ...rest];
  const where = `${place}/${printable(key)}`;
  const vals = await orFail(
    ioctx.getOmapValsByKeys(oid, [key]),
    `error getting omap value ${where}`,
  );
  const value = vals.get(key);
  if (value === undefined) {
    run.output.stdout(`No such key: ${where}\n`);
    return 1;
  }
  await put(run, 'value', value, file);
  return 0;
}

export async function getomapheader(run: RadosRun): Promise<number> {
  const { ioctx, oid, place, rest } = targetOf(run, 1);
  const header = await orFail(ioctx.getOmapHeader(oid), `error getting omap header ${place}`);
  await put(run, 'header', header, rest[0]);
  return 0;
}

/** Printed, or into a file; that it cannot be written is told, and nothing more. */
async function put(
  { output }: RadosRun,
  what: string,
  bytes: Uint8Array,
  file: string | undefined,
): Promise<void> {
  if (file === undefined || file === '') {
    await output.write(dumpText(what, bytes));
    return;
  }
  output.stderr(`Writing to ${file}\n`);
  try {
    await using sink = await Sink.open(file, output);
    await sink.write(bytes);
  } catch (error) {
    output.stderr(`failed to open file: ${systemErrorText(error)}\n`);
  }
}
