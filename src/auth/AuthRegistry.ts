import { CEPH_ENTITY_TYPE_MON } from '../common/entity_name.ts';
import type { Options } from '../common/options.ts';
import { CEPH_AUTH_CEPHX, CEPH_AUTH_NONE } from './auth_methods.ts';
import { CEPH_CON_MODE_CRC, CEPH_CON_MODE_SECURE } from './auth_modes.ts';

const METHODS = new Map([
  ['cephx', CEPH_AUTH_CEPHX],
  ['none', CEPH_AUTH_NONE],
]);

const MODES = new Map([
  ['crc', CEPH_CON_MODE_CRC],
  ['secure', CEPH_CON_MODE_SECURE],
]);

/** What a client offers its peers, by its options. Ceph: src/auth/AuthRegistry.cc. */
export class AuthRegistry {
  /** CEPH_AUTH_*; undefined: the options allow none that is possible. */
  readonly method: number | undefined;
  readonly #monModes: readonly number[];
  readonly #modes: readonly number[];

  /**
   * `haveKey`: without a key there is no cephx. With one there is nothing else, where cephx is on the list:
   * who can prove who we are is not to be talked out of it.
   */
  constructor(conf: Options, haveKey: boolean) {
    const listed = parseList(conf.auth_supported || conf.auth_client_required, METHODS);
    const best = haveKey && listed.includes(CEPH_AUTH_CEPHX) ? CEPH_AUTH_CEPHX : CEPH_AUTH_NONE;
    this.method = listed.includes(best) ? best : undefined;
    this.#monModes = parseList(conf.ms_mon_client_mode, MODES);
    this.#modes = parseList(conf.ms_client_mode, MODES);
  }

  /** CEPH_CON_MODE_*, the best first: nothing can be sealed where nobody proves anything. */
  getSupportedModes(peerType: number, method: number): readonly number[] {
    const modes = peerType === CEPH_ENTITY_TYPE_MON ? this.#monModes : this.#modes;
    return method === CEPH_AUTH_NONE ? modes.filter((mode) => mode === CEPH_CON_MODE_CRC) : modes;
  }
}

/** Names that are not known do not count. */
function parseList(text: string, known: ReadonlyMap<string, number>): number[] {
  return text.split(/[;,=\s]+/).flatMap((name) => known.get(name) ?? []);
}
