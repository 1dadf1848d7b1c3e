import { EIO } from '../common/errno.ts';
import { utf8Compare } from '../common/utf8.ts';
import type { OmapVals } from '../osdc/omap_steps.ts';
import { radosError } from './RadosError.ts';
import type { OmapRange } from './read_types.ts';

/** Page after page, until there are no more. Changes between two pages are seen. */
export async function* omapEntries(
  fetchPage: (startAfter: string) => Promise<OmapVals>,
  { startAfter = '' }: OmapRange,
): AsyncGenerator<[key: string, value: Uint8Array], void, undefined> {
  for (let after = startAfter; ; ) {
    const { vals, more } = await fetchPage(after);
    yield* vals;
    if (!more) return;
    after = nextAfter(after, vals);
  }
}

/** An OSD that says that there is more, and gives nothing new, would be asked for ever. */
function nextAfter(after: string, vals: OmapVals['vals']): string {
  const last = [...vals.keys()].at(-1);
  if (last !== undefined && utf8Compare(last, after) > 0) return last;
  throw radosError(EIO, {
    syscall: 'omapEntries',
    reason: 'a page that does not end behind its begin',
  });
}
