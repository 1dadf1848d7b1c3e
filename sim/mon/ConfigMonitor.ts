import { isOption } from '../../src/common/option_values.ts';

interface Setting {
  readonly who: string;
  readonly name: string;
  readonly value: string;
}

/**
 * The options that the monitors keep for everybody: who (`global`, `client`, `client.admin`) → name →
 * value. Ceph: src/mon/ConfigMonitor.cc.
 */
export class ConfigMonitor {
  readonly #settings = new Map<string, Setting>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** False: there is no such option. */
  set(who: string, name: string, value: string): boolean {
    const key = name.replaceAll(/[ -]/g, '_');
    if (!isOption(key)) return false;
    this.#settings.set(`${who}\0${key}`, { who, name: key, value });
    this.#onChange();
    return true;
  }

  remove(who: string, name: string): void {
    if (this.#settings.delete(`${who}\0${name.replaceAll(/[ -]/g, '_')}`)) this.#onChange();
  }

  /** By who, then name. */
  get all(): Setting[] {
    return [...this.#settings.values()].sort((a, b) =>
      a.who === b.who ? (a.name < b.name ? -1 : 1) : a.who < b.who ? -1 : 1,
    );
  }

  /** What holds for `client.admin`: what is said of it, else of clients, else of everybody. */
  of(entity: string): Map<string, Setting> {
    const found = new Map<string, Setting>();
    for (const who of ['global', entity.replace(/\..*$/, ''), entity]) {
      for (const setting of this.all) if (setting.who === who) found.set(setting.name, setting);
    }
    return found;
  }
}
