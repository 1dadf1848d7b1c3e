import { expect } from 'vitest';
import { Encoder } from '../../src/common/Encoder.ts';
import { AbortListeners } from '../../src/librados/AbortListeners.ts';
import { IoCtx, type IoCtxOptions } from '../../src/librados/IoCtx.ts';
import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import type { MOSDOpReplyInit } from '../../src/messages/MOSDOpReply.ts';
import { FakeCluster } from './FakeCluster.ts';
import type { FakeConnection } from './FakeMessenger.ts';

export function openIoCtx(cluster: FakeCluster, options: IoCtxOptions = {}): IoCtx {
  const { cct, objecter, map } = cluster;
  const session = {
    cct,
    objecter,
    aborts: new AbortListeners(),
    who: () => 'client.4123',
    osdMap: () => map,
    checkConnected: () => {},
  };
  return new IoCtx(session, 1, 'p', options);
}

/** An IoCtx on pool `p` of a cluster that the test plays. */
export class IoCtxFixture {
  readonly cluster = new FakeCluster();
  readonly ioctx: IoCtx;

  constructor(options: IoCtxOptions = {}) {
    this.ioctx = openIoCtx(this.cluster, options);
  }

  /** All ops that are under way or were, and the connections that they went by. */
  sent(): [con: FakeConnection, op: MOSDOp][] {
    const { cluster } = this;
    return cluster.osdCons().flatMap((con) => cluster.ops(con).map((op) => pair(con, op)));
  }

  /** Answers the last op and lets the promise settle. */
  answer(change: Partial<MOSDOpReplyInit> = {}): void {
    const [con, op] = this.sent().at(-1) ?? [];
    if (con === undefined || op === undefined) throw new Error('no op was sent');
    this.cluster.reply(con, op, change);
    this.cluster.clock.advance();
  }

  expectAtRest(): void {
    expect(this.cluster.objecter.budget).toEqual({ ops: 0, bytes: 0 });
    expect(this.cluster.clock.refs).toBe(0);
  }
}

function pair(con: FakeConnection, op: MOSDOp): [FakeConnection, MOSDOp] {
  return [con, op];
}

export function encodedStat(size: number, sec: number, nsec: number): Uint8Array {
  const enc = new Encoder();
  enc.u64(size);
  enc.u32(sec);
  enc.u32(nsec);
  return enc.take();
}

/** What a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
