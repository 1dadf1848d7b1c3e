import type { AuthPeer } from '../auth/AuthServer.ts';
import type { Message } from './Message.ts';
import type { entity_addr_t, entity_addrvec_t } from './msg_types.ts';

/** One peer, as those who use a Messenger see it. Ceph: src/msg/Connection.h. */
export interface Connection {
  /** CEPH_ENTITY_TYPE_* of the peer. */
  readonly peerType: number;
  /** For an accepted connection blank until the peer has said it. */
  readonly peerAddr: entity_addr_t;
  /** All of the peer's addresses that it has told: of msgr v1, one. */
  readonly peerAddrs: entity_addrvec_t;
  /** Who the peer has shown itself to be; undefined: nobody in particular. */
  readonly peerAuth: AuthPeer | undefined;
  /** When the peer last answered a keepalive, by `Clock.now`; undefined: never on this connection. */
  readonly lastKeepaliveAck: number | undefined;
  /** How often anything came from the peer: while it stays the same, nothing does. */
  readonly reads: number;
  /** Whatever the user of the messenger keeps per peer: its session. */
  priv: unknown;
  isConnected(): boolean;
  /** Messages are delivered in the order sent. On a lossy connection they are dropped when it fails. */
  sendMessage(message: Message): void;
  sendKeepalive(): void;
  /** A lossless connection becomes a lossy one: when it fails, it is given up. */
  markDisposable(): void;
  /** Closes at once, without `msHandleReset`. Idempotent. */
  markDown(): void;
}
