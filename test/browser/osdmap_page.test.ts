import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainMapping } from '../../src/cli/explain/explain_mapping.ts';
import { osdmaptool } from '../../src/cli/osdmaptool.ts';
import { CRUSH_ITEM_NONE } from '../../src/crush/crush_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { pgToString } from '../../src/osd/osd_types.ts';
import { CEPH_OSD_UP } from '../../src/osd/rados.ts';
import { changeMap, tirelessCrush, upMap } from '../helpers/osdmaps.ts';
import { launchChromium, skipWithoutChromium } from './chromium.ts';
import { erasureMap, hostileMap, IMAGE, largeMap, SCRIPT, smallMap } from './osdmap_maps.ts';

/** A page in the browser, and all that it did that it should not. */
class Opened implements AsyncDisposable {
  readonly page: Page;
  /** Errors, refusals of the page's own policy, and addresses that it asked for. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('request', (request) => {
      if (!request.isNavigationRequest()) this.complaints.push(request.url());
    });
  }

  static async open(browser: Browser, map: OSDMap, width = 1280): Promise<Opened> {
    const opened = new Opened(await browser.newPage({ viewport: { width, height: 900 } }));
    await opened.page.goto(pathToFileURL(writePage(map)).href);
    await opened.page.locator('#answer').filter({ hasText: /./ }).waitFor();
    return opened;
  }

  /** The items that bear one of the marks in the tree, in ascending order. */
  async marked(...marks: string[]): Promise<number[]> {
    const selector = marks.map((mark) => `.mark.${mark}`).join(',');
    const items = await this.page
      .locator(selector)
      .evaluateAll((elements) =>
        elements.map((element) => Number(element.getAttribute('data-item'))),
      );
    return items.sort((a, b) => a - b);
  }

  async type(oid: string): Promise<void> {
    await this.page.fill('#object', oid);
  }

  /** The text of one step on the way, by its title. */
  async step(title: string): Promise<string> {
    const steps = this.page.locator('.step', { has: this.page.locator('h3', { hasText: title }) });
    return (await steps.first().textContent()) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
  }
}

let dir = '';
let pages = 0;

/** By the tool itself, as a user would. */
function writePage(map: OSDMap): string {
  const [mapFile, html] = [join(dir, `${pages}.osdmap`), join(dir, `${pages++}.html`)];
  writeFileSync(mapFile, map.encode({ simulated: true }));
  const output = { stdout: () => {}, stderr: () => {} };
  expect(osdmaptool([mapFile, '--html', html], output)).toBe(0);
  return html;
}

function place(map: OSDMap, pool: number, oid: string, nspace = '', key = '') {
  const raw = map.objectLocatorToPg(oid, { pool, hash: -1, nspace, key });
  const pg = map.rawPgToPg(raw);
  return { pg: pgToString(pg), ...map.pgToUpActingOsds(pg) };
}

function ascending(osds: readonly number[]): number[] {
  return osds.filter((osd) => osd !== CRUSH_ITEM_NONE).sort((a, b) => a - b);
}

