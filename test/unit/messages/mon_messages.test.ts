import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAuthRequest } from '../../../src/auth/auth_none.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { CEPH_MSG_AUTH, MAuth } from '../../../src/messages/MAuth.ts';
import { CEPH_MSG_AUTH_REPLY, MAuthReply } from '../../../src/messages/MAuthReply.ts';
import { MConfig, MSG_CONFIG } from '../../../src/messages/MConfig.ts';
import { MMonGetMap } from '../../../src/messages/MMonGetMap.ts';
import { CEPH_MSG_MON_GET_VERSION, MMonGetVersion } from '../../../src/messages/MMonGetVersion.ts';
import {
  CEPH_MSG_MON_GET_VERSION_REPLY,
  MMonGetVersionReply,
} from '../../../src/messages/MMonGetVersionReply.ts';
import { CEPH_MSG_MON_MAP, MMonMap } from '../../../src/messages/MMonMap.ts';
import { CEPH_MSG_MON_SUBSCRIBE, MMonSubscribe } from '../../../src/messages/MMonSubscribe.ts';
import { MMonSubscribeAck } from '../../../src/messages/MMonSubscribeAck.ts';
import { MonMap } from '../../../src/mon/MonMap.ts';
import { decodeAs, frontOf, overTheWire, recordedAs } from '../../helpers/codec.ts';
import { goldenMessages } from '../../helpers/golden.ts';

const u32 = fc.nat(0xffffffff);
const text = fc.string({ unit: 'grapheme' });
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// The texts are lines of `rados --debug-ms 1`, 16.2.15.
describe('MAuth', () => {
  const recorded = recordedAs(MAuth, 'v1-none-get', CEPH_MSG_AUTH);

  test('as recorded names nobody yet and offers auth none', () => {
    expect(recorded.protocol).toBe(0);
    expect(decodeAuthRequest(recorded.authPayload)).toEqual({
      supported: [1],
      name: { type: 8, id: 'admin' },
      globalId: 0,
    });
  });

  test('is printed as Ceph prints it', () => {
    expect(String(recorded)).toBe('auth(proto 0 30 bytes epoch 0)');
  });

  test('survives the wire', () => {
    fc.assert(
      fc.property(u32, fc.uint8Array(), u32, (protocol, payload, epoch) => {
        const sent = new MAuth(protocol, payload, epoch);
        expect(overTheWire(MAuth, sent)).toEqual(sent);
      }),
    );
  });
});

describe('MAuthReply', () => {
  const recorded = recordedAs(MAuthReply, 'v1-none-get', CEPH_MSG_AUTH_REPLY);

  test('as recorded gives client.4134 its number', () => {
    expect([recorded.protocol, recorded.result, recorded.globalId]).toEqual([1, 0, 0x1026]);
  });

  test('is printed as Ceph prints it', () => {
    expect(String(recorded)).toBe('auth_reply(proto 1 0 (0) Success)');
  });

  test('survives the wire', () => {
    const init = fc.record({
      protocol: u32,
      result: fc.integer(),
      globalId: fc.maxSafeNat(),
      resultBl: fc.uint8Array(),
      resultMsg: text,
    });
    fc.assert(
      fc.property(init, (fields) => {
        const sent = new MAuthReply(fields);
        expect(overTheWire(MAuthReply, sent)).toEqual(sent);
      }),
    );
  });
});

describe('MMonGetMap', () => {
  test('has nothing to say', () => {
    expect(frontOf(new MMonGetMap()).length).toBe(0);
  });

  test('is what nothing is decoded to', () => {
    const envelope = { type: 5, version: 1, compatVersion: 1 };
    expect(String(decodeAs(MMonGetMap, envelope, new Uint8Array(0)))).toBe('mon_getmap magic: 0');
  });
});

describe('MMonMap', () => {
  test('as recorded holds a monmap', () => {
    const recorded = recordedAs(MMonMap, 'v1-none-maps', CEPH_MSG_MON_MAP);
    expect(MonMap.decode(recorded.monmapbl).mons.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(String(recorded)).toBe('mon_map magic: 0');
  });

  test('survives the wire', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(overTheWire(MMonMap, new MMonMap(bytes)).monmapbl).toEqual(bytes);
      }),
    );
  });
});

