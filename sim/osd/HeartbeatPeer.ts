import type { Connection } from '../../src/msg/Connection.ts';
import { addrvecToString } from '../../src/msg/msg_types.ts';
import type { OSDMap } from '../../src/osd/OSDMap.ts';

/** A ping that was sent. */
interface Sent {
  /** By when both answers must be there. */
  readonly deadline: number;
  isBackMissing: boolean;
  isFrontMissing: boolean;
}

/** One whom an OSD pings. Times are milliseconds of the clock. Ceph: OSD::HeartbeatInfo. */
export class HeartbeatPeer {
  readonly osd: number;
  readonly #at: string;
  #back: Connection;
  #front: Connection;
  /** By the stamp that it carries. Those from before the last one that was answered are forgotten. */
  readonly #sent = new Map<number, Sent>();
  #firstTx: number | undefined;
  #lastRxBack: number | undefined;
  #lastRxFront: number | undefined;

  constructor(osd: number, map: OSDMap, back: Connection, front: Connection) {
    this.osd = osd;
    this.#at = atOf(map, osd);
    this.#back = back;
    this.#front = front;
    this.reconnected(back, front);
  }

  get back(): Connection {
    return this.#back;
  }

  get front(): Connection {
    return this.#front;
  }

  /** The map still has it where it was when it became a peer. */
  isAt(map: OSDMap): boolean {
    return atOf(map, this.osd) === this.#at;
  }

  reconnected(back: Connection, front: Connection): void {
    this.#back = back;
    this.#front = front;
    back.priv = this;
    front.priv = this;
  }

  close(): void {
    this.#back.markDown();
    this.#front.markDown();
  }

  sent(stamp: number, now: number, deadline: number): void {
    this.#firstTx ??= now;
    this.#sent.set(stamp, { deadline, isBackMissing: true, isFrontMissing: true });
  }

  /** An answer to the ping of `stamp` has come over `con`. */
  answered(con: Connection, stamp: number, now: number): void {
    const sent = this.#sent.get(stamp);
    if (sent === undefined) return;
    if (con === this.#back) {
      this.#lastRxBack = now;
      sent.isBackMissing = false;
    } else {
      this.#lastRxFront = now;
      sent.isFrontMissing = false;
    }
    if (sent.isBackMissing || sent.isFrontMissing) return;
    for (const other of this.#sent.keys()) {
      this.#sent.delete(other);
      if (other === stamp) break;
    }
  }

  /** A ping has waited too long for an answer. Ceph: HeartbeatInfo::is_unhealthy. */
  isMissed(now: number): boolean {
    const [oldest] = this.#sent.values();
    return oldest !== undefined && now > oldest.deadline;
  }

  /** It has answered on both networks, and is not missed since. */
  isHealthy(now: number): boolean {
    const hasAnswered = this.#lastRxBack !== undefined && this.#lastRxFront !== undefined;
    return hasAnswered && !this.isMissed(now);
  }

  /** Or, if it has never answered on one of the networks, when it was first pinged. */
  get lastHeard(): number {
    const firstTx = this.#firstTx ?? 0;
    return Math.min(this.#lastRxBack ?? firstTx, this.#lastRxFront ?? firstTx);
  }
}

/** Where an OSD is pinged. */
function atOf(map: OSDMap, osd: number): string {
  return addrvecToString([...map.getHbBackAddrs(osd), ...map.getHbFrontAddrs(osd)]);
}
