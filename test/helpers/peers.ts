import type { Options } from '../../src/common/options.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../src/msg/msg_types.ts';
import type { Policy } from '../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../src/msg/simple/SimpleMessenger.ts';
import type { MemoryNet } from './MemoryNet.ts';
import { Recorder, testFactory } from './messengers.ts';

export interface PeerOptions {
  readonly type: number;
  readonly num: number;
  readonly policy: Policy;
  /** 0: it does not listen. */
  readonly port?: number;
  readonly nonce?: number;
  readonly conf?: Partial<Options>;
}

/** A messenger of the tests with one policy for everybody. */
export class Peer {
  readonly messenger: SimpleMessenger;
  readonly got: Recorder = new Recorder();
  readonly addr: entity_addr_t;
  readonly type: number;

  constructor(net: MemoryNet, options: PeerOptions) {
    const { type, num, policy, port = 0, nonce = num + 1, conf = {} } = options;
    this.type = type;
    this.addr = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', port, nonce);
    this.messenger = new SimpleMessenger(net.context(conf), {
      name: { type, num },
      lname: 'test',
      nonce,
      messageFactory: testFactory,
    });
    this.messenger.setDefaultPolicy(policy);
    if (port !== 0) this.messenger.bind([this.addr], () => undefined);
    this.messenger.start();
    this.messenger.addDispatcherTail(this.got);
  }

  dial(peer: Peer): Connection {
    return this.messenger.getConnection(peer.type, peer.addr);
  }

  /** What its throttle for dispatching holds. */
  get held(): number {
    return this.messenger.dispatchQueue.dispatchThrottler.current;
  }
}
