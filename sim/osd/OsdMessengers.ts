import type { AuthConnectionMeta } from '../../src/auth/AuthServer.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { losslessPeer, lossyClient, type Policy, statelessServer } from '../../src/msg/Policy.ts';
import { bindAddrs } from '../bind_addrs.ts';
import type { OsdAuth } from './OsdAuth.ts';

const ANY_PORTS = { v1: 0, v2: 0 };

/** Who gets what comes. */
export interface OsdDispatchers {
  /** Of clients, of the monitor, and of what OSDs say to each other about PGs and maps. */
  readonly osd: Dispatcher;
  /** Of pings. */
  readonly heartbeat: Dispatcher;
}

export interface OsdMessengersOptions {
  readonly cct: CephContext;
  readonly whoami: number;
  readonly ip: string;
  readonly auth: OsdAuth;
  readonly dispatchers: OsdDispatchers;
}

/**
 * The five messengers of an OSD, with the policies of main() in Ceph's src/ceph_osd.cc: one for clients and
 * the monitor, one between OSDs, whose sessions lose nothing, and three for pings, so that these wait
 * behind nothing else: one that asks, and one that answers on each of the two networks, front and back.
 */
export class OsdMessengers {
  readonly client: Messenger;
  #cluster: Messenger;
  #hbClient: Messenger;
  #hbFront: Messenger;
  #hbBack: Messenger;
  readonly #options: OsdMessengersOptions;

  constructor(options: OsdMessengersOptions) {
    this.#options = options;
    this.client = this.#create('client', statelessServer());
    this.client.setPolicy(CEPH_ENTITY_TYPE_MON, lossyClient());
    this.#cluster = this.#createCluster();
    this.#hbClient = this.#create('hbclient', lossyClient());
    this.#hbFront = this.#create('hb_front_server', statelessServer());
    this.#hbBack = this.#create('hb_back_server', statelessServer());
  }

  get cluster(): Messenger {
    return this.#cluster;
  }

  get hbClient(): Messenger {
    return this.#hbClient;
  }

  get hbFront(): Messenger {
    return this.#hbFront;
  }

  get hbBack(): Messenger {
    return this.#hbBack;
  }

  /** Binds those that listen, each to any free port, and starts all. */
  bind(done: (error?: Error) => void): void {
    this.#bindAll([this.client, this.#cluster, this.#hbBack, this.#hbFront], (error) => {
      if (error === undefined) {
        this.client.start();
        this.client.addDispatcherTail(this.#options.dispatchers.osd);
        this.#startPeers();
      }
      done(error);
    });
  }

  /**
   * All but the one for clients begin anew, on other ports, so that whoever has known this OSD as dead
   * never takes it for the same. Ceph: Messenger::rebind, in OSD::_committed_osd_maps.
   */
  rebind(done: (error?: Error) => void): void {
    this.#shutdownPeers();
    this.#cluster = this.#createCluster();
    this.#hbClient = this.#create('hbclient', lossyClient());
    this.#hbFront = this.#create('hb_front_server', statelessServer());
    this.#hbBack = this.#create('hb_back_server', statelessServer());
    this.#bindAll([this.#cluster, this.#hbBack, this.#hbFront], (error) => {
      if (error === undefined) this.#startPeers();
      done(error);
    });
  }

  shutdown(): void {
    this.client.shutdown();
    this.#shutdownPeers();
  }

  #startPeers(): void {
    const { osd, heartbeat } = this.#options.dispatchers;
    for (const messenger of this.#peers()) {
      messenger.start();
      messenger.addDispatcherTail(messenger === this.#cluster ? osd : heartbeat);
    }
  }

  #shutdownPeers(): void {
    for (const messenger of this.#peers()) messenger.shutdown();
  }

  #peers(): Messenger[] {
    return [this.#cluster, this.#hbClient, this.#hbFront, this.#hbBack];
  }

  #bindAll([first, ...others]: readonly Messenger[], done: (error?: Error) => void): void {
    if (first === undefined) {
      done();
      return;
    }
    const { cct, ip } = this.#options;
    first.bind(bindAddrs(cct.conf.ms_type, ip, ANY_PORTS), (error) => {
      if (error === undefined) this.#bindAll(others, done);
      else done(error);
    });
  }

  #createCluster(): Messenger {
    const messenger = this.#create('cluster', statelessServer());
    messenger.setPolicy(CEPH_ENTITY_TYPE_OSD, losslessPeer());
    return messenger;
  }

  #create(lname: string, policy: Policy): Messenger {
    const { cct, whoami, auth } = this.#options;
    const messenger = Messenger.create(cct, cct.conf.ms_type, {
      name: { type: CEPH_ENTITY_TYPE_OSD, num: whoami },
      lname,
      nonce: cct.random.uint32() >>> 1,
      messageFactory: decodeMessage,
    });
    messenger.setDefaultPolicy(policy);
    const isHeartbeat = lname.startsWith('hb');
    messenger.authClient = isHeartbeat ? HEARTBEAT_AUTH : auth;
    messenger.authServer = isHeartbeat ? HEARTBEAT_AUTH : auth.server;
    return messenger;
  }
}

/** Heartbeats are let in over msgr v1, too. Ceph: HeartbeatDispatcher::ms_handle_authentication. */
class HeartbeatAuth extends DummyAuth {
  override verifyAuthorizer(peerType: number): AuthConnectionMeta {
    return { entityName: { type: peerType, id: '' }, globalId: -1 };
  }
}

/** Whoever pings is answered. */
const HEARTBEAT_AUTH = new HeartbeatAuth();
