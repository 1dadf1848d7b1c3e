/** What must hold of every run, and what kind of failure it is if it does not. */
export const INVARIANTS = {
  crash: 'nothing throws that nobody expects',
  I1: 'a call settles once: with a value, or an error that it may have',
  I2: 'what is read is a version that was written before, or while, it was read',
  I3: 'no read is older than what was acknowledged before it was asked',
  I4: 'a read that is asked after another one was answered is not older',
  I5: 'all steps of a read see one version, and its number is that version',
  I6: 'the budget is kept, and is given back',
  I7: 'ops go to OSDs that are up, at the address of the map that they name',
  I8: 'when all is well again, what is pending ends within 60 s',
  I9: 'ops go where the oracle says, by the map that they name',
  I10: 'at one epoch an object is in one PG',
  I11: 'attempts of an op go up one by one, and all but the first say RETRY',
  I12: 'replies that are not of the last attempt change nothing',
  I13: 'an op is sent again for a reason only',
  I14: 'messages of a connection are numbered from 1, and ops leave in the order of their tids',
  I15: 'what a backoff covers is not sent, and each is acked once',
  I16: 'reads do not leave while the map says pauserd',
  I17: 'epochs do not go back, and no op names a map that its sender does not have',
  I19: 'a list has each object that is there all the time once, and none that never was there',
  I20: 'one connection with an OSD, and no more with monitors than are hunted at once',
  I21: 'in the end there is no connection, timer or call left',
  I24: 'an aborted call rejects with the reason of its signal, and listens to it no more',
  I25: 'counters add up',
  I29: 'the same seed gives the same run',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export type FailureKind = 'crash' | 'liveness' | 'safety';

export interface Violation {
  readonly invariant: Invariant;
  /** Milliseconds of the simulation. */
  readonly at: number;
  readonly text: string;
}

export function kindOf(invariant: Invariant): FailureKind {
  if (invariant === 'crash') return 'crash';
  return invariant === 'I8' ? 'liveness' : 'safety';
}
