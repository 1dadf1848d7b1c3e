import type { AuthConnection } from '../auth/AuthClient.ts';
import { backoffMs } from '../common/backoff.ts';
import type { CephContext } from '../common/CephContext.ts';
import { CEPH_ENTITY_TYPE_MON } from '../common/entity_name.ts';
import type { Connection } from '../msg/Connection.ts';
import type { Messenger } from '../msg/Messenger.ts';
import type { MonAuth } from './MonAuth.ts';
import { MonConnection } from './MonConnection.ts';
import type { MonMap } from './MonMap.ts';
import { pickMons } from './pick_mons.ts';

/** A monitor does not let us in. `result`: a negative errno. */
export interface MonRefusal {
  readonly result: number;
  readonly why: string;
}

/**
 * The search for a monitor that lets us in: several are tried at once, and the first to do so is the one.
 * It keeps what it knows over searches: who was tried, how often it went wrong.
 * Ceph: _start_hunting, _add_conns, _finish_hunting, _un_backoff of MonClient.
 */
export class MonHunt {
  readonly #cct: CephContext;
  readonly #messenger: Messenger;
  readonly #pending = new Map<Connection, MonConnection>();
  /** Addresses that need not be tried before the others have been. */
  readonly #tried = new Set<string>();
  /** Address → how the last try there went wrong, since a session was last open. */
  readonly #failed = new Map<string, string>();
  #refusal: MonRefusal | undefined;
  /** There are no monitors that are yet to be tried. */
  #isLast = false;
  #hadSession = false;
  #multiple: number;
  /** Searches without success in a row. */
  #failures = 0;

  constructor(cct: CephContext, messenger: Messenger) {
    this.#cct = cct;
    this.#messenger = messenger;
    this.#multiple = cct.conf.mon_client_hunt_interval_min_multiple;
  }

  /** Tries the next few. False: there is nobody whom this messenger can dial. */
  start(monmap: MonMap, newAuth: () => MonAuth): boolean {
    this.clear();
    this.#backOff();
    const { conf, random, clock } = this.#cct;
    const mons = monmap.mons.flatMap((mon) => {
      const addr = this.#messenger.pickAddr(mon.addrs);
      return addr === undefined ? [] : [{ ...mon, addr }];
    });
    if (mons.every(({ addr }) => this.#tried.has(String(addr)))) {
      this.#tried.clear();
      this.#refusal = undefined;
    }
    for (const { addr } of pickMons(mons, this.#tried, conf.mon_client_hunt_parallel, random)) {
      this.#tried.add(String(addr));
      if (!this.#failed.has(String(addr))) this.#failed.set(String(addr), 'no answer');
      const con = this.#messenger.getConnection(CEPH_ENTITY_TYPE_MON, addr);
      this.#pending.set(con, new MonConnection(con, newAuth(), clock.now()));
    }
    this.#isLast = mons.every(({ addr }) => this.#tried.has(String(addr)));
    for (const mon of [...this.#pending.values()]) mon.start(monmap.epoch);
    return mons.length > 0;
  }

  /** Who is being tried. */
  get addrs(): string[] {
    return [...this.#pending.keys()].map(({ peerAddr }) => String(peerAddr));
  }

  get isOn(): boolean {
    return this.#pending.size > 0;
  }

  /** Undefined: it is not being tried. */
  find(con: AuthConnection): MonConnection | undefined {
    for (const mon of this.#pending.values()) if (mon.con === con) return mon;
    return undefined;
  }

  /** It is out; the others are still being tried. */
  drop(con: Connection, why: string, result = 0): void {
    if (!this.#pending.delete(con)) return;
    this.note(con, why);
    if (result < 0) this.#refusal = { result, why: `${con.peerAddr}: ${why}` };
    con.markDown();
  }

  /** How it went wrong, for {@link describeTried}. */
  note(con: Connection, why: string): void {
    this.#failed.set(String(con.peerAddr), why);
  }

  /** Those who are still being tried have had their time. */
  timedOut(): void {
    for (const con of this.#pending.keys()) this.note(con, 'no answer');
  }

  /** Who said no, if anybody did and there is nobody else to ask. */
  get refusal(): MonRefusal | undefined {
    return this.#isLast ? this.#refusal : undefined;
  }

  /** It is the one. */
  finish(found: MonConnection): void {
    this.#pending.delete(found.con);
    this.clear();
  }

  clear(): void {
    for (const con of [...this.#pending.keys()]) con.markDown();
    this.#pending.clear();
  }

  /** There are other monitors than before. */
  forgetTried(): void {
    this.#tried.clear();
    this.#refusal = undefined;
  }

  /** A session is open. */
  opened(): void {
    this.#failed.clear();
    this.#hadSession = true;
    this.#unBackOff();
  }

  /** A session has held for a while. */
  held(): void {
    this.#failures = 0;
    this.#unBackOff();
  }

  /** Milliseconds until others are tried. */
  intervalMs(): number {
    return this.#cct.conf.mon_client_hunt_interval * this.#multiple * 1000;
  }

  /** Milliseconds to wait after one more failure. */
  delayMs(): number {
    this.#failures += 1;
    return backoffMs(this.#cct, this.#failures);
  }

  describeTried(): string {
    const tried = [...this.#failed].map(([addr, why]) => `${addr} (${why})`);
    return tried.length === 0 ? 'no monitor' : tried.join(', ');
  }

  /** Who never had a session goes on as it began. */
  #backOff(): void {
    const { conf } = this.#cct;
    if (!this.#hadSession) return;
    this.#multiple = Math.min(
      this.#multiple * conf.mon_client_hunt_interval_backoff,
      conf.mon_client_hunt_interval_max_multiple,
    );
  }

  #unBackOff(): void {
    const { conf } = this.#cct;
    this.#multiple = Math.max(
      conf.mon_client_hunt_interval_min_multiple,
      this.#multiple / conf.mon_client_hunt_interval_backoff,
    );
  }
}
