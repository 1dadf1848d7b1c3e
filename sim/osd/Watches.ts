import type { Clock, Timer } from '../../src/common/Clock.ts';
import { MWatchNotify } from '../../src/messages/MWatchNotify.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { CEPH_WATCH_EVENT_DISCONNECT, CEPH_WATCH_EVENT_NOTIFY } from '../../src/osd/rados.ts';
import { Notify } from './Notify.ts';
import type { OpContext } from './ops/OpContext.ts';
import { compareWatchers, type WatchInfo, watcherKey } from './store/ObjectState.ts';
import { fullKey, type ObjectId, type StoredObject } from './store/StoredObject.ts';

/** One client that watches one object, and its connection, if it has one. Ceph: Watch (src/osd/Watch.h). */
interface Watch {
  readonly object: ObjectId;
  readonly info: WatchInfo;
  con: Connection | undefined;
  /** The client says from time to time that it is there; older ones only keep their connection. */
  willPing: boolean;
  lastPing: number;
  timer: Timer | undefined;
  readonly notifies: Map<bigint, Notify>;
}

export interface WatchesOptions {
  readonly clock: Clock;
  readonly epoch: () => number;
  /** A client is gone for too long: its watch is to be taken off the object. */
  readonly onTimeout: (object: ObjectId, watch: WatchInfo) => void;
}

/** The watches of the objects of which an OSD is the primary, and the notifies that are under way. Ceph: src/osd/Watch.cc. */
export class Watches {
  readonly #options: WatchesOptions;
  /** By object, then watcher. */
  readonly #watches = new Map<string, Map<string, Watch>>();
  #nextNotify = 0;

  constructor(options: WatchesOptions) {
    this.#options = options;
  }

  /** Of this OSD, in this epoch. Ceph: OSDService::get_next_id. */
  nextNotifyId(): bigint {
    const number = this.#nextNotify;
    this.#nextNotify = (number + 1) >>> 0;
    return (BigInt(this.#options.epoch()) << 32n) | BigInt(number);
  }

  /** Watchers that the object had before this OSD was its primary have to come back. Ceph: populate_obc_watchers. */
  load({ id, head }: StoredObject): void {
    if (head === undefined || head.watchers.size === 0) return;
    const known = this.#watches.get(fullKey(id));
    for (const [key, info] of head.watchers) {
      if (known?.has(key) !== true) this.#arm(this.#add(id, info));
    }
  }

  /** False: the client has to connect anew. */
  gotPing(object: ObjectId, key: string): boolean {
    const watch = this.#find(object, key);
    if (watch?.con === undefined) return false;
    watch.lastPing = this.#options.clock.now();
    this.#arm(watch);
    return true;
  }

  /** What comes of an op that has succeeded. Ceph: PrimaryLogPG::do_osd_op_effects. */
  doEffects({ id, effects, origin, next, before }: OpContext, con: Connection): void {
    for (const { watch, send } of effects.disconnects) this.#disconnect(id, watch, send);
    for (const { watch, willPing } of effects.connects) this.#connect(id, watch, willPing, con);
    if (effects.notifies.length === 0 && effects.acks.length === 0) return;
    const watches = this.#watches.get(fullKey(id)) ?? new Map<string, Watch>();
    const all = [...watches.values()].sort((a, b) => compareWatchers(a.info, b.info));
    for (const asked of effects.notifies) {
      const version = (next ?? before)?.userVersion ?? 0;
      const { clock } = this.#options;
      const notify = new Notify({ ...asked, clock, con, version, notifierGid: origin.client.num });
      for (const watch of all) this.#startNotify(watch, notify);
      notify.start();
    }
    for (const { notifyId, cookie, reply } of effects.acks) {
      for (const watch of all) {
        const { watcher } = watch.info;
        if (watcher.num !== origin.client.num || watcher.type !== origin.client.type) continue;
        if (cookie !== undefined && cookie !== watch.info.cookie) continue;
        watch.notifies.get(notifyId)?.complete(watcher.num, watch.info.cookie, reply);
        watch.notifies.delete(notifyId);
      }
    }
  }

  /** It has been taken off the object. */
  remove(object: ObjectId, watch: WatchInfo): void {
    this.#disconnect(object, watch, true);
  }

  /** A connection has failed: its watches wait for their clients. */
  onReset(con: Connection): void {
    for (const watch of this.#all()) {
      if (watch.con !== con) continue;
      watch.con = undefined;
      if (!watch.willPing) this.#arm(watch);
    }
  }

  /** Those for which `isOurs` is false are another's now. */
  keepOnly(isOurs: (object: ObjectId) => boolean): void {
    for (const [key, watches] of this.#watches) {
      const [first] = watches.values();
      if (first === undefined || isOurs(first.object)) continue;
      for (const watch of watches.values()) discard(watch);
      this.#watches.delete(key);
    }
  }

  clear(): void {
    this.keepOnly(() => false);
  }

  *#all(): Generator<Watch> {
    for (const watches of this.#watches.values()) yield* watches.values();
  }

  #find(object: ObjectId, key: string): Watch | undefined {
    return this.#watches.get(fullKey(object))?.get(key);
  }

  #add(object: ObjectId, info: WatchInfo): Watch {
    const key = fullKey(object);
    const watches = this.#watches.get(key) ?? new Map<string, Watch>();
    this.#watches.set(key, watches);
    const watch: Watch = {
      object,
      info,
      con: undefined,
      willPing: false,
      lastPing: 0,
      timer: undefined,
      notifies: new Map(),
    };
    watches.set(watcherKey(info.cookie, info.watcher), watch);
    return watch;
  }

