import type { CephContext } from '../../common/CephContext.ts';
import {
  CEPH_ENTITY_TYPE_AUTH,
  CEPH_ENTITY_TYPE_MDS,
  CEPH_ENTITY_TYPE_MGR,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
  cephEntityTypeName,
  type EntityName,
} from '../../common/entity_name.ts';
import { utimeFromMs } from '../../common/utime_t.ts';
import { CryptoKey } from '../CryptoKey.ts';
import { type EntityAuth, entityNameToString } from '../Keyring.ts';
import type { AuthTicket } from './AuthTicket.ts';
import { RotatingSecrets, type ServiceSecret } from './RotatingSecrets.ts';

const SERVICES = [
  CEPH_ENTITY_TYPE_AUTH,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
  CEPH_ENTITY_TYPE_MDS,
  CEPH_ENTITY_TYPE_MGR,
];

/** A ticket to be, and what of it the holder is told. Ceph: CephXSessionAuthInfo. */
export interface CephXSessionAuthInfo {
  readonly serviceId: number;
  readonly ticket: AuthTicket;
  readonly sessionKey: CryptoKey;
  readonly serviceSecret: ServiceSecret;
  readonly validityMs: number;
}

/** The keys of all entities, and the secrets of the services. Ceph: src/auth/cephx/CephxKeyServer.cc. */
export class KeyServer {
  readonly #cct: CephContext;
  readonly #entities = new Map<string, EntityAuth>();
  readonly #rotating: ReadonlyMap<number, RotatingSecrets>;

  constructor(cct: CephContext) {
    this.#cct = cct;
    this.#rotating = new Map(
      SERVICES.map((id) => [id, new RotatingSecrets(this.#ttlMs(id), () => this.generateSecret())]),
    );
  }

  /** Their names, in order. */
  get names(): string[] {
    return [...this.#entities.keys()].sort();
  }

  generateSecret(): CryptoKey {
    const { random, clock } = this.#cct;
    return CryptoKey.generate(random, utimeFromMs(clock.realNow()));
  }

  /** `name`: as `client.admin`. */
  addAuth(name: string, auth: EntityAuth): void {
    this.#entities.set(name, auth);
  }

  removeAuth(name: string): boolean {
    return this.#entities.delete(name);
  }

  getAuth(name: EntityName | string): EntityAuth | undefined {
    return this.#entities.get(typeof name === 'string' ? name : entityNameToString(name));
  }

  /** Undefined: it is no service, or the secret is too old. */
  getServiceSecret(serviceId: number, secretId: bigint): CryptoKey | undefined {
    const secrets = this.#rotating.get(serviceId);
    return secrets?.get(Number(secretId), this.#cct.clock.realNow());
  }

  /** Tickets of a service that have been given out are worth nothing from now on. */
  expireTickets(serviceId: number): void {
    this.#rotating.get(serviceId)?.expireAll();
  }

  /** A ticket for one service; undefined: there is no such service, or nobody of that name. */
  buildSessionAuthInfo(
    serviceId: number,
    name: EntityName,
    globalId: number,
  ): CephXSessionAuthInfo | undefined {
    const now = this.#cct.clock.realNow();
    const serviceSecret = this.#rotating.get(serviceId)?.current(now);
    const auth = this.getAuth(name);
    if (serviceSecret === undefined || auth === undefined) return undefined;
    const validityMs = this.#ttlMs(serviceId);
    return {
      serviceId,
      ticket: {
        name,
        globalId,
        created: utimeFromMs(now),
        expires: utimeFromMs(now + validityMs),
        caps: auth.caps.get(cephEntityTypeName(serviceId)) ?? '',
      },
      sessionKey: this.generateSecret(),
      serviceSecret,
      validityMs,
    };
  }

  #ttlMs(serviceId: number): number {
    const { conf } = this.#cct;
    const seconds =
      serviceId === CEPH_ENTITY_TYPE_AUTH ? conf.auth_mon_ticket_ttl : conf.auth_service_ticket_ttl;
    return seconds * 1000;
  }
}
