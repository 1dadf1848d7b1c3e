import type { CephContext } from '../common/CephContext.ts';
import { DecodeError } from '../common/errors.ts';
import type { PerfCounters } from '../common/PerfCounters.ts';
import { CEPH_SUBSCRIBE_ONETIME } from '../messages/MMonSubscribe.ts';
import type { MOSDMap } from '../messages/MOSDMap.ts';
import type { MonClient } from '../mon/MonClient.ts';
import type { Connection } from '../msg/Connection.ts';
import type { OSDMap } from '../osd/OSDMap.ts';
import { CEPH_OSDMAP_PAUSERD, CEPH_OSDMAP_PAUSEWR } from '../osd/rados.ts';
import { type NextMap, nextMaps } from './next_maps.ts';
import { isFull, isPoolFull } from './op_target.ts';
import type { OsdcCounter } from './perf_counters.ts';

/** Who is to hear of maps. */
export interface OSDMapListener {
  /**
   * An epoch more is in place, after `before`. `skipped`: epochs between the two have not been seen, so
   * nobody knows what changed and changed back in them.
   */
  onEpoch(map: OSDMap, before: OSDMap | undefined, skipped: boolean): void;
  /** All epochs of a message are in place, or those before one that could not be used. */
  onNewest(map: OSDMap): void;
  /** `con` has sent what is no map. */
  onBadMap(con: Connection, error: DecodeError): void;
  /** The number of those who wait for a map has changed. */
  onWaiters(): void;
}

interface MapWaiter {
  readonly epoch: number;
  readonly done: () => void;
}

/** Follows the OSD map: takes each epoch in turn, asks for what is missing. Ceph: the maps of Objecter. */
export class OSDMapTracker {
  readonly #cct: CephContext;
  readonly #monc: MonClient;
  readonly #counters: PerfCounters<OsdcCounter>;
  readonly #listener: OSDMapListener;
  readonly #who: () => string;
  readonly #waiters = new Set<MapWaiter>();
  #osdmap: OSDMap | undefined;
  /** The change that came could not be used. */
  #wantsFullMap = false;
  /**
   * Maps that come out of order are of no use, and their sender takes them for received: so they are asked
   * for again, once until one is of use.
   */
  #mayAskAgain = true;
  /** Of the newest map that came, and was of no use when it did. */
  #missedUpTo = 0;

  constructor(
    cct: CephContext,
    monc: MonClient,
    counters: PerfCounters<OsdcCounter>,
    listener: OSDMapListener,
    who: () => string,
  ) {
    this.#cct = cct;
    this.#monc = monc;
    this.#counters = counters;
    this.#listener = listener;
    this.#who = who;
  }

  /** The newest that has come; undefined before the first. */
  get osdmap(): OSDMap | undefined {
    return this.#osdmap;
  }

  get hasWaiters(): boolean {
    return this.#waiters.size > 0;
  }

  shutdown(): void {
    this.#waiters.clear();
  }

