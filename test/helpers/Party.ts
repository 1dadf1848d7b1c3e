import { cephEntityTypeName } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import type { Throttle } from '../../src/common/Throttle.ts';
import { AsyncMessenger } from '../../src/msg/async/AsyncMessenger.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { entity_addr_t } from '../../src/msg/msg_types.ts';
import type { Policy } from '../../src/msg/Policy.ts';
import { SimpleMessenger } from '../../src/msg/simple/SimpleMessenger.ts';
import type { MessengerKind } from './messenger_kinds.ts';
import type { MessengerWorld } from './messenger_worlds.ts';
import { Recorder, testFactory } from './messengers.ts';
import { SecretAuth } from './SecretAuth.ts';

export interface PartyOptions {
  readonly type: number;
  readonly num: number;
  readonly policy: Policy;
  readonly nonce?: number;
  readonly conf?: Partial<Options>;
}

/** A messenger of any kind, with one policy for everybody and a recorder behind it. */
export class Party {
  readonly messenger: Messenger;
  readonly got: Recorder = new Recorder();
  readonly type: number;
  readonly name: string;
  readonly #world: MessengerWorld;
  readonly #kind: MessengerKind;

  constructor(
    world: MessengerWorld,
    kind: MessengerKind,
    { type, num, policy, nonce = num + 1, conf }: PartyOptions,
  ) {
    this.name = `${cephEntityTypeName(type)}.${num}`;
    const cct = world.context(this.name, conf);
    this.#world = world;
    this.type = type;
    this.#kind = kind;
    this.messenger = Messenger.create(cct, kind.ms_type, {
      name: { type, num },
      lname: 'test',
      nonce,
      messageFactory: testFactory,
    });
    if (kind.isSecure) {
      const auth = new SecretAuth(cct.random);
      this.messenger.authClient = auth;
      this.messenger.authServer = auth;
    }
    this.messenger.setDefaultPolicy(policy);
    this.messenger.start();
    this.messenger.addDispatcherTail(this.got);
  }

  /** Opens its port. */
  bind(): Promise<void> {
    const { addrType } = this.#kind;
    const { ip, port } = this.#world.addressOf(this.name);
    return new Promise((resolve, reject) => {
      const addr = new entity_addr_t(addrType, ip, port, this.messenger.nonce);
      this.messenger.bind([addr], (error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  get addr(): entity_addr_t {
    const addr = this.messenger.pickAddr(this.messenger.myAddrs);
    if (addr === undefined) throw new Error('not bound');
    return addr;
  }

  get dispatchThrottler(): Throttle {
    const { messenger } = this;
    const hasOne = messenger instanceof SimpleMessenger || messenger instanceof AsyncMessenger;
    if (!hasOne) throw new Error('no dispatch queue');
    return messenger.dispatchQueue.dispatchThrottler;
  }

  dial(to: Party): Connection {
    return this.messenger.getConnection(to.type, to.addr);
  }
}
