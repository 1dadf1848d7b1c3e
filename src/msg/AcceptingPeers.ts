import { SocketError } from '../common/Stack.ts';

const ACCEPTING_MAX = 1024;

interface AcceptingPeer {
  fault(why: Error): void;
}

/** Who has dialled us and is not through with the handshake. Of too many, the oldest is dropped. */
export class AcceptingPeers<P extends AcceptingPeer> {
  /** In the order of coming. */
  readonly #peers = new Set<P>();

  get size(): number {
    return this.#peers.size;
  }

  /** A peer's `fault` is to `delete` it. */
  add(peer: P): void {
    this.#peers.add(peer);
    if (this.#peers.size <= ACCEPTING_MAX) return;
    const [oldest] = this.#peers;
    oldest?.fault(new SocketError('ECONNABORTED', `${ACCEPTING_MAX} others are being accepted`));
  }

  delete(peer: P): void {
    this.#peers.delete(peer);
  }
}
