import type { Run } from './Run.ts';

/** Nothing is asked any more, and the clients are still there. */
export function checkRest(run: Run): void {
  if (run.pending > 0)
    run.report('I8', `${run.pending} calls are pending: ${run.describePending()}`);
  for (const client of run.present) {
    const { name } = client;
    const { ops, resends } = run.wire.countsOf(name);
    const counter = (what: string): number => client.counter(what);
    if (run.pending === 0 && counter('op_active') > 0) {
      run.report('I25', `${name}: op_active ${counter('op_active')} at rest`);
    }
    if (ops > counter('op_send')) {
      run.report('I25', `${name}: op_send ${counter('op_send')}, of which ${ops} came on the wire`);
    }
    if (resends > counter('op_resend')) {
      run.report('I25', `${name}: op_resend ${counter('op_resend')}, ${resends} on the wire`);
    }
    for (const { to, unacked } of run.wire.connectionsOf(name)) {
      if (unacked > 0) run.report('I15', `${name} has not acked ${unacked} backoffs of ${to}`);
    }
  }
  for (const { name, spent } of run.clients) {
    const listeners = spent.reduce((sum, signal) => sum + signal.listeners, 0);
    if (listeners > 0) run.report('I24', `${name} listens ${listeners} times to aborted signals`);
  }
}

/** After the end of all clients and of the cluster. */
export function checkEnd(run: Run): void {
  for (const { name, signal } of run.clients) {
    const open = run.wire.connectionsOf(name).length;
    if (open > 0) run.report('I21', `${name} has ${open} connections after its end`);
    if (signal.listeners > 0) run.report('I24', `${name} listens to its signal after its end`);
  }
  const timers = run.clock.pending;
  if (timers > 0) run.report('I21', `${timers} timers are left`);
}
