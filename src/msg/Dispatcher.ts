import type { Connection } from './Connection.ts';
import type { Message } from './Message.ts';

/** Who gets a Messenger's messages and events. Ceph: src/msg/Dispatcher.h. */
export interface Dispatcher {
  /** True: it was for us. Else the next dispatcher is asked. */
  msDispatch(con: Connection, message: Message): boolean;
  /**
   * Whether `message` may come by `msFastDispatch`, out of turn: at once when it has been read, from
   * inside the messenger. For what is answered quickly and without waiting.
   */
  msCanFastDispatch?(message: Message): boolean;
  /** Gets what `msCanFastDispatch` said yes to. */
  msFastDispatch?(con: Connection, message: Message): void;
  /**
   * The header of a message has come: where its data, `length` bytes, is to go; undefined: into a
   * buffer of its own.
   */
  msRxBuffer?(con: Connection, tid: number, length: number): Uint8Array | undefined;
  /** A connection that we opened is ready. */
  msHandleConnect?(con: Connection): void;
  /** A connection that a peer opened is ready. */
  msHandleAccept?(con: Connection): void;
  /** A lossy connection has failed: `why` says how. True: it was ours. */
  msHandleReset(con: Connection, why: Error): boolean;
  /**
   * The peer of a lossless connection has forgotten our session: what we had sent and it had not
   * acked is lost, a new session begins on the same connection.
   */
  msHandleRemoteReset?(con: Connection): void;
  /**
   * An attempt to connect has failed: nobody listens there (a `SocketError`), or whoever does cannot
   * be talked to (a `ProtocolError`). The messenger keeps what was to be sent and tries again after
   * a back-off, until `markDown`. True: it was ours.
   */
  msHandleRefused?(con: Connection, why: Error): boolean;
}
