import { readFileSync } from 'node:fs';

/**
 * The page without its map: markup, style and script in one text. `npm run build` makes it of
 * page/ beside this module (tools/build_page.mjs); it is not kept in the repository, where every
 * change to the mapper would leave it behind.
 */
export function pageTemplate(): string {
  return readFileSync(new URL('./page.html', import.meta.url), 'utf8');
}
