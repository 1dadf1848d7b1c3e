import {
  CEPH_MSGR_TAG_RESETSESSION,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  CEPH_MSGR_TAG_RETRY_SESSION,
  CEPH_MSGR_TAG_WAIT,
  type ceph_msg_connect,
} from '../msgr.ts';
import type { Policy } from '../Policy.ts';

/** What we have of the peer that connects. */
export interface ExistingSession {
  readonly policy: Policy;
  readonly connectSeq: number;
  readonly peerGlobalSeq: number;
  readonly hasOpened: boolean;
  /**
   * `connecting`: we dial it, or wait to dial again. `waiting`: it has told us to WAIT for it.
   * `settled`: open, in standby, or just accepted.
   */
  readonly phase: 'connecting' | 'waiting' | 'settled';
}

/** What becomes of an attempt to connect. */
export type AcceptDecision =
  /** A new session. */
  | { readonly action: 'open' }
  /** The existing connection is lossy: it fails, and a new session begins. */
  | { readonly action: 'fail existing' }
  /** The session goes on in the new connection. `peerReset`: the peer has forgotten it. */
  | { readonly action: 'take over'; readonly peerReset: boolean }
  /** Not yet: the peer is told what to do about it. */
  | {
      readonly action: 'answer';
      readonly tag: number;
      readonly globalSeq: number;
      readonly connectSeq: number;
    };

/**
 * Decides about a peer that connects while we may have a session with it. `policy` is that of the
 * new connection; `peerIsLower`: of two who dial each other the lower address is answered.
 * Ceph: Pipe::accept, ProtocolV1::handle_connect_message_2.
 */
export function judgeExisting(
  asked: ceph_msg_connect,
  policy: Policy,
  existing: ExistingSession | undefined,
  peerIsLower: boolean,
): AcceptDecision {
  if (existing === undefined) {
    return asked.connectSeq > 0 ? answer(CEPH_MSGR_TAG_RESETSESSION) : { action: 'open' };
  }
  if (asked.globalSeq < existing.peerGlobalSeq) {
    // An attempt that was overtaken on the way must not take the place of the newer one.
    return answer(CEPH_MSGR_TAG_RETRY_GLOBAL, { globalSeq: existing.peerGlobalSeq });
  }
  if (existing.policy.lossy) return { action: 'fail existing' };
  if (asked.connectSeq === 0 && existing.connectSeq > 0) {
    // Else it has never heard that we let it in.
    return { action: 'take over', peerReset: existing.hasOpened };
  }
  // An old attempt, or one whose predecessor we had accepted when the connection was cut.
  if (asked.connectSeq < existing.connectSeq) return retrySession(existing);
  if (asked.connectSeq === existing.connectSeq) return judgeRace(existing, peerIsLower);
  if (policy.resetcheck && existing.connectSeq === 0) return answer(CEPH_MSGR_TAG_RESETSESSION);
  return { action: 'take over', peerReset: false };
}

/** Both sides are at the same connection of the session. */
function judgeRace(existing: ExistingSession, peerIsLower: boolean): AcceptDecision {
  if (existing.phase === 'settled') return retrySession(existing);
  if (peerIsLower || existing.policy.server || existing.phase === 'waiting') {
    return { action: 'take over', peerReset: false };
  }
  return answer(CEPH_MSGR_TAG_WAIT);
}

function retrySession(existing: ExistingSession): AcceptDecision {
  return answer(CEPH_MSGR_TAG_RETRY_SESSION, { connectSeq: existing.connectSeq + 1 });
}

function answer(
  tag: number,
  { globalSeq = 0, connectSeq = 0 }: { globalSeq?: number; connectSeq?: number } = {},
): AcceptDecision {
  return { action: 'answer', tag, globalSeq, connectSeq };
}
