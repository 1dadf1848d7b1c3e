import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { DecodeError } from '../../src/common/errors.ts';
import {
  CEPH_OSD_BACKOFF_OP_BLOCK,
  CEPH_OSD_BACKOFF_OP_UNBLOCK,
  MOSDBackoff,
} from '../../src/messages/MOSDBackoff.ts';
import { MOSDBoot } from '../../src/messages/MOSDBoot.ts';
import {
  FLAG_ALIVE,
  FLAG_FAILED,
  FLAG_IMMEDIATE,
  MOSDFailure,
} from '../../src/messages/MOSDFailure.ts';
import { MOSDMarkMeDown } from '../../src/messages/MOSDMarkMeDown.ts';
import { MOSDPing } from '../../src/messages/MOSDPing.ts';
import { MOSDRepOp } from '../../src/messages/MOSDRepOp.ts';
import { MOSDRepOpReply } from '../../src/messages/MOSDRepOpReply.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { GoldenMessage } from '../helpers/golden.ts';

type Recorded = Omit<GoldenMessage, 'front' | 'middle' | 'data'> & {
  readonly front: string;
  readonly middle: string;
  readonly data: string;
};

const file = new URL('./golden/messages/osd-messages.json', import.meta.url);
const recorded: Recorded[] = JSON.parse(readFileSync(file, 'utf8'));
const golden = recorded.map(({ front, middle, data, ...header }, i) => ({
  name: `message ${i} of type ${header.type}`,
  message: {
    ...header,
    front: new Uint8Array(Buffer.from(front, 'base64')),
    middle: new Uint8Array(Buffer.from(middle, 'base64')),
    data: new Uint8Array(Buffer.from(data, 'base64')),
  },
}));

function decode(message: GoldenMessage, front = message.front): Message {
  const dec = new Decoder(front, 'front');
  const decoded = decodeMessage(message, dec, message.middle, message.data);
  if (decoded === undefined) throw new Error(`type ${message.type} is not known`);
  return decoded;
}

function encode(message: Message): Uint8Array {
  const enc = new Encoder();
  message.encodePayload(enc);
  return enc.take();
}

function survives(message: GoldenMessage, front: Uint8Array): void {
  try {
    encode(decode(message, front));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

const all = <T extends Message>(type: abstract new (...args: never[]) => T): T[] =>
  golden.map(({ message }) => decode(message)).filter((one): one is T => one instanceof type);

describe('what OSDs and their monitor say to each other', () => {
  test.each(golden)('$name is encoded to the same front', ({ message }) => {
    expect(encode(decode(message))).toEqual(message.front);
  });

  test.each(golden)('$name has the same data and versions', ({ message }) => {
    const { data, version, compatVersion } = decode(message);
    expect(new Uint8Array(Buffer.concat(data))).toEqual(message.data);
    expect({ version, compatVersion }).toEqual({
      version: message.version,
      compatVersion: message.compatVersion,
    });
  });

  test.each(golden)('each prefix of $name is a DecodeError', ({ message }) => {
    for (let end = 0; end < message.front.length; end++) {
      expect(() => decode(message, message.front.subarray(0, end))).toThrow(DecodeError);
    }
  });

  test.each(golden)('$name with some bytes changed decodes or is a DecodeError', ({ message }) => {
    const change = fc.tuple(fc.nat(message.front.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const front = message.front.slice();
        for (const [at, value] of changes) front[at] = value;
        survives(message, front);
      }),
      { numRuns: 200 },
    );
  });

  test.each(golden)('$name with a lie for a length decodes or is a DecodeError', ({ message }) => {
    for (let at = 0; at + 4 <= message.front.length; at++) {
      const front = message.front.slice();
      new DataView(front.buffer).setUint32(at, 0xffffffff, true);
      survives(message, front);
    }
  });
});

describe('the recorded messages', () => {
  it('are pings, their replies and the news of a death, padded to 2,000 bytes', () => {
    expect(all(MOSDPing).map(({ op, minMessageSize }) => [op, minMessageSize])).toEqual([
      ['ping', 2000],
      ['ping_reply', 2000],
      ['you_died', 2000],
    ]);
  });

  it('report an OSD that is missed, one that is back, and one that nobody listens for', () => {
    expect(all(MOSDFailure).map(({ flags, failedFor }) => [flags, failedFor])).toEqual([
      [FLAG_FAILED, 7],
      [FLAG_ALIVE, 0],
      [FLAG_FAILED | FLAG_IMMEDIATE, 6],
    ]);
  });

  it('say where an OSD listens that boots', () => {
    for (const boot of all(MOSDBoot)) {
      const ports = [boot.clusterAddrs, boot.hbBackAddrs, boot.hbFrontAddrs].flatMap((addrs) =>
        addrs.map(({ port }) => port),
      );
      expect(new Set(ports).size).toBe(3);
      expect(boot.metadata.get('osd_objectstore')).toBe('memstore');
    }
  });

  it('ask for an ack of the end, and give it', () => {
    expect(all(MOSDMarkMeDown).map(({ requestAck }) => requestAck)).toEqual([true, false]);
  });

  it('write to a replica and are answered', () => {
    expect(all(MOSDRepOp)[0]?.poid).toMatchObject({ oid: 'obj1', nspace: '', pool: 1 });
    expect(all(MOSDRepOpReply).map(({ result }) => result)).toEqual([0, 0]);
  });

  it('block a PG for a client, and let it go', () => {
    expect(all(MOSDBackoff).map(({ op, id, mapEpoch }) => [op, id, mapEpoch])).toEqual([
      [CEPH_OSD_BACKOFF_OP_BLOCK, 1, 16],
      [CEPH_OSD_BACKOFF_OP_UNBLOCK, 1, 17],
    ]);
    expect(all(MOSDBackoff).map(String)).toEqual([
      'osd_backoff(1.7 block id 1 [1:e0000000::::0,MAX) e16)',
      'osd_backoff(1.7 unblock id 1 [1:e0000000::::0,MAX) e17)',
    ]);
  });
});
