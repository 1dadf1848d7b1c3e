import { describe, expect, it } from 'vitest';
import {
  CEPH_MSGR_TAG_RESETSESSION,
  CEPH_MSGR_TAG_RETRY_GLOBAL,
  CEPH_MSGR_TAG_RETRY_SESSION,
  CEPH_MSGR_TAG_WAIT,
  type ceph_msg_connect,
} from '../../../../src/msg/msgr.ts';
import { type ExistingSession, judgeExisting } from '../../../../src/msg/msgr1/judge_existing.ts';
import {
  losslessClient,
  losslessPeer,
  losslessPeerReuse,
  lossyClient,
  type Policy,
  statefulServer,
} from '../../../../src/msg/Policy.ts';

interface Case {
  readonly connectSeq?: number;
  readonly globalSeq?: number;
  readonly policy?: Policy;
  readonly existing?: Partial<ExistingSession>;
  readonly peerIsLower?: boolean;
}

function judge({ connectSeq = 0, globalSeq = 5, policy, existing, peerIsLower = false }: Case) {
  const asked: ceph_msg_connect = {
    ...{ features: 0n, hostType: 4, protocolVersion: 10, flags: 0 },
    ...{ authorizerProtocol: 0, authorizerLen: 0, globalSeq, connectSeq },
  };
  const full = existing && {
    ...{
      policy: losslessPeer(),
      connectSeq: 1,
      peerGlobalSeq: 5,
      phase: 'settled' as const,
      hasOpened: true,
    },
    ...existing,
  };
  return judgeExisting(asked, policy ?? losslessPeer(), full, peerIsLower);
}

const TAKE_OVER = { action: 'take over', peerReset: false };
const PEER_RESET = { action: 'take over', peerReset: true };

function answer(tag: number, seqs: { globalSeq?: number; connectSeq?: number } = {}) {
  return { action: 'answer', tag, globalSeq: 0, connectSeq: 0, ...seqs };
}

describe('a peer that connects', () => {
  it('for the first time begins a session', () => {
    expect(judge({})).toEqual({ action: 'open' });
  });

  it('in a session that we have forgotten is told to begin anew', () => {
    expect(judge({ connectSeq: 2 })).toEqual(answer(CEPH_MSGR_TAG_RESETSESSION));
  });

  it('with an attempt that was overtaken is told the newer one', () => {
    const found = judge({ globalSeq: 4, existing: {} });
    expect(found).toEqual(answer(CEPH_MSGR_TAG_RETRY_GLOBAL, { globalSeq: 5 }));
  });

  it('anew ends the lossy connection that it has', () => {
    const found = judge({ connectSeq: 7, existing: { policy: lossyClient() } });
    expect(found).toEqual({ action: 'fail existing' });
  });

  it('as if for the first time has forgotten the session', () => {
    expect(judge({ existing: {} })).toEqual(PEER_RESET);
  });

  it('as if for the first time, never having heard that it was let in, goes on', () => {
    expect(judge({ existing: { hasOpened: false } })).toEqual(TAKE_OVER);
  });

  it('with the connection before ours is told which comes next', () => {
    const found = judge({ connectSeq: 2, existing: { connectSeq: 3 } });
    expect(found).toEqual(answer(CEPH_MSGR_TAG_RETRY_SESSION, { connectSeq: 4 }));
  });

  it('with the connection that is open is told which comes next', () => {
    const found = judge({ connectSeq: 3, existing: { connectSeq: 3 } });
    expect(found).toEqual(answer(CEPH_MSGR_TAG_RETRY_SESSION, { connectSeq: 4 }));
  });

  it('with the next connection goes on with the session', () => {
    expect(judge({ connectSeq: 4, existing: { connectSeq: 3 } })).toEqual(TAKE_OVER);
  });

  it.each([0, 3])(
    'while we dial it takes over, being the lower, at connection %i',
    (connectSeq) => {
      const existing = { connectSeq, phase: 'connecting' as const };
      expect(judge({ connectSeq, existing, peerIsLower: true })).toEqual(TAKE_OVER);
    },
  );

  it.each([0, 3])('while we dial it waits, being the higher, at connection %i', (connectSeq) => {
    const existing = { connectSeq, phase: 'connecting' as const };
    expect(judge({ connectSeq, existing })).toEqual(answer(CEPH_MSGR_TAG_WAIT));
  });

  it('while we wait for it takes over', () => {
    expect(judge({ existing: { connectSeq: 0, phase: 'waiting' } })).toEqual(TAKE_OVER);
  });

  it('to a server never waits', () => {
    const existing = { policy: statefulServer(), connectSeq: 0, phase: 'connecting' as const };
    expect(judge({ existing })).toEqual(TAKE_OVER);
  });

  it.each([
    ['is told so where sessions are checked', losslessPeerReuse(), true],
    ['takes over where they are not', losslessPeer(), false],
    ['is told so by a client', losslessClient(), true],
  ])('in a session of which we have only begun to dial %s', (_, policy, isTold) => {
    const existing = { connectSeq: 0, phase: 'connecting' as const };
    const found = judge({ connectSeq: 2, policy, existing });
    expect(found).toEqual(isTold ? answer(CEPH_MSGR_TAG_RESETSESSION) : TAKE_OVER);
  });
});
