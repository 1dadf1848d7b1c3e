import type { XioMsg } from '../../common/XioMsg.ts';
import { AsyncConnection } from '../async/AsyncConnection.ts';
import type { Protocol } from '../async/Protocol.ts';
import { type XioHost, XioProtocol } from './XioProtocol.ts';

/** A peer that shares memory with us. Ceph: src/msg/xio/XioConnection.h. */
export class XioConnection extends AsyncConnection implements XioHost {
  protected override makeProtocol(state: 'CONNECTING' | 'ACCEPTING'): Protocol {
    const { messenger } = this;
    return new XioProtocol(messenger, this, state, messenger.getPolicy(this.peerType));
  }

  sendMsg(msg: XioMsg): void {
    this.idle?.touch();
    this.socket?.sendMsg(msg);
  }

  override onMsg(msg: XioMsg): void {
    this.reads += 1;
    if (this.injectFailure('read')) return;
    this.idle?.touch();
    if (this.protocol instanceof XioProtocol) this.protocol.onMsg(msg);
  }
}
