import type { CephContext } from '../../src/common/CephContext.ts';
import { FLAG_FAILED, FLAG_IMMEDIATE, type MOSDFailure } from '../../src/messages/MOSDFailure.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { addrvecToString } from '../../src/msg/msg_types.ts';
import { subtreeOf } from '../failure_domain.ts';
import { OSD_HEARTBEAT_GRACE } from '../heartbeat_options.ts';
import type { OSDMonitor } from './OSDMonitor.ts';

/** mon_osd_min_down_reporters. */
const MIN_DOWN_REPORTERS = 2;

/**
 * What OSDs report of OSDs that do not answer. One goes down when it has been missed for the grace, by
 * reporters on two hosts; or at once, when nobody listens at its address any more.
 * Ceph: OSDMonitor::preprocess_failure, prepare_failure, check_failure, force_failure. The grace is not
 * lengthened for OSDs that were slow before (mon_osd_adjust_heartbeat_grace).
 */
export class OsdFailures {
  readonly #cct: CephContext;
  readonly #osdMonitor: OSDMonitor;
  /** Who is missed → by whom → since when, in milliseconds of the clock. */
  readonly #reports = new Map<number, Map<number, number>>();

  constructor(cct: CephContext, osdMonitor: OSDMonitor) {
    this.#cct = cct;
    this.#osdMonitor = osdMonitor;
  }

  handle(con: Connection, failure: MOSDFailure): void {
    const { targetOsd, flags, failedFor } = failure;
    const from = failure.src?.num ?? -1;
    const why = this.#whyIgnored(con, from, failure);
    this.#log('OSDMonitor.prepareFailure', {
      message: String(failure),
      from,
      ...(why === undefined ? {} : { ignored: why }),
    });
    if (why !== undefined) return;
    if (!(flags & FLAG_FAILED)) this.#cancelReport(targetOsd, from);
    else if (flags & FLAG_IMMEDIATE) this.#markDown(targetOsd);
    else this.#addReport(targetOsd, from, this.#cct.clock.now() - failedFor * 1000);
  }

  /** Those that are down need no reports, and those of reporters that are down do not count. */
  onMap(): void {
    const { map } = this.#osdMonitor;
    for (const [target, reports] of this.#reports) {
      for (const reporter of reports.keys()) if (map.isDown(reporter)) reports.delete(reporter);
      if (map.isDown(target) || reports.size === 0) this.#reports.delete(target);
    }
  }

  #whyIgnored(con: Connection, from: number, failure: MOSDFailure): string | undefined {
    const { map } = this.#osdMonitor;
    const { targetOsd, targetAddrs, fsid, epoch } = failure;
    if (fsid !== map.fsid) return 'another cluster';
    const isFromUp = map.isUp(from) && map.getAddrs(from).some((addr) => addr.equals(con.peerAddr));
    if (!isFromUp) return 'the reporter is not up';
    const isSameLife = addrvecToString(map.getAddrs(targetOsd)) === addrvecToString(targetAddrs);
    if (map.isDown(targetOsd) || !isSameLife) return 'the target is down, or another one';
    const upFrom = map.data.osdInfo.at(targetOsd)?.upFrom ?? 0;
    if (upFrom > epoch) return 'from before the target came up';
    return this.#osdMonitor.canMarkDown(targetOsd) ? undefined : 'too few would be up';
  }

  #addReport(target: number, from: number, since: number): void {
    const reports = this.#reports.get(target) ?? new Map<number, number>();
    this.#reports.set(target, reports.set(from, since));
    this.#check(target);
  }

  /** Ceph: OSDMonitor::check_failure. */
  #check(target: number): void {
    const { map } = this.#osdMonitor;
    const reports = this.#reports.get(target);
    if (reports === undefined || !this.#osdMonitor.canMarkDown(target)) return;
    const hosts = new Set([...reports.keys()].map((osd) => subtreeOf(map, osd)));
    if (hosts.size < MIN_DOWN_REPORTERS) return;
    const { clock } = this.#cct;
    const left = Math.max(...reports.values()) + OSD_HEARTBEAT_GRACE * 1000 - clock.now();
    if (left <= 0) this.#markDown(target);
    else clock.addEventAfter(left, () => this.#check(target)).unref();
  }

  #cancelReport(target: number, from: number): void {
    const reports = this.#reports.get(target);
    reports?.delete(from);
    if (reports?.size === 0) this.#reports.delete(target);
  }

  #markDown(target: number): void {
    this.#log('OSDMonitor.markDown', { osd: target });
    this.#osdMonitor.markDown(target, () => undefined);
  }

  #log(fn: string, facts: Record<string, string | number>): void {
    this.#cct.log?.({ who: 'mon.a', fn, facts });
  }
}
