import { MMonGetVersionReply } from '../messages/MMonGetVersionReply.ts';
import type { Message } from '../msg/Message.ts';

/** What a monitor is asked, and since when, in the clock's milliseconds. */
export interface MonQuestion {
  readonly message: Message;
  readonly since: number;
}

interface MonRequest {
  readonly since: number;
  readonly make: (tid: number) => Message;
  /** False: that is no answer to it. */
  readonly take: (reply: Message) => boolean;
}

/** Questions that a monitor answers once each; a monitor that has not heard them is asked again. */
export class MonRequests {
  readonly #requests = new Map<number, MonRequest>();
  #lastTid = 0;

  get size(): number {
    return this.#requests.size;
  }

  /** `make`: each monitor that is asked gets a message of its own. Answers what `cancel` takes. */
  add<R extends Message>(
    reply: abstract new (...args: never[]) => R,
    make: (tid: number) => Message,
    onReply: (reply: R) => void,
    since: number,
  ): number {
    const tid = ++this.#lastTid;
    const take = (message: Message): boolean => {
      if (!(message instanceof reply)) return false;
      this.#requests.delete(tid);
      onReply(message);
      return true;
    };
    this.#requests.set(tid, { make, take, since });
    return tid;
  }

  cancel(tid: number): void {
    this.#requests.delete(tid);
  }

  clear(): void {
    this.#requests.clear();
  }

  /** What asks; undefined: it has been answered. */
  message(tid: number): Message | undefined {
    return this.#requests.get(tid)?.make(tid);
  }

  /** All that is to be asked, in order. */
  messages(): Message[] {
    return [...this.#requests].map(([tid, { make }]) => make(tid));
  }

  questions(): MonQuestion[] {
    return [...this.#requests].map(([tid, { make, since }]) => ({ message: make(tid), since }));
  }

  /** False: nobody waits for it. */
  handleReply(reply: Message): boolean {
    const tid = reply instanceof MMonGetVersionReply ? reply.handle : reply.tid;
    return this.#requests.get(tid)?.take(reply) ?? false;
  }
}
