import type { Clock, Timer } from '../../src/common/Clock.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { ETIMEDOUT } from '../../src/common/errno.ts';
import { MWatchNotify } from '../../src/messages/MWatchNotify.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { CEPH_WATCH_EVENT_NOTIFY_COMPLETE } from '../../src/osd/rados.ts';
import type { NewNotify } from './ops/OpEffects.ts';

interface Watcher {
  readonly gid: number;
  readonly cookie: bigint;
}

interface Reply extends Watcher {
  readonly reply: Uint8Array;
}

interface Waited extends Watcher {
  readonly onGivenUp: () => void;
}

export interface NotifyInit extends NewNotify {
  readonly clock: Clock;
  /** Of the notifier. */
  readonly con: Connection;
  readonly version: number;
  readonly notifierGid: number;
}

/** A notify until all watchers have answered, or its time is over. Ceph: Notify (src/osd/Watch.h). */
export class Notify {
  readonly id: bigint;
  readonly payload: Uint8Array;
  readonly version: number;
  readonly notifierGid: number;
  readonly #init: NotifyInit;
  readonly #waiting = new Map<string, Waited>();
  #replies: Reply[] = [];
  #timer: Timer | undefined;
  #isOver = false;

  constructor(init: NotifyInit) {
    this.id = init.notifyId;
    this.payload = init.payload;
    this.version = init.version;
    this.notifierGid = init.notifierGid;
    this.#init = init;
  }

  /** `onGivenUp`: the time is over, and its answer is not wanted any more. */
  expect(gid: number, cookie: bigint, onGivenUp: () => void): void {
    this.#waiting.set(keyOf(gid, cookie), { gid, cookie, onGivenUp });
  }

  /** All are told. */
  start(): void {
    const { clock, timeoutSeconds } = this.#init;
    this.#timer = clock.addEventAfter(timeoutSeconds * 1000, () => this.#giveUp());
    this.#maybeDone();
  }

  complete(gid: number, cookie: bigint, reply: Uint8Array): void {
    if (!this.#waiting.delete(keyOf(gid, cookie))) return;
    this.#replies.push({ gid, cookie, reply });
    this.#maybeDone();
  }

  /** The watcher watches no more. */
  forget(gid: number, cookie: bigint): void {
    if (this.#waiting.delete(keyOf(gid, cookie))) this.#maybeDone();
  }

  /** Another OSD will do it: the client asks anew. */
  discard(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #maybeDone(): void {
    if (this.#waiting.size === 0) this.#finish(0);
  }

  #giveUp(): void {
    const late = [...this.#waiting.values()];
    this.#finish(-ETIMEDOUT);
    for (const { onGivenUp } of late) onGivenUp();
  }

  /** map<pair<u64 gid, u64 cookie>, blob>, vector<pair<u64, u64>> of those that are missing. */
  #finish(returnCode: number): void {
    if (this.#isOver) return;
    this.discard();
    const enc = new Encoder();
    const replies = this.#replies.sort((a, b) => a.gid - b.gid || Number(a.cookie - b.cookie));
    enc.u32(replies.length);
    for (const { gid, cookie, reply } of replies) {
      encodeWatcher(enc, { gid, cookie });
      enc.blob(reply);
    }
    enc.u32(this.#waiting.size);
    for (const watcher of this.#waiting.values()) encodeWatcher(enc, watcher);
    const { con, cookie } = this.#init;
    con.sendMessage(
      new MWatchNotify({
        cookie,
        ver: this.version,
        notifyId: this.id,
        opcode: CEPH_WATCH_EVENT_NOTIFY_COMPLETE,
        returnCode,
        notifierGid: this.notifierGid,
        data: enc.take(),
      }),
    );
  }
}

function encodeWatcher(enc: Encoder, { gid, cookie }: Watcher): void {
  enc.u64(gid);
  enc.bigU64(cookie);
}

function keyOf(gid: number, cookie: bigint): string {
  return `${gid} ${cookie}`;
}
