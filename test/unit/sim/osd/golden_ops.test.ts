import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { EAGAIN } from '../../../../src/common/errno.ts';
import { MOSDOp } from '../../../../src/messages/MOSDOp.ts';
import { MOSDOpReply } from '../../../../src/messages/MOSDOpReply.ts';
import { type GoldenMessage, goldenConversations } from '../../../helpers/golden.ts';
import { mapOf, OpEngine } from '../../../helpers/OpEngine.ts';

const MSG_OSD_OP = 42;
const MSG_OSD_OPREPLY = 43;

interface Exchange {
  readonly op: MOSDOp;
  readonly answer: GoldenMessage;
  readonly real: MOSDOpReply;
}

/** Every op of a recording with what the real OSD answered, in the order of the recording. */
function exchanges(file: string): Exchange[] {
  return goldenConversations(file).flatMap(({ client, server }) =>
    client.messages
      .filter(({ type }) => type === MSG_OSD_OP)
      .flatMap((asked) => {
        const isAnswer = ({ type, tid }: GoldenMessage): boolean =>
          type === MSG_OSD_OPREPLY && tid === asked.tid;
        const answer = server.messages.find(isAnswer);
        return answer === undefined
          ? []
          : [{ op: decodeOp(asked), answer, real: decodeReply(answer) }];
      }),
  );
}

function decodeOp({ tid, srcType, srcNum, front, data, ...envelope }: GoldenMessage): MOSDOp {
  const op = MOSDOp.decodePayload(envelope, new Decoder(front, 'MOSDOp'), new Uint8Array(), data);
  op.tid = tid;
  op.src = { type: srcType, num: srcNum };
  return op;
}

function decodeReply({ front, data, ...envelope }: GoldenMessage): MOSDOpReply {
  const dec = new Decoder(front, 'MOSDOpReply');
  return MOSDOpReply.decodePayload(envelope, dec, new Uint8Array(), data);
}

/** What had been put before the recording began. */
function engineWithObj1(): OpEngine {
  const engine = new OpEngine();
  const id = { pool: 1, nspace: '', key: '', oid: 'obj1', hash: 0x6cf8deff };
  engine.store.put(
    id,
    { pool: 1, seed: 7 },
    {
      data: new Uint8Array(3000).fill('R'.charCodeAt(0)),
      mtime: { sec: 0, nsec: 0 },
      xattrs: new Map(),
      omap: new Map(),
      omapHeader: new Uint8Array(),
    },
  );
  engine.store.log({ pool: 1, seed: 7 }).lastUpdate = { version: 1, epoch: 17 };
  return engine;
}

describe('what a real OSD answered to every kind of op', () => {
  const all = exchanges('v1-none-ops');
  const engine = engineWithObj1();

  it('was recorded', () => {
    expect(all.length).toBe(43);
  });

  it.each(all.map((one) => ({ name: String(one.op), one })))(
    'is what we answer: $name',
    ({ one }) => {
      const { op, answer, real } = one;
      engine.map = mapOf({ pgNum: 8 }, real.osdmapEpoch);
      // Such a one came to a replica.
      const isPrimary = real.result !== -EAGAIN;
      engine.unstable = !isPrimary;
      const [ours] = engine.ask(op, undefined, isPrimary);
      const enc = new Encoder();
      ours?.encodePayload(enc);
      expect(Buffer.from(enc.take()).toString('hex')).toBe(
        Buffer.from(answer.front).toString('hex'),
      );
      expect(Buffer.concat((ours?.data ?? []).map((piece) => Buffer.from(piece)))).toEqual(
        Buffer.from(answer.data),
      );
      expect(ours?.dataOff).toBe(answer.dataOff);
      expect(ours?.tid).toBe(answer.tid);
      expect(ours?.priority).toBe(answer.priority);
    },
  );
});