  #connect(object: ObjectId, info: WatchInfo, willPing: boolean, con: Connection): void {
    const found = this.#find(object, watcherKey(info.cookie, info.watcher));
    const watch = found ?? this.#add(object, info);
    if (watch.con === con) return;
    watch.con = con;
    watch.willPing = willPing;
    for (const notify of watch.notifies.values()) this.#sendNotify(watch, notify);
    if (willPing) {
      watch.lastPing = this.#options.clock.now();
      this.#arm(watch);
    } else watch.timer?.cancel();
  }

  #disconnect(object: ObjectId, info: WatchInfo, send: boolean): void {
    const key = watcherKey(info.cookie, info.watcher);
    const watch = this.#find(object, key);
    if (watch === undefined) return;
    this.#watches.get(fullKey(object))?.delete(key);
    const opcode = CEPH_WATCH_EVENT_DISCONNECT;
    if (send) watch.con?.sendMessage(new MWatchNotify({ cookie: info.cookie, opcode }));
    for (const notify of watch.notifies.values()) notify.forget(info.watcher.num, info.cookie);
    watch.notifies.clear();
    discard(watch);
  }

  /** Ceph: Watch::start_notify. */
  #startNotify(watch: Watch, notify: Notify): void {
    const { info, willPing, lastPing } = watch;
    if (willPing && lastPing < this.#options.clock.now() - info.timeoutSeconds * 1000) {
      watch.con = undefined;
      return;
    }
    watch.notifies.set(notify.id, notify);
    notify.expect(info.watcher.num, info.cookie, () => watch.notifies.delete(notify.id));
    this.#sendNotify(watch, notify);
  }

  #sendNotify({ info, con }: Watch, { id, payload, version, notifierGid }: Notify): void {
    const { cookie } = info;
    const opcode = CEPH_WATCH_EVENT_NOTIFY;
    con?.sendMessage(
      new MWatchNotify({ cookie, ver: version, notifyId: id, opcode, payload, notifierGid }),
    );
  }

  #arm(watch: Watch): void {
    watch.timer?.cancel();
    const { clock, onTimeout } = this.#options;
    watch.timer = clock.addEventAfter(watch.info.timeoutSeconds * 1000, () => {
      watch.timer = undefined;
      onTimeout(watch.object, watch.info);
    });
    watch.timer.unref();
  }
}

function discard(watch: Watch): void {
  watch.timer?.cancel();
  for (const notify of watch.notifies.values()) notify.discard();
  watch.notifies.clear();
  watch.con = undefined;
}
