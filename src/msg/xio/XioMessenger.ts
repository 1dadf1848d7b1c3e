import type { CephContext } from '../../common/CephContext.ts';
import { AsyncMessenger } from '../async/AsyncMessenger.ts';
import { ADDR_TYPE_LEGACY, type entity_addr_t, type entity_addrvec_t } from '../msg_types.ts';
import type { MessengerOptions } from '../SimplePolicyMessenger.ts';
import { XioConnection } from './XioConnection.ts';

/**
 * Messages are handed over within a process, and through shared memory between its threads: the
 * fastest way for a cluster that is embedded in a program. Ceph: src/msg/xio/XioMessenger.h, where
 * it is RDMA. What connections are, and what becomes of them, is AsyncMessenger's.
 *
 * The bytes of a message's data are given up by whoever sends it, and are what the receiver gets.
 */
export class XioMessenger extends AsyncMessenger {
  /** Throws RangeError where peers share no memory. */
  constructor(cct: CephContext, options: MessengerOptions) {
    super(cct, options);
    if (cct.stack.handsOver) return;
    throw new RangeError("ms_type 'xio' is for peers that share memory, not for a network");
  }

  override pickAddr(addrs: entity_addrvec_t): entity_addr_t | undefined {
    return addrs.find((addr) => addr.type === ADDR_TYPE_LEGACY && addr.canBeDialled());
  }

  protected override newConnection(): XioConnection {
    return new XioConnection(this, this.dispatchQueue.getId());
  }
}
