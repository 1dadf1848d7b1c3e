import type { CephContext } from '../common/CephContext.ts';
import { MGetPoolStats } from '../messages/MGetPoolStats.ts';
import { MGetPoolStatsReply } from '../messages/MGetPoolStatsReply.ts';
import { MMonCommand } from '../messages/MMonCommand.ts';
import { MMonCommandAck } from '../messages/MMonCommandAck.ts';
import { MMonGetVersion } from '../messages/MMonGetVersion.ts';
import { MMonGetVersionReply } from '../messages/MMonGetVersionReply.ts';
import { MStatfs } from '../messages/MStatfs.ts';
import { type ceph_statfs, MStatfsReply } from '../messages/MStatfsReply.ts';
import type { Message } from '../msg/Message.ts';

/** What a monitor is asked, and since when, in the clock's milliseconds. */
export interface MonQuestion {
  readonly message: Message;
  readonly since: number;
}

interface MonRequest {
  readonly since: number;
  readonly make: (tid: number) => Message;
  readonly take: (reply: Message) => void;
}

/** The session, as far as questions need it. */
export interface MonRequestsSession {
  readonly fsid: string;
  /** Lost where there is no session: `resend` comes with the next one. */
  sendMonMessage(message: Message): void;
  /** Somebody waits for an answer, or nobody any more. */
  onRequests(): void;
}

/**
 * Questions that a monitor answers once each; a monitor that has not heard them is asked again. Each answers what
 * `cancel` takes. Ceph: the commands and version requests of MonClient; the statistics of Objecter.
 */
export class MonRequests {
  readonly #cct: CephContext;
  readonly #session: MonRequestsSession;
  readonly #requests = new Map<number, MonRequest>();
  /** Of the statistics that have come: older ones are not asked for. */
  #pgmapVersion = 0;
  #lastTid = 0;

  constructor(cct: CephContext, session: MonRequestsSession) {
    this.#cct = cct;
    this.#session = session;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** Asks for the newest version of a map. */
  getVersion(what: string, onVersion: (newest: number) => void): number {
    return this.#ask(
      MMonGetVersionReply,
      (handle) => new MMonGetVersion(handle, what),
      ({ newestVersion }) => onVersion(newestVersion),
    );
  }

  /** `cmd`: one JSON text. `input`: what the command is to work on. */
  startMonCommand(
    cmd: readonly string[],
    input: Uint8Array,
    onAck: (ack: MMonCommandAck) => void,
  ): number {
    const make = (): Message => new MMonCommand(this.#session.fsid, cmd, input);
    return this.#ask(MMonCommandAck, withTid(make), onAck);
  }

  /** How full the cluster is. */
  getFsStats(onStats: (st: ceph_statfs) => void): number {
    const make = (): Message => new MStatfs(this.#session.fsid, undefined, this.#pgmapVersion);
    return this.#ask(MStatfsReply, withTid(make), ({ mapVersion, st }) => {
      this.#pgmapVersion = Math.max(this.#pgmapVersion, mapVersion);
      onStats(st);
    });
  }

  /** What is in pools, by their names. */
  getPoolStats(pools: readonly string[], onStats: (reply: MGetPoolStatsReply) => void): number {
    const make = (): Message => new MGetPoolStats(this.#session.fsid, pools, this.#pgmapVersion);
    return this.#ask(MGetPoolStatsReply, withTid(make), (reply) => {
      this.#pgmapVersion = Math.max(this.#pgmapVersion, reply.mapVersion);
      onStats(reply);
    });
  }

  /** Its answer, if one comes, has no effect. */
  cancel(tid: number): void {
    this.#requests.delete(tid);
    this.#session.onRequests();
  }

  clear(): void {
    this.#requests.clear();
  }

  /** There is a session with another monitor. */
  resend(): void {
    for (const [tid, { make }] of this.#requests) this.#session.sendMonMessage(make(tid));
  }

  /** Those without an answer yet. */
  questions(): MonQuestion[] {
    return [...this.#requests].map(([tid, { make, since }]) => ({ message: make(tid), since }));
  }

  /** False: it is no reply. One that nobody waits for has no effect. */
  handleReply(message: Message): boolean {
    if (!isReply(message)) return false;
    const tid = message instanceof MMonGetVersionReply ? message.handle : message.tid;
    this.#requests.get(tid)?.take(message);
    return true;
  }

  #ask<R extends Message>(
    reply: abstract new (...args: never[]) => R,
    make: (tid: number) => Message,
    onReply: (reply: R) => void,
  ): number {
    const tid = ++this.#lastTid;
    const take = (message: Message): void => {
      if (!(message instanceof reply)) return;
      this.cancel(tid);
      onReply(message);
    };
    this.#requests.set(tid, { make, take, since: this.#cct.clock.now() });
    this.#session.onRequests();
    this.#session.sendMonMessage(make(tid));
    return tid;
  }
}

export function isReply(message: Message): boolean {
  return (
    message instanceof MMonGetVersionReply ||
    message instanceof MMonCommandAck ||
    message instanceof MStatfsReply ||
    message instanceof MGetPoolStatsReply
  );
}

function withTid(make: () => Message): (tid: number) => Message {
  return (tid) => {
    const message = make();
    message.tid = tid;
    return message;
  };
}
