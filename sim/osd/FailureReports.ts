import {
  FLAG_ALIVE,
  FLAG_FAILED,
  FLAG_IMMEDIATE,
  MOSDFailure,
} from '../../src/messages/MOSDFailure.ts';
import type { Message } from '../../src/msg/Message.ts';
import { addrvecToString, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';
import { OSD_HEARTBEAT_GRACE } from '../heartbeat_options.ts';

/** What has been said of an OSD, and not taken back. */
interface Pending {
  /** When it was last heard, by the clock. */
  readonly since: number;
  readonly addrs: entity_addrvec_t;
}

/**
 * What an OSD tells the monitor of others that do not answer. Ceph: failure_queue and failure_pending of
 * src/osd/OSD.h, OSD::send_failures, send_still_alive, requeue_failures.
 */
export class FailureReports {
  readonly #now: () => number;
  readonly #send: (message: Message) => void;
  readonly #pending = new Map<number, Pending>();

  constructor(now: () => number, send: (message: Message) => void) {
    this.#now = now;
    this.#send = send;
  }

  /** It has not been heard since `since`. Said once. */
  failed(map: OSDMap, osd: number, since: number): void {
    if (this.#pending.has(osd)) return;
    const addrs = map.getAddrs(osd);
    this.#pending.set(osd, { since, addrs });
    this.#report(map, osd, addrs, FLAG_FAILED, Math.floor((this.#now() - since) / 1000));
  }

  /** Nobody listens at its address: it need not be missed first. */
  immediate(map: OSDMap, osd: number): void {
    const flags = FLAG_FAILED | FLAG_IMMEDIATE;
    this.#report(map, osd, map.getAddrs(osd), flags, OSD_HEARTBEAT_GRACE + 1);
  }

  /** It has been heard after all. */
  alive(map: OSDMap, osd: number): void {
    const pending = this.#pending.get(osd);
    if (!this.#pending.delete(osd) || pending === undefined) return;
    this.#report(map, osd, pending.addrs, FLAG_ALIVE, 0);
  }

  /** Of those that the map has down, or as another life, there is nothing to say any more. */
  onMap(map: OSDMap): void {
    for (const [osd, { addrs }] of this.#pending) {
      const isSame = addrvecToString(map.getAddrs(osd)) === addrvecToString(addrs);
      if (map.isDown(osd) || !isSame) this.#pending.delete(osd);
    }
  }

  /** Says all again, to a monitor that may not have heard it. */
  requeue(map: OSDMap): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [osd, { since }] of pending) this.failed(map, osd, since);
  }

  #report(
    map: OSDMap,
    targetOsd: number,
    targetAddrs: entity_addrvec_t,
    flags: number,
    failedFor: number,
  ): void {
    const { fsid, epoch } = map;
    this.#send(new MOSDFailure({ fsid, targetOsd, targetAddrs, flags, epoch, failedFor }));
  }
}
