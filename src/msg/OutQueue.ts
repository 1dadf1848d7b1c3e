import Denque from 'denque';
import type { Message } from './Message.ts';

interface Level {
  readonly priority: number;
  readonly messages: Denque<Message>;
}

/** Messages that wait to be written: by priority, then in the order of coming. Ceph: Pipe::out_q. */
export class OutQueue {
  /** Descending. Levels stay when they are empty: there are never more than a few. */
  readonly #levels: Level[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(message: Message): void {
    this.#length++;
    this.#messagesOf(message.priority).push(message);
  }

  /** Ceph: Pipe::_get_next_outgoing. */
  getNextOutgoing(): Message | undefined {
    if (this.#length === 0) return undefined;
    this.#length--;
    return this.#levels.find((level) => level.messages.length > 0)?.messages.shift();
  }

  clear(): void {
    this.#length = 0;
    this.#levels.length = 0;
  }

  #messagesOf(priority: number): Denque<Message> {
    const at = this.#levels.findIndex((level) => level.priority <= priority);
    const found = this.#levels[at];
    if (found?.priority === priority) return found.messages;
    const messages = new Denque<Message>();
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, { priority, messages });
    return messages;
  }
}
