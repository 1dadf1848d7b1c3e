import type { Policy } from '../Policy.ts';

/** What decides about a session that we have with a peer who dials again. */
export interface ExistingV2 {
  readonly isConnecting: boolean;
  readonly policy: Policy;
  readonly clientCookie: bigint;
  readonly serverCookie: bigint;
  readonly connectSeq: number;
  readonly peerGlobalSeq: number;
}

/** What a peer says who dials. */
export interface IncomingIdent {
  readonly clientCookie: bigint;
  readonly globalSeq: number;
  /** Its address is below ours: of two who dial each other, the lower one wins. */
  readonly isPeerLower: boolean;
  /** The policy for such peers. */
  readonly policy: Policy;
}

/**
 * What becomes of the session that we have when its peer wants to begin one.
 *
 * stale: the attempt was overtaken by a newer one, drop it. replace: ours was lossy, it ends.
 * reset: the peer has lost it; all of ours is forgotten too, but it takes the connection. reuse: it
 * takes the connection and begins anew, keeping what it has to send. wait: we dial too, and win.
 */
export type IdentVerdict = 'stale' | 'replace' | 'reset' | 'reuse' | 'wait';

/** Ceph: ProtocolV2::handle_existing_connection. */
export function judgeIdent(existing: ExistingV2, incoming: IncomingIdent): IdentVerdict {
  const { clientCookie, serverCookie } = existing;
  if (existing.peerGlobalSeq > incoming.globalSeq) return 'stale';
  if (existing.policy.lossy) return 'replace';
  if (serverCookie !== 0n && clientCookie !== 0n && clientCookie !== incoming.clientCookie) {
    return incoming.policy.resetcheck ? 'reset' : 'reuse';
  }
  // The answer to the peer's last attempt was lost on its way.
  if (clientCookie === incoming.clientCookie) return 'reuse';
  if (!existing.isConnecting) return 'reuse';
  return incoming.isPeerLower || existing.policy.server ? 'reuse' : 'wait';
}

export interface IncomingReconnect {
  readonly clientCookie: bigint;
  readonly globalSeq: number;
  readonly connectSeq: number;
  readonly isPeerLower: boolean;
  readonly policy: Policy;
}

/**
 * What a peer is told that wants to go on with a session: `reset` and `resetFull` as in
 * SESSION_RESET, `retry` and `retryGlobal` with our numbers.
 */
export type ReconnectVerdict = 'reset' | 'resetFull' | 'retryGlobal' | 'retry' | 'wait' | 'ok';

/** Ceph: ProtocolV2::handle_reconnect. */
export function judgeReconnect(
  existing: ExistingV2 | undefined,
  incoming: IncomingReconnect,
): ReconnectVerdict {
  if (existing === undefined) return 'resetFull';
  if (existing.clientCookie !== incoming.clientCookie) {
    return incoming.policy.resetcheck ? 'resetFull' : 'reset';
  }
  // We have dialled, and never heard the SERVER_IDENT that gave the peer this session.
  if (existing.serverCookie === 0n) return 'reset';
  if (existing.peerGlobalSeq > incoming.globalSeq) return 'retryGlobal';
  if (existing.connectSeq > incoming.connectSeq) return 'retry';
  const isRace = existing.connectSeq === incoming.connectSeq;
  return isRace && !incoming.isPeerLower && !existing.policy.server ? 'wait' : 'ok';
}