describe.skipIf(skipWithoutChromium())('the page of an OSDMap, in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'radosim-page-'));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(dir, { recursive: true });
  });

  test('a name typed lights the OSDs that hold the object, and the primary', async () => {
    const map = smallMap();
    await using opened = await Opened.open(browser, map);
    for (const oid of ['foo', 'rbd_data.1', 'größe', '']) {
      await opened.type(oid);
      const { acting, actingPrimary, pg } = place(map, 1, oid);
      expect(await opened.marked('acting', 'primary')).toEqual(ascending(acting));
      expect(await opened.marked('primary')).toEqual([actingPrimary]);
      expect(await opened.step('PG')).toContain(pg);
    }
    expect(opened.complaints).toEqual([]);
  });

  test('what is lit can be seen: it lies on the tree, where its host is', async () => {
    await using opened = await Opened.open(browser, smallMap());
    const tree = await opened.page.locator('#tree').boundingBox();
    const lit = await opened.page.locator('.mark.primary').boundingBox();
    const osd = (await opened.marked('primary'))[0] ?? -1;
    const middle = ((lit?.x ?? 0) + (lit?.width ?? 0) / 2 - (tree?.x ?? 0)) / (tree?.width ?? 1);
    expect(Math.floor(middle * 12)).toBe(osd);
  });

  test('namespace and key are hashed as Ceph hashes them', async () => {
    const map = smallMap();
    await using opened = await Opened.open(browser, map);
    await opened.type('foo');
    await opened.page.fill('#nspace', 'ns');
    await opened.page.fill('#key', 'bar');
    const { pg, actingPrimary } = place(map, 1, 'foo', 'ns', 'bar');
    expect(await opened.step('PG')).toContain(pg);
    expect(await opened.marked('primary')).toEqual([actingPrimary]);
  });

  test('a pool of murmur3 is placed by murmur3', async () => {
    const map = smallMap();
    await using opened = await Opened.open(browser, map);
    await opened.page.selectOption('#pool', '2');
    await opened.type('foo');
    const { pg, acting } = place(map, 2, 'foo');
    expect(await opened.step('Hash')).toContain('murmur3');
    expect(await opened.step('PG')).toContain(pg);
    expect(await opened.marked('acting', 'primary')).toEqual(ascending(acting));
  });

  test('refusals are told with their reason and marked', async () => {
    const map = smallMap();
    await using opened = await Opened.open(browser, map);
    await opened.type(objectThatMeets(map, 4));
    expect(await opened.step('CRUSH')).toContain('osd.4 × is out');
    expect(await opened.marked('refused')).toContain(4);
  });

  test('the shards of an erasure-coded pool have their places, and the tree shows buckets for shadows', async () => {
    const map = erasureMap();
    await using opened = await Opened.open(browser, map);
    await opened.type('foo');
    const { acting } = place(map, 1, 'foo');
    const chips = await opened.page.locator('.step:last-child .chip').allTextContents();
    expect(chips.map((text) => text.replace(' ★', ''))).toEqual(
      acting.map((osd, shard) => `${shard}osd.${osd}`),
    );
    const hosts = acting.map((osd) => map.crush.getItemId(`host${Math.floor(osd / 4)}`));
    expect(await opened.marked('taken')).toEqual(expect.arrayContaining(hosts));
  });

  test('a down OSD leaves a hole in an erasure-coded set', async () => {
    const whole = erasureMap();
    const { acting } = place(whole, 1, 'foo');
    const map = downWith(whole, acting[2] ?? -1);
    await using opened = await Opened.open(browser, map);
    await opened.type('foo');
    const chips = await opened.page.locator('.step:last-child .chip').allTextContents();
    expect(chips[2]).toBe('2hole');
    expect(await opened.page.textContent('#answer')).toContain('5 of 6 shards have an OSD');
  });

  test('looking at one try lights that try only', async () => {
    await using opened = await Opened.open(browser, erasureMap());
    await opened.page.locator('.try').first().focus();
    expect(await opened.marked('primary', 'acting')).toEqual([]);
    expect(await opened.marked('taken')).toHaveLength(1);
    expect(await opened.marked('visited')).toHaveLength(3);
  });

  test('the walk looks at one try after the other, and then at all again', async () => {
    await using opened = await Opened.open(browser, erasureMap());
    const held = await opened.marked('acting', 'primary');
    await opened.page.clock.install();
    await opened.page.locator('.walk').click();
    expect(await opened.marked('acting', 'primary')).toEqual([]);
    await opened.page.clock.runFor('10:00');
    expect(await opened.marked('acting', 'primary')).toEqual(held);
  });

  test('the keyboard walks the tree, zooms in and out', async () => {
    await using opened = await Opened.open(browser, erasureMap());
    await opened.page.locator('#figure').focus();
    for (const key of ['ArrowDown', 'ArrowRight']) await opened.page.keyboard.press(key);
    expect(await opened.page.textContent('#pointed')).toContain('rack1');
    await opened.page.keyboard.press('Enter');
    expect(await opened.page.textContent('#crumbs')).toBe('everything › default › rack1');
    await opened.page.keyboard.press('Escape');
    expect(await opened.page.textContent('#crumbs')).toBe('everything › default');
  });

  test('PGs are counted as the tool counts them', async () => {
    const map = smallMap();
    await using opened = await Opened.open(browser, map);
    await opened.page.locator('#figure').focus();
    for (const key of ['ArrowDown', 'ArrowDown']) await opened.page.keyboard.press(key);
    let pgs = 0;
    let primaries = 0;
    for (let seed = 0; seed < 128; seed++) {
      const { acting, actingPrimary } = map.pgToUpActingOsds({ pool: 1, seed });
      if (acting.includes(0)) pgs++;
      if (actingPrimary === 0) primaries++;
    }
    const text = await opened.page.textContent('#pointed');
    // 128 PGs of 3 copies over ten whole OSDs and half a one; osd.7 is down but has its share.
    expect(text).toContain(`${pgs} PGs (its share is ${((128 * 3) / 10.5).toPrecision(3)}`);
    expect(text).toContain(`primary of ${primaries}`);
  });

  test('ten thousand OSDs open, with few elements, and light up', async () => {
    const map = largeMap();
    await using opened = await Opened.open(browser, map);
    await opened.type('foo');
    const { acting } = place(map, 1, 'foo');
    expect(await opened.marked('acting', 'primary')).toEqual(ascending(acting));
    await opened.page.locator('#spread', { hasText: '32768 PGs on 10000 OSDs' }).waitFor();
    expect(await opened.page.locator('*').count()).toBeLessThan(1000);
    expect(opened.complaints).toEqual([]);
  });

  test('names in a map are text, whatever they hold', async () => {
    await using opened = await Opened.open(browser, hostileMap());
    expect(await opened.page.title()).toBe('OSDMap, epoch 3');
    expect(await opened.page.locator('#pool').textContent()).toContain(SCRIPT);
    expect(await opened.step('CRUSH')).toContain(IMAGE);
    expect(await opened.page.locator('img, b > b').count()).toBe(0);
    expect(opened.complaints).toEqual([]);
  });

  test('a map that asks for endless tries is given up, and the page goes on', async () => {
    const map = upMap(2, 2, [{ name: 'data', pgNum: 8 }]);
    const tireless = changeMap(map, (inc) => {
      inc.crush = tirelessCrush(map);
    });
    await using opened = await Opened.open(browser, tireless);
    const { page } = opened;
    await page.locator('#answer', { hasText: 'CRUSH gives up' }).waitFor();
    await page.locator('#spread', { hasText: 'CRUSH gives up' }).waitFor();
    await page.locator('#figure').focus();
    expect(await page.textContent('#pointed')).toContain('Point at the tree');
    expect(opened.complaints).toEqual([]);
  });

  test('a long count shows how far it is, and names are placed meanwhile', async () => {
    const map = upMap(6, 3, [{ name: 'many', pgNum: 2 ** 20 }]);
    await using opened = await Opened.open(browser, map);
    await opened.page.locator('#spread', { hasText: 'of 1048576 PGs, counting' }).waitFor();
    await opened.type('foo');
    expect(await opened.marked('primary')).toHaveLength(1);
    expect(opened.complaints).toEqual([]);
  });

  test.each([400, 1280])('nothing sticks out at %i pixels', async (width) => {
    await using opened = await Opened.open(browser, erasureMap(), width);
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

/** The name of an object whose first descents come upon that OSD. */
function objectThatMeets(map: OSDMap, osd: number): string {
  for (let i = 0; ; i++) {
    const { tries } = explainMapping(map, 'rbd', `object${i}`, { key: '', nspace: '' });
    if (tries.some(({ item }) => item === `osd.${osd}`)) return `object${i}`;
  }
}

function downWith(map: OSDMap, osd: number): OSDMap {
  return changeMap(map, (inc) => {
    inc.newState.set(osd, CEPH_OSD_UP);
  });
}
