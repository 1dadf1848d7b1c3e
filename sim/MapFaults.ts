import type { Clock } from '../src/common/Clock.ts';
import type { Random } from '../src/common/Random.ts';
import { MOSDMap } from '../src/messages/MOSDMap.ts';

/** What happens to maps on their way to a client. */
export type MapTrouble =
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'twice' }
  /** One epoch a message, the newest first. */
  | { readonly kind: 'reversed' }
  /** Before the true maps come others, which must not be believed. */
  | { readonly kind: 'other fsid' | 'wrong epoch' | 'bad crc' };

export interface MapRule {
  readonly trouble: MapTrouble;
  /** One in so many, by chance. Default: each. */
  readonly oneIn?: number;
}

const OTHER_FSID = '0badf51d-0000-4000-8000-000000000000';

/** The rules by which monitors and OSDs send maps to clients badly. Each lasts until it is ended. */
export class MapFaults {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules = new Set<MapRule>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  add(rule: MapRule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** Sends `messages` as the rules will have it. */
  send(messages: readonly MOSDMap[], send: (message: MOSDMap) => void): void {
    let delayMs = 0;
    let sent = messages;
    for (const { trouble, oneIn = 1 } of this.#rules) {
      if (this.#random.uint32() % oneIn !== 0) continue;
      if (trouble.kind === 'late') delayMs += trouble.ms;
      else sent = disordered(sent, trouble.kind);
    }
    const sendAll = (): void => {
      for (const message of sent) send(message);
    };
    if (delayMs === 0) sendAll();
    else this.#clock.addEventAfter(delayMs, sendAll).unref();
  }
}

function disordered(
  messages: readonly MOSDMap[],
  kind: Exclude<MapTrouble['kind'], 'late'>,
): readonly MOSDMap[] {
  switch (kind) {
    case 'twice':
      return messages.flatMap((message) => [message, message]);
    case 'reversed':
      return messages.flatMap(oneByOne).reverse();
    default:
      return messages.flatMap((message) => [changed(message, kind), message]);
  }
}

function oneByOne(message: MOSDMap): MOSDMap[] {
  const { fsid, oldestMap, newestMap } = message;
  const range = { fsid, oldestMap, newestMap };
  return [
    ...[...message.maps].map((map) => new MOSDMap({ ...range, maps: new Map([map]) })),
    ...[...message.incrementalMaps].map(
      (incremental) => new MOSDMap({ ...range, incrementalMaps: new Map([incremental]) }),
    ),
  ];
}

function changed(message: MOSDMap, kind: 'other fsid' | 'wrong epoch' | 'bad crc'): MOSDMap {
  const { fsid, oldestMap, newestMap, maps, incrementalMaps } = message;
  if (kind === 'other fsid') {
    return new MOSDMap({ fsid: OTHER_FSID, oldestMap, newestMap, maps, incrementalMaps });
  }
  const later = kind === 'wrong epoch' ? 1 : 0;
  const spoil = (bytes: Uint8Array): Uint8Array => (later > 0 ? bytes : flipped(bytes));
  const each = (all: ReadonlyMap<number, Uint8Array>): Map<number, Uint8Array> =>
    new Map([...all].map(([epoch, bytes]) => [epoch + later, spoil(bytes)]));
  return new MOSDMap({
    fsid,
    oldestMap,
    newestMap: newestMap + later,
    maps: each(maps),
    incrementalMaps: each(incrementalMaps),
  });
}

function flipped(bytes: Uint8Array): Uint8Array {
  const at = bytes.length >> 1;
  return bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte));
}
