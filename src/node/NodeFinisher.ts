import type { Finisher } from '../common/Finisher.ts';
import { TickQueue } from './TickQueue.ts';

/** Completions run when the code that made them has returned. */
export class NodeFinisher implements Finisher {
  readonly #completions = new TickQueue();

  queue(complete: () => void): void {
    this.#completions.push(complete);
  }
}