  /** Ceph: Objecter::handle_osd_map. */
  handleOsdMap(con: Connection, message: MOSDMap): void {
    if (message.fsid !== this.#monc.fsid) {
      this.#log('map of another cluster', message);
      return;
    }
    const before = this.#osdmap;
    if (message.getLast() <= (before?.epoch ?? 0)) return;
    const bad = this.#advance(message);
    const map = this.#osdmap;
    if (map !== undefined && map !== before) {
      this.#finish(map, before);
      const isAllTaken = map.epoch === message.getLast();
      if (isAllTaken && map.epoch < this.#missedUpTo) this.maybeRequestMap(true);
    }
    if (bad !== undefined) this.#refuse(con, bad);
  }

  /** Answers what is wrong with the first map that cannot be used. */
  #advance(message: MOSDMap): DecodeError | undefined {
    try {
      for (const next of nextMaps(this.#osdmap, message, this.#wantsFullMap)) {
        if (next.kind === 'missing') {
          this.#log(`no map ${next.epoch}`, message);
          this.maybeRequestMap(this.#mayAskAgain);
          this.#mayAskAgain = false;
          this.#missedUpTo = Math.max(this.#missedUpTo, message.getLast());
          return undefined;
        }
        this.#take(next);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return error;
    }
    this.#log('got maps', message);
    return undefined;
  }

  #take({ kind, map, skipped }: Exclude<NextMap, { kind: 'missing' }>): void {
    const before = this.#osdmap;
    this.#osdmap = map;
    this.#wantsFullMap = false;
    this.#mayAskAgain = true;
    this.#counters.inc(kind === 'full' ? 'map_full' : 'map_inc');
    this.#counters.set('map_epoch', map.epoch);
    this.#monc.subGot('osdmap', map.epoch);
    this.#listener.onEpoch(map, before, skipped);
  }

  #finish(map: OSDMap, before: OSDMap | undefined): void {
    this.#listener.onNewest(map);
    for (const waiter of this.#waiters) {
      if (waiter.epoch > map.epoch) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
    this.#listener.onWaiters();
    // Nobody else tells us that a pause is over.
    const wasHeldUp = before !== undefined && holdsOpsUp(before);
    if (this.hasWaiters || wasHeldUp || holdsOpsUp(map)) this.maybeRequestMap();
  }

  /** The map cannot be used: a whole one is asked for, and its sender is not trusted to go on. */
  #refuse(con: Connection, error: DecodeError): void {
    this.#cct.log?.({
      who: this.#who(),
      fn: 'Objecter.handleOsdMap',
      facts: { refused: error.message, from: String(con.peerAddr) },
    });
    this.#wantsFullMap = true;
    this.#listener.onBadMap(con, error);
    this.maybeRequestMap();
  }

  /** Ceph: Objecter::_maybe_request_map. */
  maybeRequestMap(isAgain = false): void {
    const map = this.#osdmap;
    const flags = map !== undefined && isPaused(map) ? 0 : CEPH_SUBSCRIBE_ONETIME;
    const start = map === undefined || this.#wantsFullMap ? 0 : map.epoch + 1;
    if (this.#monc.subWant('osdmap', start, flags, isAgain)) this.#monc.renewSubs();
  }

  /** Calls `done` when the map is of `epoch` or newer, perhaps now. The answer ends the wait. */
  waitForMap(epoch: number, done: () => void): () => void {
    if (this.#osdmap !== undefined && this.#osdmap.epoch >= epoch) {
      done();
      return () => {};
    }
    const waiter = { epoch, done };
    this.#waiters.add(waiter);
    this.#listener.onWaiters();
    this.maybeRequestMap();
    return () => {
      this.#waiters.delete(waiter);
      this.#listener.onWaiters();
    };
  }

  /** Calls `done` when the map is as new as the monitors' at this moment. The answer ends the wait. */
  waitForLatestMap(done: () => void): () => void {
    let cancel = (): void => {};
    const handle = this.#monc.requests.getVersion('osdmap', (newest) => {
      cancel = this.waitForMap(newest, done);
    });
    return () => {
      this.#monc.requests.cancel(handle);
      cancel();
    };
  }

  #log(fact: string, message: MOSDMap): void {
    this.#cct.log?.({
      who: this.#who(),
      fn: 'Objecter.handleOsdMap',
      facts: { fact, message: String(message), epoch: this.#osdmap?.epoch ?? 0 },
    });
  }
}

/** Every map that follows is wanted. */
function isPaused(map: OSDMap): boolean {
  return isFull(map) || (map.flags & (CEPH_OSDMAP_PAUSERD | CEPH_OSDMAP_PAUSEWR)) !== 0;
}

function holdsOpsUp(map: OSDMap): boolean {
  if (isPaused(map)) return true;
  for (const pool of map.pools.values()) if (isPoolFull(pool)) return true;
  return false;
}
