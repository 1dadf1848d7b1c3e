import { EVERSION_ZERO, type eversion_t } from '../../../src/osd/osd_types.ts';

/** Writes that a PG remembers at most: osd_pg_log_dups_tracked. */
const DUPS_MAX = 3000;

/** What a write was answered. */
export interface DoneWrite {
  readonly version: eversion_t;
  readonly userVersion: number;
  readonly result: number;
  /** With RETURNVEC: what each step gave. */
  readonly outdata?: readonly Uint8Array[];
  readonly rvals?: readonly number[];
}

/** What a PG knows of its writes: their versions, and which it has done already. Ceph: pg_info_t, PGLog. */
export class PgLog {
  lastUpdate: eversion_t = EVERSION_ZERO;
  lastUserVersion = 0;
  readonly #done = new Map<string, DoneWrite>();

  find(reqid: string): DoneWrite | undefined {
    return this.#done.get(reqid);
  }

  /** Of a write that is about to be made. */
  next(epoch: number): eversion_t {
    return { epoch, version: this.lastUpdate.version + 1 };
  }

  /** A write, or the refusal of one. */
  add(reqid: string, done: DoneWrite): void {
    this.noteVersion(done.version, done.userVersion);
    this.#done.set(reqid, done);
    for (const oldest of this.#done.keys()) {
      if (this.#done.size <= DUPS_MAX) break;
      this.#done.delete(oldest);
    }
  }

  noteVersion(version: eversion_t, userVersion: number): void {
    if (version.version > this.lastUpdate.version) this.lastUpdate = version;
    this.lastUserVersion = Math.max(this.lastUserVersion, userVersion);
  }
}
