import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rados } from '../../src/index.ts';
import type { CephCluster } from './harness.ts';

const OSDS = 4;
const MONS = ['a', 'b', 'c'];
const PG_NUM_MAX = 16;
const HEAL_TIMEOUT_MS = 90_000;

/** Does to a real cluster what happens to clusters. Ceph: qa/tasks/ceph_manager.py, OSDThrasher. */
export class Thrasher {
  readonly #ceph: CephCluster;
  readonly #rados: Rados;
  readonly #pool: string;
  readonly #done = new Map<string, number>();
  #pgNum = 8;
  #dead: number | undefined;
  #frozen: string | undefined;

  constructor(ceph: CephCluster, rados: Rados, pool: string) {
    this.#ceph = ceph;
    this.#rados = rados;
    this.#pool = pool;
  }

  async run(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    const isOver = (): boolean => performance.now() > until;
    await Promise.all([
      this.#thrashOsds(isOver),
      this.#thrashMons(isOver),
      this.#thrashMap(isOver),
    ]);
  }

  /** One OSD after the other dies, and comes back. */
  async #thrashOsds(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#step('kill', () => this.#kill());
      await sleep(1500);
      await this.#step('revive', () => this.#revive());
      await this.#allUp(performance.now() + 8000);
      await sleep(500);
    }
  }

  async #thrashMons(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await sleep(2000);
      await this.#step('freeze', () => this.#freezeMon());
      await sleep(6000);
      await this.#step('thaw', () => this.#thaw());
      await sleep(4000);
    }
  }

  async #thrashMap(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#step('affinity', () => this.#changeAffinity());
      await this.#step('upmap', () => this.#upmap());
      await this.#step('pg_num', () => this.#growPgNum());
      await sleep(1000);
    }
  }

  /** Brings everything back, and waits until it is. */
  async heal(): Promise<void> {
    await this.#thaw();
    await this.#revive();
    await this.#allUp(performance.now() + HEAL_TIMEOUT_MS);
  }

  summary(): string {
    return [...this.#done].map(([what, count]) => `${what} ${count}`).join(', ');
  }

  async #step(what: string, step: () => Promise<boolean>): Promise<void> {
    try {
      if (await step()) this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
    } catch {
      // A command that could not be done while a monitor is frozen is not what is tested.
    }
  }

  async #kill(): Promise<boolean> {
    if (this.#dead !== undefined) return false;
    const osd = randomInt(OSDS);
    await this.#ceph.killOsd(osd);
    this.#dead = osd;
    return true;
  }

  async #revive(): Promise<boolean> {
    if (this.#dead === undefined) return false;
    this.#ceph.reviveOsd(this.#dead);
    this.#dead = undefined;
    return true;
  }

  async #freezeMon(): Promise<boolean> {
    if (this.#frozen !== undefined) return false;
    this.#frozen = MONS[randomInt(MONS.length)];
    this.#ceph.signal(`mon.${this.#frozen}`, 'SIGSTOP');
    return true;
  }

  async #thaw(): Promise<boolean> {
    if (this.#frozen === undefined) return false;
    this.#ceph.signal(`mon.${this.#frozen}`, 'SIGCONT');
    this.#frozen = undefined;
    return true;
  }

  async #changeAffinity(): Promise<boolean> {
    const osd = randomInt(OSDS);
    return this.#command({
      prefix: 'osd primary-affinity',
      id: osd,
      weight: randomInt(5) / 4,
    });
  }

  /** What the manager says when pg_num is to grow: there is none here. */
  async #growPgNum(): Promise<boolean> {
    if (this.#pgNum >= PG_NUM_MAX) return false;
    const val = String(this.#pgNum + 2);
    const set = { prefix: 'osd pool set', pool: this.#pool, val };
    await this.#command({ ...set, var: 'pg_num' });
    await this.#command({ ...set, var: 'pg_num_actual' });
    this.#pgNum += 2;
    return this.#command({ ...set, var: 'pgp_num_actual' });
  }

  /** Moves one OSD of one PG to the OSD that is not in it. */
  async #upmap(): Promise<boolean> {
    const { pools, osds } = JSON.parse(await this.#ask({ prefix: 'osd dump', format: 'json' }));
    const pool = pools.find((p: { pool_name: string }) => p.pool_name === this.#pool);
    const pgid = `${pool.pool}.${randomInt(8).toString(16)}`;
    const { up } = JSON.parse(await this.#ask({ prefix: 'pg map', pgid, format: 'json' }));
    const other = osds.find((o: { osd: number; up: number }) => o.up && !up.includes(o.osd));
    if (other === undefined) return false;
    const from = up[randomInt(up.length)];
    return this.#command({ prefix: 'osd pg-upmap-items', pgid, id: [from, other.osd] });
  }

  async #allUp(until: number): Promise<void> {
    while (performance.now() < until) {
      const stat = await this.#ask({ prefix: 'osd stat', format: 'json' }).catch(() => '{}');
      if (JSON.parse(stat).num_up_osds === OSDS) return;
      await sleep(300);
    }
  }

  async #command(cmd: Record<string, unknown>): Promise<boolean> {
    const { status, message } = await this.#rados.monCommand(cmd, undefined, { timeout: 10_000 });
    if (status < 0) throw new Error(`${cmd['prefix']}: ${message}`);
    return true;
  }

  async #ask(cmd: Record<string, unknown>): Promise<string> {
    const { output } = await this.#rados.monCommand(cmd, undefined, { timeout: 10_000 });
    return new TextDecoder().decode(output);
  }
}
