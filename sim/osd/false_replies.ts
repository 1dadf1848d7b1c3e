import type { MOSDOp } from '../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../src/messages/MOSDOpReply.ts';
import type { OSDOp } from '../../src/osd/OSDOp.ts';
import type { OpTrouble } from './OpFaults.ts';

/** Bytes that no object has. */
const LIE = 0xbd;

/** Beyond all tids that a client of a simulation comes to. */
const UNKNOWN_TID = 2 ** 40;

/** A second reply beside the true one, with other bytes: who believes it is found out. */
export function strayReply(
  reply: MOSDOpReply,
  how: Extract<OpTrouble, { kind: 'stray' }>['how'],
): MOSDOpReply {
  const { retryAttempt } = reply;
  const stray = changed(reply, {
    outdata: reply.outdata.map((bytes) => new Uint8Array(bytes.length).fill(LIE)),
    retryAttempt: how === 'older attempt' ? Math.max(retryAttempt - 1, 0) : retryAttempt,
  });
  stray.tid = how === 'unknown tid' ? UNKNOWN_TID + reply.tid : reply.tid;
  return stray;
}

/** In place of the true reply. */
export function misshapenReply(
  asked: MOSDOp,
  reply: MOSDOpReply,
  how: Extract<OpTrouble, { kind: 'misshapen' }>['how'],
): MOSDOpReply {
  const { ops, outdata, rvals } = reply;
  const doubled = { ops: [...ops, ...ops], outdata: [...outdata, ...outdata] };
  const shapes = {
    'fewer steps': { ops: ops.slice(1), outdata: outdata.slice(1), rvals: rvals.slice(1) },
    'more steps': { ...doubled, rvals: [...rvals, ...rvals] },
    'too long': { outdata: asked.ops.map((op) => new Uint8Array(askedLength(op) + 1).fill(LIE)) },
  };
  const misshapen = changed(
    reply,
    shapes[asked.ops.some((op) => askedLength(op) > 0) ? how : 'more steps'],
  );
  misshapen.tid = reply.tid;
  return misshapen;
}

/** 0: to the end of the object; or no read: nobody can tell that these give too much. */
function askedLength({ args }: OSDOp): number {
  return args.kind === 'extent' ? args.length : 0;
}

type Changes = Partial<Pick<MOSDOpReply, 'ops' | 'outdata' | 'rvals' | 'retryAttempt'>>;

function changed(reply: MOSDOpReply, changes: Changes): MOSDOpReply {
  const { oid, pgid, flags, result, osdmapEpoch, ops, outdata, rvals, retryAttempt } = reply;
  const { badReplayVersion, replayVersion, userVersion, redirect } = reply;
  return new MOSDOpReply({
    oid,
    pgid,
    flags,
    result,
    osdmapEpoch,
    ops,
    outdata,
    rvals,
    retryAttempt,
    badReplayVersion,
    replayVersion,
    userVersion,
    redirect,
    ...changes,
  });
}
