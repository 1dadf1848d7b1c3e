import type { AuthClient } from '../auth/AuthClient.ts';
import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_MON } from '../common/entity_name.ts';
import { EACCES, ENXIO } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { MAuthReply } from '../messages/MAuthReply.ts';
import { MCommand } from '../messages/MCommand.ts';
import { MCommandReply } from '../messages/MCommandReply.ts';
import { decodeMessage } from '../messages/registry.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Dispatcher } from '../msg/Dispatcher.ts';
import type { Message } from '../msg/Message.ts';
import { Messenger } from '../msg/Messenger.ts';
import type { entity_addr_t } from '../msg/msg_types.ts';
import type { MonAuth } from './MonAuth.ts';
import { MonConnection } from './MonConnection.ts';

export interface MonTellInit {
  readonly addr: entity_addr_t;
  readonly newAuth: () => MonAuth;
  readonly fsid: string;
  readonly monmapEpoch: number;
  readonly cmd: readonly string[];
  readonly input: Uint8Array;
  /** `r`: 0 or a negative errno; `rs`: for people. */
  readonly done: (r: number, rs: string, output: Uint8Array) => void;
}

const NOTHING = new Uint8Array(0);

/**
 * One command to one monitor, whichever has our session: over a connection of its own, which is opened anew
 * a few times where it fails. Ceph: the commands of MonClient that `is_tell`.
 */
export class MonTell implements Dispatcher {
  readonly #cct: CephContext;
  readonly #init: MonTellInit;
  readonly #messenger: Messenger;
  #mon: MonConnection | undefined;
  #attempts = 0;
  #timer: Timer | undefined;

  constructor(cct: CephContext, init: MonTellInit) {
    this.#cct = cct;
    this.#init = init;
    this.#messenger = Messenger.create(cct, cct.conf.ms_type, {
      name: { type: CEPH_ENTITY_TYPE_CLIENT, num: -1 },
      lname: 'mon_tell',
      nonce: cct.random.uint32(),
      messageFactory: decodeMessage,
    });
  }

  start(): void {
    this.#messenger.authClient = this.#authClient();
    this.#messenger.addDispatcherHead(this);
    this.#messenger.start();
    this.#send();
  }

  shutdown(): void {
    this.#timer?.cancel();
    this.#messenger.shutdown();
  }

  msDispatch(con: Connection, message: Message): boolean {
    const mon = this.#mon;
    if (con !== mon?.con) return true;
    if (message instanceof MAuthReply) this.#handleAuthReply(mon, message);
    else if (message instanceof MCommandReply) {
      const [output = NOTHING] = message.data;
      this.#finish(message.r, message.rs, output);
    }
    return true;
  }

  msHandleReset(con: Connection): boolean {
    if (con === this.#mon?.con) this.#send();
    return true;
  }

  msHandleRefused(con: Connection): boolean {
    return this.msHandleReset(con);
  }

  #authClient(): AuthClient {
    const auth = (): MonAuth => {
      if (this.#mon !== undefined) return this.#mon.auth;
      throw new DecodeError('AUTH_REQUEST', 0, 'nobody is asked');
    };
    return {
      buildAuthorizer: () => undefined,
      getAuthRequest: (con) => auth().getAuthRequest(con),
      handleAuthReplyMore: (con, payload) => auth().handleAuthReplyMore(con, payload),
      handleAuthDone: (con, globalId, _mode, payload) => {
        const secrets = auth().handleAuthDone(con, globalId, payload);
        this.#sendCommand();
        return secrets;
      },
      handleAuthBadMethod: (_con, refused) => {
        const why = auth().describeRefusal(refused);
        this.#finish(refused.result < 0 ? refused.result : -EACCES, why, NOTHING);
        throw new DecodeError('AUTH_BAD_METHOD', 0, why);
      },
    };
  }

  #send(): void {
    this.#mon?.con.markDown();
    this.#mon = undefined;
    const { mon_client_directed_command_retry, mon_client_hunt_interval } = this.#cct.conf;
    this.#attempts += 1;
    if (this.#attempts > mon_client_directed_command_retry) {
      this.#finish(-ENXIO, `mon unavailable: ${this.#init.addr}`, NOTHING);
      return;
    }
    const { addr, newAuth, monmapEpoch } = this.#init;
    const con = this.#messenger.getConnection(CEPH_ENTITY_TYPE_MON, addr);
    this.#mon = new MonConnection(con, newAuth(), this.#cct.clock.now());
    this.#timer?.cancel();
    this.#timer = this.#cct.clock.addEventAfter(mon_client_hunt_interval * 1000, () =>
      this.#send(),
    );
    this.#mon.start(monmapEpoch);
  }

  #handleAuthReply(mon: MonConnection, reply: MAuthReply): void {
    const step = this.#stepOf(mon, reply);
    if (step === undefined) this.#send();
    else if (step.kind === 'ask') mon.con.sendMessage(step.request);
    else if (step.kind === 'done') this.#sendCommand();
    else this.#finish(step.result, step.why, NOTHING);
  }

  /** Undefined: it makes no sense. */
  #stepOf(mon: MonConnection, reply: MAuthReply) {
    try {
      return mon.auth.handleReply(reply);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return undefined;
    }
  }

  #sendCommand(): void {
    const { fsid, cmd, input } = this.#init;
    const message = new MCommand(fsid, cmd, input);
    message.tid = 1;
    this.#mon?.con.sendMessage(message);
  }

  #finish(r: number, rs: string, output: Uint8Array): void {
    this.shutdown();
    this.#init.done(r, rs, output);
  }
}
