/** Something that is to run in the next turn. */
export interface Due {
  /** Kept by the portal: it is queued already. */
  isDue: boolean;
  run(): void;
}

/**
 * Where endpoints meet: what was handed over in one turn of the host's loop is delivered in the next
 * one, by one call for all, so that whoever is busy leaves room for timers and sockets.
 * Ceph: src/msg/xio/XioPortal.h, where it is a thread with a queue.
 */
export class XioPortal {
  readonly #schedule: (run: () => void) => void;
  readonly #entry = (): void => this.#runDue();
  #due: Due[] = [];

  /** `schedule` calls back once, in the next turn. */
  constructor(schedule: (run: () => void) => void) {
    this.#schedule = schedule;
  }

  submit(due: Due): void {
    if (due.isDue) return;
    due.isDue = true;
    if (this.#due.push(due) === 1) this.#schedule(this.#entry);
  }

  #runDue(): void {
    const all = this.#due;
    this.#due = [];
    for (const due of all) {
      due.isDue = false;
      due.run();
    }
  }
}