describe('MMonSubscribe', () => {
  const recorded = goldenMessages('v1-none-get', CEPH_MSG_MON_SUBSCRIBE).map((golden) =>
    decodeAs(MMonSubscribe, golden, golden.front),
  );

  test('as recorded asks for the config and the maps in turn', () => {
    expect(recorded.slice(-3).map(String)).toEqual([
      'mon_subscribe({config=0+,monmap=0+})',
      'mon_subscribe({mgrmap=0+})',
      'mon_subscribe({osdmap=0})',
    ]);
  });

  test('names the host', () => {
    expect(recorded[0]?.hostname).toBe('vm');
  });

  test('of version 2 names none', () => {
    const front = frontOf(new MMonSubscribe(new Map([['osdmap', { start: 1, flags: 0 }]])));
    const envelope = { type: CEPH_MSG_MON_SUBSCRIBE, version: 2, compatVersion: 1 };
    expect(decodeAs(MMonSubscribe, envelope, front.subarray(0, -4)).hostname).toBe('');
  });

  test('of version 1 is a DecodeError', () => {
    const envelope = { type: CEPH_MSG_MON_SUBSCRIBE, version: 1, compatVersion: 1 };
    expect(() => decodeAs(MMonSubscribe, envelope, new Uint8Array(8))).toThrow(DecodeError);
  });

  test('survives the wire', () => {
    const item = fc.record({ start: fc.maxSafeNat(), flags: fc.nat(255) });
    const what = fc.array(fc.tuple(text, item)).map((entries) => new Map(entries));
    fc.assert(
      fc.property(what, text, (items, hostname) => {
        const sent = new MMonSubscribe(items, hostname);
        expect(overTheWire(MMonSubscribe, sent)).toEqual(sent);
      }),
    );
  });
});

describe('MMonSubscribeAck', () => {
  const fsid = '5c9257af-1193-498e-95e3-20c349c286fb';
  const ack = new MMonSubscribeAck(fsid, 86_400);

  test('is what a 16.2.15 monitor sends to a client without MON_STATEFUL_SUB (bit 57)', () => {
    expect(hexOf(frontOf(ack))).toBe('805101005c9257af1193498e95e320c349c286fb');
  });

  test('survives the wire', () => {
    expect(overTheWire(MMonSubscribeAck, ack)).toEqual(ack);
  });

  test('is printed as Ceph prints it', () => {
    expect(String(ack)).toBe('mon_subscribe_ack(86400s)');
  });
});

describe('MConfig', () => {
  test('as recorded has the options that were set for clients', () => {
    const recorded = recordedAs(MConfig, 'v1-none-maps', MSG_CONFIG);
    expect([...recorded.config]).toEqual([
      ['debug_rados', '0/0'],
      ['objecter_inflight_ops', '2048'],
    ]);
  });

  test('of a cluster without options is empty', () => {
    expect(String(recordedAs(MConfig, 'v1-none-get', MSG_CONFIG))).toBe('config(0 keys)');
  });

  test('survives the wire', () => {
    const config = fc.array(fc.tuple(text, text)).map((entries) => new Map(entries));
    fc.assert(
      fc.property(config, (entries) => {
        const sent = new MConfig(entries);
        expect(overTheWire(MConfig, sent)).toEqual(sent);
      }),
    );
  });
});

describe('MMonGetVersion and its reply', () => {
  test('as recorded ask and say which OSD map is the newest', () => {
    const ask = recordedAs(MMonGetVersion, 'v1-none-maps', CEPH_MSG_MON_GET_VERSION);
    const reply = recordedAs(MMonGetVersionReply, 'v1-none-maps', CEPH_MSG_MON_GET_VERSION_REPLY);
    expect([ask.handle, ask.what]).toEqual([1, 'osdmap']);
    expect([reply.handle, reply.newestVersion, reply.oldestVersion]).toEqual([1, 19, 1]);
  });

  test('are printed as Ceph prints them', () => {
    expect(String(new MMonGetVersion(1, 'osdmap'))).toBe('mon_get_version(what=osdmap handle=1)');
    expect(String(new MMonGetVersionReply(1, 19, 1))).toBe(
      'mon_get_version_reply(handle=1 version=19)',
    );
  });

  test('survive the wire', () => {
    const u64 = fc.maxSafeNat();
    fc.assert(
      fc.property(u64, text, u64, u64, (handle, what, newest, oldest) => {
        const ask = new MMonGetVersion(handle, what);
        const reply = new MMonGetVersionReply(handle, newest, oldest);
        expect(overTheWire(MMonGetVersion, ask)).toEqual(ask);
        expect(overTheWire(MMonGetVersionReply, reply)).toEqual(reply);
      }),
    );
  });
});
