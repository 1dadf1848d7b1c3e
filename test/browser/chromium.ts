import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's, and where others put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = ['--no-sandbox', '--disable-background-networking'];

function findChromium(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/** True, after one clear line, where there is no Chromium to look with. */
export function skipWithoutChromium(): boolean {
  if (findChromium() !== undefined) return false;
  console.log('skipped: chromium is not installed (Debian: chromium)');
  return true;
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium');
  return await chromium.launch({ executablePath, args: ARGS });
}
