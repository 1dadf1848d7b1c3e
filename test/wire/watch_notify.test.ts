import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import { DecodeError } from '../../src/common/errors.ts';
import { MWatchNotify } from '../../src/messages/MWatchNotify.ts';
import { decodeMessage } from '../../src/messages/registry.ts';
import type { Message } from '../../src/msg/Message.ts';
import { type GoldenMessage, goldenMessages } from '../helpers/golden.ts';

const golden = goldenMessages('v1-none-watch', 44);

function decode(message: GoldenMessage, front: Uint8Array): Message | undefined {
  const dec = new Decoder(front, 'MWatchNotify');
  return decodeMessage(message, dec, message.middle, message.data);
}

describe('MWatchNotify', () => {
  it('was recorded: a notify, its end, and two watchers of an object that is gone', () => {
    const opcodes = golden.map((message) => {
      const decoded = decode(message, message.front);
      return decoded instanceof MWatchNotify ? decoded.opcode : undefined;
    });
    expect(opcodes).toEqual([1, 2, 3, 3]);
  });

  it('says what a real OSD says', () => {
    const [notify] = golden.map((message) => String(decode(message, message.front)));
    expect(notify).toBe('watch-notify(notify (1) cookie 458451824 notify 68719476736 ret 0)');
  });

  it.each(golden.map((message, i) => ({ i, message })))(
    '$i is encoded as it was',
    ({ message }) => {
      const decoded = decode(message, message.front);
      const enc = new Encoder();
      decoded?.encodePayload(enc);
      expect(Buffer.from(enc.take())).toEqual(Buffer.from(message.front));
      expect(Buffer.concat((decoded?.data ?? []).map((piece) => Buffer.from(piece)))).toEqual(
        Buffer.from(message.data),
      );
      expect(decoded?.version).toBe(message.version);
      expect(decoded?.compatVersion).toBe(message.compatVersion);
      expect(decoded?.priority).toBe(message.priority);
    },
  );

  it.each(golden.map((message, i) => ({ i, message })))(
    '$i cut short is no message',
    ({ message }) => {
      for (let length = 0; length < message.front.length; length++) {
        const cut = message.front.subarray(0, length);
        expect(() => decode(message, cut)).toThrow(DecodeError);
      }
    },
  );
});
