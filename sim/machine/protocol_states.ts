/** What a client can be in the midst of, as far as it shows from outside; several at once. */
export const PROTOCOL_STATES = [
  'connecting',
  'idle',
  'handshake',
  'in flight',
  'behind',
  'paused',
  'backoff',
] as const;

export type ProtocolState = (typeof PROTOCOL_STATES)[number];

export interface Observed {
  /** Of its newest map; 0: none. */
  readonly epoch: number;
  readonly newestEpoch: number;
  readonly inFlight: number;
  readonly isPaused: boolean;
  readonly connections: readonly { readonly messages: number; readonly isBlocked: boolean }[];
}

export function statesOf(observed: Observed): ProtocolState[] {
  const { epoch, newestEpoch, inFlight, isPaused, connections } = observed;
  const is: Record<ProtocolState, boolean> = {
    connecting: epoch === 0,
    idle: epoch > 0 && inFlight === 0,
    handshake: connections.some(({ messages }) => messages === 0),
    'in flight': inFlight > 0,
    behind: epoch > 0 && epoch < newestEpoch,
    paused: isPaused,
    backoff: connections.some(({ isBlocked }) => isBlocked),
  };
  return PROTOCOL_STATES.filter((state) => is[state]);
}
