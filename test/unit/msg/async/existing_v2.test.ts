import { describe, expect, it } from 'vitest';
import {
  type ExistingV2,
  judgeIdent,
  judgeReconnect,
} from '../../../../src/msg/async/existing_v2.ts';
import {
  losslessClient,
  losslessPeer,
  losslessPeerReuse,
  lossyClient,
  statefulServer,
} from '../../../../src/msg/Policy.ts';

const SESSION: ExistingV2 = {
  isConnecting: false,
  policy: losslessPeer(),
  clientCookie: 7n,
  serverCookie: 8n,
  connectSeq: 3,
  peerGlobalSeq: 20,
};

const IDENT = { clientCookie: 7n, globalSeq: 21, isPeerLower: false, policy: losslessPeer() };
const RECONNECT = { ...IDENT, connectSeq: 4 };
const DIALLING = { isConnecting: true, clientCookie: 0n, serverCookie: 0n };

describe('a peer that begins a session, and has one with us', () => {
  it.each([
    ['was overtaken by its own newer attempt', {}, { globalSeq: 19 }, 'stale'],
    ['replaces a lossy one', { policy: lossyClient() }, {}, 'replace'],
    [
      'has lost it: reset, where that is checked',
      {},
      { clientCookie: 9n, policy: losslessPeerReuse() },
      'reset',
    ],
    ['has lost it: reused, where that is not checked', {}, { clientCookie: 9n }, 'reuse'],
    ['did not hear our answer', { serverCookie: 0n }, {}, 'reuse'],
    ['wakes one in standby', { clientCookie: 0n, serverCookie: 0n }, {}, 'reuse'],
    ['wins a race as the lower one', DIALLING, { isPeerLower: true }, 'reuse'],
    ['waits in a race as the higher one', DIALLING, {}, 'wait'],
    ['never waits for a server', { ...DIALLING, policy: statefulServer() }, {}, 'reuse'],
  ] as const)('%s', (_, existing, incoming, verdict) => {
    expect(judgeIdent({ ...SESSION, ...existing }, { ...IDENT, ...incoming })).toBe(verdict);
  });
});

describe('a peer that wants to go on with a session', () => {
  it.each([
    ['that we have', {}, {}, 'ok'],
    ['of another client cookie', {}, { clientCookie: 9n }, 'reset'],
    [
      'of another, where resets are checked',
      {},
      { clientCookie: 9n, policy: losslessClient() },
      'resetFull',
    ],
    ['whose SERVER_IDENT we never heard', { serverCookie: 0n }, {}, 'reset'],
    ['by an attempt that was overtaken', {}, { globalSeq: 19 }, 'retryGlobal'],
    ['that has had more connections', {}, { connectSeq: 2 }, 'retry'],
    ['while we dial, being higher, waits', {}, { connectSeq: 3 }, 'wait'],
    ['while we dial, being lower, wins', {}, { connectSeq: 3, isPeerLower: true }, 'ok'],
    ['with a server never waits', { policy: statefulServer() }, { connectSeq: 3 }, 'ok'],
  ] as const)('%s', (_, existing, incoming, verdict) => {
    expect(judgeReconnect({ ...SESSION, ...existing }, { ...RECONNECT, ...incoming })).toBe(
      verdict,
    );
  });

  it('that we do not have is told to begin anew', () => {
    expect(judgeReconnect(undefined, RECONNECT)).toBe('resetFull');
  });
});
