import type { CephContext } from '../common/CephContext.ts';
import type { Timer } from '../common/Clock.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../common/entity_name.ts';
import { ETIMEDOUT } from '../common/errno.ts';
import { decodeMessage } from '../messages/registry.ts';
import { Messenger } from '../msg/Messenger.ts';
import type { Identity } from './MonAuth.ts';
import { type AuthenticateDone, MonClient } from './MonClient.ts';
import type { MonMap } from './MonMap.ts';

/** How many sessions without options it takes to give up. */
const TRIES_MAX = 10;

/**
 * The session of a client's first moment: it learns who the monitors are and which options they have for it,
 * before it begins with these. Ceph: MonClient::get_monmap_and_config.
 */
export class MonBootstrap {
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #monc: MonClient;
  #tries = 0;
  #timer: Timer | undefined;

  constructor(cct: CephContext, identity: Identity, monmap: MonMap) {
    this.#cct = cct;
    this.#messenger = Messenger.create(cct, cct.conf.ms_type, {
      name: { type: CEPH_ENTITY_TYPE_CLIENT, num: -1 },
      lname: 'temp_mon_client',
      nonce: cct.random.uint32(),
      messageFactory: decodeMessage,
    });
    this.#monc = new MonClient(cct, this.#messenger, identity, monmap);
  }

  /** Once. `onConfig` comes before a `done` without an error. */
  start(onConfig: (config: ReadonlyMap<string, string>) => void, done: AuthenticateDone): void {
    let config: ReadonlyMap<string, string> | undefined;
    let hasSession = false;
    const check = (): void => {
      if (config === undefined || !hasSession) return;
      this.#timer?.cancel();
      this.#monc.onConfig = () => {};
      onConfig(config);
      done(0, '');
    };
    this.#monc.onConfig = (received) => {
      config ??= received;
      check();
    };
    this.#messenger.authClient = this.#monc;
    this.#messenger.addDispatcherHead(this.#monc);
    this.#messenger.start();
    this.#monc.authenticate((result, why) => {
      hasSession = result === 0;
      if (result < 0) done(result, why);
      else this.#waitForConfig(done);
      check();
    });
  }

  /** Of the session. */
  get monmap(): MonMap {
    return this.#monc.monmap;
  }

  describeTried(): string {
    return this.#monc.describeTried();
  }

  /** `stopped`: nothing of it is left. */
  shutdown(stopped: () => void): void {
    this.#timer?.cancel();
    this.#monc.shutdown();
    this.#messenger.shutdown();
    this.#messenger.wait(stopped);
  }

  #waitForConfig(done: AuthenticateDone): void {
    const { clock, conf } = this.#cct;
    this.#timer = clock.addEventAfter(conf.mon_client_hunt_interval * 1000, () => {
      this.#tries += 1;
      if (this.#tries === TRIES_MAX) {
        done(-ETIMEDOUT, `no monitor has sent options: ${this.describeTried()}`);
        return;
      }
      this.#monc.leave('no options');
      this.#waitForConfig(done);
    });
  }
}
