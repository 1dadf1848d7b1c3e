import { readFileSync } from 'node:fs';

/** A file of test/wire/golden/crush. */
export function golden(name: string): Uint8Array {
  return readFileSync(new URL(`../../wire/golden/crush/${name}`, import.meta.url));
}

export function goldenText(name: string): string {
  return new TextDecoder().decode(golden(name));
}
