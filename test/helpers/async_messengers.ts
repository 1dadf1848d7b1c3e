import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import { AsyncMessenger } from '../../src/msg/async/AsyncMessenger.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { ADDR_TYPE_MSGR2, entity_addr_t, type entity_addrvec_t } from '../../src/msg/msg_types.ts';
import { lossyClient, type Policy, statelessServer } from '../../src/msg/Policy.ts';
import { MemoryNet } from './MemoryNet.ts';
import { Recorder, testFactory } from './messengers.ts';

export const V2_ADDR: entity_addr_t = new entity_addr_t(ADDR_TYPE_MSGR2, '127.0.0.1', 6802, 77);

export interface AsyncSide {
  readonly messenger: AsyncMessenger;
  readonly got: Recorder;
}

export interface SideOptions {
  readonly conf?: Partial<Options>;
  readonly policy?: Policy;
  readonly addrs?: entity_addrvec_t;
  readonly nonce?: number;
}

/** An `osd.0` that listens at `addrs`, by default {@link V2_ADDR}. */
export function startAsyncServer(net: MemoryNet, options: SideOptions = {}): AsyncSide {
  const { conf, policy = statelessServer(), addrs = [V2_ADDR], nonce = V2_ADDR.nonce } = options;
  const messenger = new AsyncMessenger(net.context(conf), {
    name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
    lname: 'ms_public',
    nonce,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(policy);
  messenger.bind(addrs, () => {});
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  net.run();
  return { messenger, got };
}

export function startAsyncClient(net: MemoryNet, options: SideOptions = {}): AsyncSide {
  const { conf, policy = lossyClient(), nonce = 4711 } = options;
  const messenger = new AsyncMessenger(net.context(conf), {
    name: { type: CEPH_ENTITY_TYPE_CLIENT, num: 4123 },
    lname: 'client',
    nonce,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(policy);
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  return { messenger, got };
}

export interface AsyncPair {
  readonly net: MemoryNet;
  readonly server: AsyncSide;
  readonly client: AsyncSide;
  /** The client's. */
  readonly con: Connection;
}

/** A client with a connection to a server, not yet open. */
export function startAsyncPair(
  conf: Partial<Options> = {},
  server?: Policy,
  client?: Policy,
): AsyncPair {
  const net = new MemoryNet();
  const serverSide = startAsyncServer(net, { conf, ...(server && { policy: server }) });
  const clientSide = startAsyncClient(net, { conf, ...(client && { policy: client }) });
  const con = clientSide.messenger.getConnection(CEPH_ENTITY_TYPE_OSD, V2_ADDR);
  return { net, server: serverSide, client: clientSide, con };
}
