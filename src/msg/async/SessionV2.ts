import { Session } from '../msgr1/Session.ts';

/**
 * A session of msgr v2, which is known by two cookies: that of whoever has first dialled, and that
 * of who has answered. 0: none yet.
 */
export class SessionV2 extends Session {
  clientCookie = 0n;
  serverCookie = 0n;
  /** Of our newest attempt to connect. */
  globalSeq = 0;

  override reset(outSeq: number): void {
    super.reset(outSeq);
    this.clientCookie = 0n;
    this.serverCookie = 0n;
    this.peerGlobalSeq = 0;
  }
}
