import type { Host } from '../../../sim/machine/run_plan.ts';
import { makeAlloc } from '../../node/context.ts';

/** Runs simulations in this thread. */
export function nodeHost(): Host {
  return {
    schedule: (resume) => void setImmediate(resume),
    alloc: makeAlloc(),
    onUnhandled: (crash) => {
      process.on('unhandledRejection', crash);
      process.on('uncaughtException', crash);
      return () => {
        process.off('unhandledRejection', crash);
        process.off('uncaughtException', crash);
      };
    },
  };
}
