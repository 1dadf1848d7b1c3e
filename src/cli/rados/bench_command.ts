import { writeFileSync } from 'node:fs';
import { ToolExit } from '../ceph/ToolExit.ts';
import { bench } from './bench.ts';
import type { Format } from './format.ts';
import { errorExit } from './options.ts';
import { poolOf, type RadosRun, usageExit } from './RadosRun.ts';

/** `bench SECONDS seq|rand`. Ceph: rados_tool_common (src/tools/rados/rados.cc). */
export async function benchCommand(run: RadosRun): Promise<number> {
  const { options, output } = run;
  const ioctx = poolOf(run);
  const [secondsText, operation] = run.operands;
  if (secondsText === undefined || operation === undefined) throw usageExit();
  const seconds = readSeconds(secondsText);
  if (operation !== 'seq' && operation !== 'rand') throw usageExit();
  if (options.isSizeSaid) {
    throw refused("-b|--block_size option can be used only with 'write' bench test");
  }
  if (options.writeDestination) {
    throw refused(
      "--write-object, --write-omap and --write-xattr options can only be used with the 'write' bench test",
    );
  }
  if (options.format === undefined && options.output !== undefined) {
    throw refused("-o|--output option can only be used with '--format' option");
  }
  const { concurrentIos, runName, verify, hints, showTime } = options;
  const format = reportFormat(options.format, options.output);
  const result = await bench(
    ioctx,
    { operation, seconds, concurrentIos, runName, verify, hints, showTime, format },
    output,
  );
  if (result < 0) throw errorExit(result);
  return 0;
}

/** As strtol and an int take it. */
function readSeconds(text: string): number {
  if (!/^\s*[+-]?[0-9]+$|^$/.test(text)) throw refused(`Invalid value for seconds: '${text}'`);
  return Number(text) | 0;
}

function reportFormat(
  format: Format | undefined,
  file: string | undefined,
): Parameters<typeof bench>[1]['format'] {
  if (format === undefined) return undefined;
  if (file === undefined) return (report) => format('bench', report);
  return (report) => {
    writeFileSync(file, format('bench', report));
    return '';
  };
}

function refused(complaint: string): ToolExit {
  return new ToolExit(1, '', `${complaint}\n`);
}
