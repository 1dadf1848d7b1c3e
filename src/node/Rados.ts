import { AuthRegistry } from '../auth/AuthRegistry.ts';
import { CEPH_AUTH_CEPHX } from '../auth/auth_methods.ts';
import { CryptoKey } from '../auth/CryptoKey.ts';
import type { CephContext } from '../common/CephContext.ts';
import { Config } from '../common/config.ts';
import { CEPH_ENTITY_TYPE_CLIENT, type EntityName } from '../common/entity_name.ts';
import { EINVAL } from '../common/errno.ts';
import { DecodeError } from '../common/errors.ts';
import { OPTION_DEFAULTS, type Options } from '../common/options.ts';
import type { CallOptions } from '../librados/CallOptions.ts';
import { RadosClient } from '../librados/RadosClient.ts';
import { radosError } from '../librados/RadosError.ts';
import type { InitialMon } from '../mon/mon_host.ts';
import { AdminCommands } from './admin_socket/AdminCommands.ts';
import { AdminSocket } from './admin_socket/AdminSocket.ts';
import { clientCommands } from './admin_socket/client_commands.ts';
import { type CephConfOptions, selfOf } from './ceph_conf.ts';
import { configure } from './configure.ts';
import { type ContextOverrides, nodeContext } from './context.ts';
import { KeyringError, readKey } from './keyring_file.ts';

export interface RadosOptions {
  /** Where the monitors are, as in ceph.conf: `10.0.0.1`, `v2:10.0.0.1:3300`; several separated by commas. */
  readonly monHost: string | readonly InitialMon[];
  /** Who we are; default `client.admin`. */
  readonly name?: string;
  /** Our key, in base64, as it stands in a keyring; with it we authenticate by cephx. */
  readonly key?: string;
  /** The file that has it, among others: `/etc/ceph/ceph.client.admin.keyring`. */
  readonly keyring?: string;
  /** Options under Ceph's names. */
  readonly conf?: Partial<Options>;
  readonly log?: ContextOverrides['log'];
}

/** Nothing at all is `ceph.conf`, of `/etc/ceph` or wherever CEPH_CONF has it, for client.admin. */
export interface ConnectOptions extends Partial<RadosOptions>, CephConfOptions {
  readonly name?: string;
}

/** A cluster, over TCP. */
export class Rados extends RadosClient {
  readonly #adminSocket: AdminSocket | undefined;

  /** Throws InvalidArgumentError for options that make no sense, and for a keyring that cannot be read. */
  constructor({ monHost, name = 'client.admin', key, keyring, conf = {}, log }: RadosOptions) {
    const entity = parseName(name);
    const proof = wantsKey(conf) ? findKey(entity, key, keyring) : {};
    const cct = nodeContext({ conf, log });
    super(cct, { name: entity, ...proof, monHost });
    const path = adminSocketPath(cct.conf.admin_socket, entity);
    if (path !== '') this.#adminSocket = this.#makeAdminSocket(path, name, cct);
  }

  override async connect(options: CallOptions = {}): Promise<this> {
    this.#adminSocket?.open();
    try {
      return await super.connect(options);
    } catch (error) {
      this.#adminSocket?.close();
      throw error;
    }
  }

  override shutdown(): Promise<void> {
    this.#adminSocket?.close();
    return super.shutdown();
  }

  /** Without one, all else works. */
  #makeAdminSocket(path: string, name: string, { conf, log }: CephContext): AdminSocket {
    const commands = clientCommands({
      name,
      conf,
      perfDump: () => this.perfDump(),
      objecterRequests: () => this.objecterRequests(),
    });
    return new AdminSocket(path, new AdminCommands(commands), (error) => {
      log?.({ who: name, fn: 'AdminSocket.open', facts: { path, failed: error.message } });
    });
  }

  /**
   * A connected client: `await using cluster = await Rados.connect()`. Without a `monHost`, and with
   * a `confFile`, a `cluster` or `args`, the configuration is read as Ceph's clients read theirs;
   * what is said here counts before it. Rejects with InvalidArgumentError where that makes no sense.
   */
  static async connect(options: ConnectOptions & CallOptions = {}): Promise<Rados> {
    const { signal, timeout, log } = options;
    const configured = await configure(options, { signal, timeout });
    return new Rados({ ...configured, log }).connect({ signal, timeout });
  }
}

function parseName(name: string): EntityName {
  const [type, id] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
  if (type !== 'client' || id === '') {
    throw radosError(EINVAL, {
      syscall: 'connect',
      reason: `'${name}' is no name like client.admin`,
    });
  }
  return { type: CEPH_ENTITY_TYPE_CLIENT, id };
}

/** Ceph: admin_socket, with its variables. */
function adminSocketPath(text: string, { id }: EntityName): string {
  const self = selfOf(`client.${id}`, 'ceph', process.env);
  return new Config(self, []).expand(text);
}

/** Where cephx is not to be spoken, no keyring is read. */
function wantsKey(conf: Partial<Options>): boolean {
  return new AuthRegistry({ ...OPTION_DEFAULTS, ...conf }, true).method === CEPH_AUTH_CEPHX;
}

/** `key` counts before `keyring`, in which others may stand without us. */
function findKey(
  name: EntityName,
  key: string | undefined,
  keyring: string | undefined,
): { key?: CryptoKey; noKey?: string } {
  try {
    if (key !== undefined) return { key: CryptoKey.parse(key) };
    if (keyring === undefined) return {};
    const found = readKey(keyring, name);
    return found === undefined ? { noKey: `none in ${keyring}` } : { key: found };
  } catch (error) {
    if (!(error instanceof KeyringError || error instanceof DecodeError)) throw error;
    throw radosError(EINVAL, { syscall: 'connect', reason: error.message, cause: error });
  }
}
