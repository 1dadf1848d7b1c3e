import { crc32c } from '../../common/crc32c.ts';
import type { CrcState } from './Frame.ts';

/** The checksums of one frame, and those that are wrong in words. */
export class Crcs {
  readonly #seed: number;
  readonly #bad: string[] = [];
  #count = 0;

  /** `seed`: what segments' crcs begin with. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  check(what: string, said: number, bytes: Uint8Array): void {
    this.#count++;
    const found = crc32c(this.#seed, bytes);
    if (said !== found) this.#bad.push(`${what} crc is ${hex(said)}, should be ${hex(found)}`);
  }

  get state(): CrcState {
    if (this.#bad.length > 0) return 'bad';
    return this.#count === 0 ? 'none' : 'ok';
  }

  /** Of what is wrong, each in front of a comma. */
  get text(): string {
    return this.#bad.map((words) => `, ${words}`).join('');
  }
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}
