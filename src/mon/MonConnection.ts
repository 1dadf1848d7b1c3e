import { MMonGetMap } from '../messages/MMonGetMap.ts';
import type { Connection } from '../msg/Connection.ts';
import { ADDR_TYPE_MSGR2 } from '../msg/msg_types.ts';
import type { MonAuth } from './MonAuth.ts';

/** A monitor that we talk to, or try to. Ceph: MonConnection (src/mon/MonClient.h). */
export class MonConnection {
  readonly con: Connection;
  /** Of this connection alone, until it is the session's. */
  readonly auth: MonAuth;
  readonly #startedAt: number;

  /** `now`: by `Clock.now`. */
  constructor(con: Connection, auth: MonAuth, now: number) {
    this.con = con;
    this.auth = auth;
    this.#startedAt = now;
  }

  /** The first words: over msgr v1 it authenticates by messages (MAuth), over v2 while it connects. */
  start(monmapEpoch: number): void {
    if (this.con.peerAddr.type === ADDR_TYPE_MSGR2) {
      this.con.sendMessage(new MMonGetMap());
    } else {
      this.con.sendKeepalive();
      this.con.sendMessage(this.auth.start(monmapEpoch));
    }
  }

  /** When the monitor is known to have been there, by `Clock.now`. */
  get lastHeard(): number {
    return this.con.lastKeepaliveAck ?? this.#startedAt;
  }
}
