import {
  CEPH_SUBSCRIBE_ONETIME,
  MMonSubscribe,
  type SubscribeItem,
} from '../messages/MMonSubscribe.ts';

/** What a client has subscribed to, and what of it the monitor has been told. Ceph: src/mon/MonSub.cc. */
export class MonSub {
  #new = new Map<string, SubscribeItem>();
  readonly #sent = new Map<string, SubscribeItem>();
  readonly #hostname: string;

  /** `hostname`: the short name of this machine, by which the monitors may have options for us. */
  constructor(hostname: string) {
    this.#hostname = hostname;
  }

  /** False: that is wanted already. `isAgain`: what came was of no use, so it is wanted once more. */
  want(what: string, start: number, flags: number, isAgain = false): boolean {
    const old = this.#new.get(what) ?? this.#sent.get(what);
    if (!isAgain && old?.start === start && old.flags === flags) return false;
    this.#new.set(what, { start, flags });
    return true;
  }

  /** Version `have` has come: what is wanted is newer. */
  got(what: string, have: number): void {
    for (const items of [this.#new, this.#sent]) {
      const item = items.get(what);
      if (item === undefined || item.start > have) continue;
      if (item.flags & CEPH_SUBSCRIBE_ONETIME) items.delete(what);
      else items.set(what, { start: have + 1, flags: item.flags });
    }
  }

  /** A monitor that has not been told anything is to be told all. */
  reload(): void {
    for (const [what, item] of this.#sent) if (!this.#new.has(what)) this.#new.set(what, item);
    this.#sent.clear();
  }

  /** What is to be sent, which then counts as sent; undefined: nothing new. */
  renew(): MMonSubscribe | undefined {
    const items = this.#new;
    if (items.size === 0) return undefined;
    this.#new = new Map();
    for (const [what, item] of items) this.#sent.set(what, item);
    return new MMonSubscribe(items, this.#hostname);
  }
}
