import type { OSDMap } from '../../osd/OSDMap.ts';
import { pageTemplate } from './page_template.ts';

/** Where tools/build_page.mjs leaves room for the map. */
const MAP_GOES_HERE = '<!-- osdmap -->';

/**
 * A page that shows the map and places objects by it, complete in itself: no network, no other
 * files. Only the map's bytes go in, in base64, so that no name in it is ever markup.
 */
export function htmlPage(map: OSDMap): string {
  const bytes = Buffer.from(map.encode({ simulated: true })).toString('base64');
  const element = `<script id="osdmap" type="application/octet-stream">${bytes}</script>`;
  return pageTemplate().replace(MAP_GOES_HERE, element);
}
