import { expect, it } from 'vitest';
import { Decoder } from '../../../../src/common/Decoder.ts';
import { Encoder } from '../../../../src/common/Encoder.ts';
import { MOSDOp } from '../../../../src/messages/MOSDOp.ts';
import type { Message } from '../../../../src/msg/Message.ts';
import { type GoldenMessage, goldenConversations } from '../../../helpers/golden.ts';
import { clientConnection, mapOf, OpEngine } from '../../../helpers/OpEngine.ts';

const MSG_OSD_MAP = 41;
const MSG_OSD_OP = 42;
/** Of the cluster when this was recorded. */
const EPOCH = 16;

interface Said {
  readonly type: number;
  readonly tid: number;
  readonly front: string;
  readonly data: string;
}

const hex = (...pieces: readonly Uint8Array[]): string =>
  Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString('hex');

function saidByUs(message: Message): Said {
  const enc = new Encoder();
  message.encodePayload(enc);
  const { type, tid, data } = message;
  return { type, tid, front: hex(enc.take()), data: hex(...data) };
}

function saidByThem({ type, tid, front, data }: GoldenMessage): Said {
  return { type, tid, front: hex(front), data: hex(data) };
}

function decodeOp({ tid, srcType, srcNum, front, data, ...envelope }: GoldenMessage): MOSDOp {
  const op = MOSDOp.decodePayload(envelope, new Decoder(front, 'MOSDOp'), new Uint8Array(), data);
  op.tid = tid;
  op.src = { type: srcType, num: srcNum };
  return op;
}

it('a client that watches, notifies itself and removes what it watches hears what a real OSD says, in that order', () => {
  const [conversation] = goldenConversations('v1-none-watch');
  const engine = new OpEngine();
  engine.map = mapOf({ pgNum: 8 }, EPOCH);
  const con = clientConnection();
  for (const message of conversation?.client.messages ?? []) {
    if (message.type === MSG_OSD_OP) engine.ask(decodeOp(message), con);
  }
  const theirs = conversation?.server.messages.filter(({ type }) => type !== MSG_OSD_MAP) ?? [];
  expect(theirs.length).toBe(10);
  expect(con.sent.map(saidByUs)).toEqual(theirs.map(saidByThem));
});
