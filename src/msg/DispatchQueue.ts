import { PrioritizedQueue } from '../common/PrioritizedQueue.ts';
import { Throttle } from '../common/Throttle.ts';
import type { Connection } from './Connection.ts';
import { CEPH_MSG_PRIO_HIGHEST, CEPH_MSG_PRIO_LOW, type Message } from './Message.ts';
import type { SimplePolicyMessenger } from './SimplePolicyMessenger.ts';

/** ms_pq_max_tokens_per_priority and ms_pq_min_cost. */
const MAX_TOKENS = 16 * 1024 * 1024;
const MIN_COST = 64 * 1024;

interface QueueItem {
  readonly cost: number;
  readonly con: Connection;
  readonly event: Message | 'connect' | 'accept' | 'remote reset' | ConnectionLoss;
}

interface ConnectionLoss {
  readonly loss: 'reset' | 'refused';
  readonly why: Error;
}

/**
 * What a messenger has received, on its way to the dispatchers: events of connections first, then
 * messages by priority, strict from CEPH_MSG_PRIO_LOW on and by weight below; connections of one
 * priority take turns. Ceph: src/msg/DispatchQueue.h.
 *
 * All is delivered when the turn that received it is over, so that no dispatcher is ever called
 * while a connection is half changed. Each connection has an id here, by which it is discarded.
 * Whatever becomes of a message, it gives back what it has taken of its throttles.
 */
export class DispatchQueue {
  /** Bytes of messages that were received and not yet dispatched. */
  readonly dispatchThrottler: Throttle;
  readonly #messenger: SimplePolicyMessenger;
  readonly #mqueue = new PrioritizedQueue<number, QueueItem>(MAX_TOKENS, MIN_COST);
  readonly #entry = (): void => this.#runEntry();
  #state: 'new' | 'running' | 'stopped' = 'new';
  #scheduled = false;
  #nextId = 1;

  constructor(messenger: SimplePolicyMessenger) {
    this.#messenger = messenger;
    this.dispatchThrottler = new Throttle(messenger.cct.conf.ms_dispatch_throttle_bytes);
  }

  getId(): number {
    return this.#nextId++;
  }

  /** What came before is delivered now. */
  start(): void {
    if (this.#state === 'new') this.#state = 'running';
    this.#schedule();
  }

  /** Nothing is delivered any more. */
  shutdown(): void {
    this.#state = 'stopped';
    for (let item = this.#mqueue.dequeue(); item !== undefined; item = this.#mqueue.dequeue()) {
      release(item);
    }
  }

  enqueue(message: Message, con: Connection, id: number): void {
    if (this.#state === 'stopped') {
      message.releaseThrottle();
      return;
    }
    const { cct } = this.#messenger;
    cct.log?.({
      who: this.#messenger.who,
      fn: 'DispatchQueue.enqueue',
      tid: message.tid,
      facts: { message: String(message), priority: message.priority, from: String(con.peerAddr) },
    });
    const item = { cost: message.dataLength(), con, event: message };
    if (message.priority >= CEPH_MSG_PRIO_LOW) {
      this.#mqueue.enqueueStrict(id, message.priority, item);
    } else {
      this.#mqueue.enqueue(id, message.priority, item);
    }
    this.#schedule();
  }

  /** Whether `message` need not wait for its turn. */
  canFastDispatch(message: Message): boolean {
    return this.#state === 'running' && this.#messenger.msCanFastDispatch(message);
  }

  /** Delivers at once; whoever calls must expect its own state to have changed afterwards. */
  fastDispatch(message: Message, con: Connection): void {
    const { cct } = this.#messenger;
    cct.log?.({
      who: this.#messenger.who,
      fn: 'DispatchQueue.fastDispatch',
      tid: message.tid,
      facts: { message: String(message), from: String(con.peerAddr) },
    });
    this.#messenger.msFastDispatch(con, message);
    message.releaseThrottle();
  }

  /** A message to ourselves: it is not encoded, the dispatcher gets it as it is. */
  localDelivery(message: Message, con: Connection, id: number): void {
    message.src = this.#messenger.myName;
    this.enqueue(message, con, id);
  }

  queueConnect(con: Connection, id: number): void {
    this.#queueEvent(con, id, 'connect');
  }

  queueAccept(con: Connection, id: number): void {
    this.#queueEvent(con, id, 'accept');
  }

  queueRemoteReset(con: Connection, id: number): void {
    this.#queueEvent(con, id, 'remote reset');
  }

  queueReset(con: Connection, id: number, why: Error): void {
    this.#queueEvent(con, id, { loss: 'reset', why });
  }

  queueRefused(con: Connection, id: number, why: Error): void {
    this.#queueEvent(con, id, { loss: 'refused', why });
  }

  /** Drops the messages of one connection that have not been delivered; its events stand. */
  discardQueue(id: number): void {
    this.#mqueue.removeByClass(id).forEach(release);
  }

  /** Delivers nothing more of one connection. */
  discardAll(id: number): void {
    this.discardQueue(id);
    this.#mqueue.removeByClass(eventsOf(id));
  }

  #queueEvent(con: Connection, id: number, event: QueueItem['event']): void {
    if (this.#state === 'stopped') return;
    this.#mqueue.enqueueStrict(eventsOf(id), CEPH_MSG_PRIO_HIGHEST, { cost: 0, con, event });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#state !== 'running' || this.#mqueue.length === 0) return;
    this.#scheduled = true;
    this.#messenger.cct.clock.defer(this.#entry);
  }

  /** Ceph: DispatchQueue::entry. */
  #runEntry(): void {
    this.#scheduled = false;
    while (this.#state === 'running') {
      const item = this.#mqueue.dequeue();
      if (item === undefined) return;
      this.#deliver(item.con, item.event);
    }
  }

  #deliver(con: Connection, event: QueueItem['event']): void {
    const messenger = this.#messenger;
    if (event === 'connect') messenger.msDeliverHandleConnect(con);
    else if (event === 'accept') messenger.msDeliverHandleAccept(con);
    else if (event === 'remote reset') messenger.msDeliverHandleRemoteReset(con);
    else if ('loss' in event) {
      if (event.loss === 'reset') messenger.msDeliverHandleReset(con, event.why);
      else messenger.msDeliverHandleRefused(con, event.why);
    } else {
      messenger.cct.log?.({
        who: messenger.who,
        fn: 'DispatchQueue.entry',
        tid: event.tid,
        facts: { message: String(event), from: String(con.peerAddr) },
      });
      messenger.msDeliverDispatch(con, event);
      event.releaseThrottle();
    }
  }
}

/** The class of a connection's events, apart from that of its messages. */
function eventsOf(id: number): number {
  return -id;
}

function release({ event }: QueueItem): void {
  if (typeof event !== 'string' && !('loss' in event)) event.releaseThrottle();
}
