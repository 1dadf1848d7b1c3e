import { beforeEach, describe, expect, it } from 'vitest';
import { NO_SECRETS } from '../../src/auth/auth_modes.ts';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { CEPH_FEATURES_ALL } from '../../src/common/ceph_features.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { ProtocolError } from '../../src/common/errors.ts';
import type { LogEntry } from '../../src/common/Log.ts';
import { SocketError } from '../../src/common/Stack.ts';
import { AsyncMessenger } from '../../src/msg/async/AsyncMessenger.ts';
import {
  encodeAuthBadMethod,
  encodeAuthDone,
  encodeAuthRequest,
  encodeAuthSignature,
  encodeHello,
} from '../../src/msg/async/frames/auth_frames.ts';
import {
  encodeClientIdent,
  encodeIdentMissingFeatures,
  encodeServerIdent,
} from '../../src/msg/async/frames/ident_frames.ts';
import { encodeKeepalive, encodeSeq } from '../../src/msg/async/frames/session_frames.ts';
import {
  TAG_ACK,
  TAG_AUTH_BAD_METHOD,
  TAG_AUTH_DONE,
  TAG_AUTH_REPLY_MORE,
  TAG_AUTH_REQUEST,
  TAG_AUTH_SIGNATURE,
  TAG_CLIENT_IDENT,
  TAG_HELLO,
  TAG_IDENT_MISSING_FEATURES,
  TAG_KEEPALIVE2,
  TAG_MESSAGE,
  TAG_SERVER_IDENT,
  TAG_WAIT,
} from '../../src/msg/async/frames_v2.ts';
import { ADDR_TYPE_MSGR2, entity_addr_t } from '../../src/msg/msg_types.ts';
import { lossyClient, statelessServer } from '../../src/msg/Policy.ts';
import { V2_ADDR } from '../helpers/async_messengers.ts';
import { bytesInUse } from '../helpers/garbage.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';
import { Recorder, testFactory } from '../helpers/messengers.ts';
import { banner, bytesOf, control, Puppet, preamble } from '../helpers/scripted_v2.ts';

const KIB_64 = 64 * 1024;
const GIB = 1024 ** 3;
const TEST_MESSAGE = 0x7001;
const PEER = new entity_addr_t(ADDR_TYPE_MSGR2, '127.0.0.1', 6900, 9);
const EMPTY = new Uint8Array(0);
const CRC_MODE = 1;
const SECURE_MODE = 2;

// ---- what an honest peer says

const hello = (entityType: number): Uint8Array =>
  control(TAG_HELLO, (enc) => encodeHello(enc, { entityType, peerAddr: V2_ADDR }));

const authDone = (conMode = CRC_MODE): Uint8Array =>
  control(TAG_AUTH_DONE, (enc) =>
    encodeAuthDone(enc, { globalId: 1, conMode, authPayload: EMPTY }),
  );

const signature = (byte = 0): Uint8Array =>
  control(TAG_AUTH_SIGNATURE, (enc) => encodeAuthSignature(enc, new Uint8Array(32).fill(byte)));

const authRequest = (mode = CRC_MODE): Uint8Array =>
  control(TAG_AUTH_REQUEST, (enc) =>
    encodeAuthRequest(enc, { method: 1, preferredModes: [mode], authPayload: EMPTY }),
  );

const ident = { gid: 0, globalSeq: 1, supportedFeatures: CEPH_FEATURES_ALL, requiredFeatures: 0n };

const serverIdent = (addr = PEER): Uint8Array =>
  control(TAG_SERVER_IDENT, (enc) =>
    encodeServerIdent(enc, { ...ident, addrs: [addr], flags: 1, cookie: 0n }),
  );

const clientIdent = (rest: { targetAddr?: entity_addr_t; addr?: entity_addr_t } = {}): Uint8Array =>
  control(TAG_CLIENT_IDENT, (enc) => {
    const { targetAddr = V2_ADDR, addr = PEER } = rest;
    encodeClientIdent(enc, { ...ident, addrs: [addr], targetAddr, flags: 1, cookie: 0n });
  });

interface Said {
  readonly seq?: number;
  readonly ackSeq?: number;
  readonly type?: number;
  readonly lateStatus?: number;
  readonly crcBit?: number;
  /** What the front says of its text; by default the truth. */
  readonly textLength?: number;
}

/** A message whose front is a text, in crc mode. */
function message(text: string, said: Said = {}): Uint8Array {
  const { seq = 1, ackSeq = 0, type = TEST_MESSAGE, lateStatus = 0x0e, crcBit = 0 } = said;
  const { textLength = text.length } = said;
  const head = bytesOf((enc) => {
    enc.bigU64(BigInt(seq));
    enc.u64(0);
    for (const half of [type, 127, 1]) enc.u16(half);
    enc.u32(0);
    enc.u16(0);
    enc.bigU64(BigInt(ackSeq));
    enc.u8(3);
    enc.u16(1);
    enc.u16(0);
  });
  const front = bytesOf((enc) => {
    enc.u32(textLength);
    enc.raw(Buffer.from(text));
  });
  const crc = (bytes: Uint8Array): number =>
    Buffer.from(control(1, (enc) => enc.raw(bytes))).readUInt32LE(32 + bytes.length);
  return Buffer.concat([
    preamble(TAG_MESSAGE, 2, [head.length, front.length, 0, 0]),
    head,
    bytesOf((enc) => enc.u32(crc(head))),
    front,
    bytesOf((enc) => {
      enc.u8(lateStatus);
      enc.u32((crc(front) ^ crcBit) >>> 0);
      enc.zeros(8);
    }),
  ]);
}

const SERVER_SAYS: readonly Uint8Array[] = [
  banner(),
  hello(CEPH_ENTITY_TYPE_OSD),
  authDone(),
  signature(),
  serverIdent(),
];

const CLIENT_SAYS: readonly Uint8Array[] = [
  banner(),
  hello(CEPH_ENTITY_TYPE_CLIENT),
  authRequest(),
  signature(),
  clientIdent(),
];

/** How far an honest conversation goes before the peer shows itself: how many of its words. */
const AT_ONCE = 0;
const AFTER_BANNER = 1;
const AFTER_HELLO = 2;
const AFTER_AUTH = 3;
const AFTER_SIGNATURE = 4;
const WHEN_OPEN = 5;

const KEEPALIVE = control(TAG_KEEPALIVE2, (enc) => encodeKeepalive(enc, { sec: 1, nsec: 2 }));
const ack = (seq: number): Uint8Array => control(TAG_ACK, (enc) => encodeSeq(enc, seq));

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

type Case = [what: string, after: number, bytes: Uint8Array, why: RegExp];

/** The same whoever is the victim. */
const FROM_ANYBODY: readonly Case[] = [
  [
    'the banner of ssh',
    AT_ONCE,
    Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'),
    /'SSH-2\.0.*not that of msgr v2/,
  ],
  ['the banner of msgr v1', AT_ONCE, Buffer.from('ceph v027 and on'), /speaks msgr v1/],
  [
    'a banner of 64 KiB',
    AT_ONCE,
    Buffer.from('ceph v2\n\xff\xff', 'latin1'),
    /banner\.length.*65535/,
  ],
  ['a banner without v2.1', AT_ONCE, banner(0n), /v2\.0 only/],
  [
    'a banner that requires everything',
    AT_ONCE,
    banner(-1n & 0xffffffffffffffffn, 0xffffffffffffffffn),
    /banner\.required.*0xf/,
  ],
  [
    'a preamble whose crc is wrong',
    AFTER_BANNER,
    flipped(preamble(TAG_HELLO, 1, [10, 0, 0, 0]), 28),
    /preamble\.crc/,
  ],
  [
    'a frame without segments',
    AFTER_BANNER,
    preamble(TAG_HELLO, 0, [0, 0, 0, 0]),
    /num_segments.*0 segments/,
  ],
  [
    'a frame of 255 segments',
    AFTER_BANNER,
    preamble(TAG_HELLO, 255, [1, 1, 1, 1]),
    /num_segments.*255/,
  ],
  ['an unknown tag', AFTER_BANNER, preamble(99, 1, [10, 0, 0, 0]), /unknown \(99\)/],
  ['a tag before its time', AFTER_BANNER, signature(), /AUTH_SIGNATURE \(7\) instead of HELLO/],
  [
    'a message before authentication',
    AFTER_BANNER,
    message('early'),
    /MESSAGE \(17\) is too early/,
  ],
  [
    'WAIT before authentication',
    AFTER_HELLO,
    control(TAG_WAIT, () => {}),
    /WAIT \(16\) instead of/,
  ],
  ['an empty HELLO', AFTER_BANNER, control(TAG_HELLO, () => {}), /hello|HELLO|segment 0|type/i],
  [
    'a HELLO of one byte',
    AFTER_BANNER,
    control(TAG_HELLO, (enc) => enc.u8(4)),
    /segment 0|HELLO|addr/i,
  ],
  [
    'a HELLO of 3.75 GiB',
    AFTER_BANNER,
    preamble(TAG_HELLO, 1, [0xf0000000, 0, 0, 0]),
    /4026531840 bytes, at most/,
  ],
  [
    'a HELLO of 1 GiB, and sends it',
    AFTER_BANNER,
    Buffer.concat([preamble(TAG_HELLO, 1, [GIB, 0, 0, 0]), new Uint8Array(10 * KIB_64)]),
    /1073741824 bytes, at most/,
  ],
  ['HELLO twice', AFTER_HELLO, hello(CEPH_ENTITY_TYPE_CLIENT), /HELLO \(1\) instead of AUTH/],
  ['a signature that does not hold', AFTER_AUTH, signature(1), /heard something else/],
  ['a message before its ident', AFTER_SIGNATURE, message('early'), /MESSAGE \(17\) is too early/],
  [
    'segments of 4 GiB',
    WHEN_OPEN,
    preamble(TAG_MESSAGE, 4, [41, 0xffffffff, 0xffffffff, 0xffffffff]),
    /segments\[1\]\.length/,
  ],
  [
    'data of 4 GiB',
    WHEN_OPEN,
    preamble(TAG_MESSAGE, 4, [41, 0, 0, 0xffffffff]),
    /segments\[3\]\.length/,
  ],
  [
    'a last segment that is empty',
    WHEN_OPEN,
    preamble(TAG_MESSAGE, 2, [41, 0, 0, 0]),
    /the last of 2 is empty/,
  ],
  [
    'a header of no bytes',
    WHEN_OPEN,
    Buffer.concat([preamble(TAG_MESSAGE, 2, [0, 1, 0, 0]), new Uint8Array(14)]),
    /./,
  ],
  [
    'a late status that there is not',
    WHEN_OPEN,
    message('late', { lateStatus: 0x02 }),
    /late_status/,
  ],
  ['a front whose crc is wrong', WHEN_OPEN, message('bad', { crcBit: 8 }), /front_crc/],
  ['a front that ends too early', WHEN_OPEN, message('abc', { textLength: 1000 }), /text/],
  [
    'a seq of 2^63',
    WHEN_OPEN,
    message('far', { seq: 2 ** 63 }),
    /2\^53|range|large|9223372036854775808/,
  ],
  [
    'an ack in a message of what was never sent',
    WHEN_OPEN,
    message('ack', { ackSeq: 1_000_000 }),
    /ACK.*1000000/,
  ],
  ['an ack of what was never sent', WHEN_OPEN, ack(1_000_000), /ACK.*1000000/],
  [
    'HELLO when all is said',
    WHEN_OPEN,
    hello(CEPH_ENTITY_TYPE_OSD),
    /HELLO \(1\) is none of an open/,
  ],
];

const FROM_SERVERS: readonly Case[] = [
  ['AUTH_DONE instead of HELLO', AFTER_BANNER, authDone(), /AUTH_DONE \(6\) instead of HELLO/],
  [
    'HELLO of another kind',
    AFTER_BANNER,
    hello(CEPH_ENTITY_TYPE_CLIENT),
    /client answers where a osd/,
  ],
  ['AUTH_DONE twice', AFTER_AUTH, authDone(), /AUTH_DONE \(6\) instead of AUTH_SIGNATURE/],
  [
    'a mode that was not offered',
    AFTER_HELLO,
    authDone(SECURE_MODE),
    /secure \(2\) was not offered/,
  ],
  [
    'a payload longer than its frame',
    AFTER_HELLO,
    control(TAG_AUTH_DONE, (enc) => {
      enc.u64(1);
      enc.u32(CRC_MODE);
      enc.u32(0x80000000);
    }),
    /auth_payload/,
  ],
  ['a refusal', AFTER_HELLO, badMethods(1), /AUTH_BAD_METHOD/],
  ['10,000 refusals', AFTER_HELLO, badMethods(10_000), /AUTH_BAD_METHOD/],
  ['questions without end', AFTER_HELLO, more(10_000), /AUTH_REPLY_MORE/],
  [
    'the ident of somebody else',
    AFTER_SIGNATURE,
    serverIdent(PEER.with({ nonce: 10 })),
    /wrong node: \[.*\/10\] answers at/,
  ],
  [
    'IDENT_MISSING_FEATURES',
    AFTER_SIGNATURE,
    control(TAG_IDENT_MISSING_FEATURES, (enc) => encodeIdentMissingFeatures(enc, 0xf0n)),
    /wants features 0xf0/,
  ],
];

const FROM_CLIENTS: readonly Case[] = [
  [
    'its ident before authentication',
    AFTER_HELLO,
    clientIdent(),
    /CLIENT_IDENT \(8\) instead of AUTH_REQUEST/,
  ],
  [
    'modes that do not fit in their frame',
    AFTER_HELLO,
    control(TAG_AUTH_REQUEST, (enc) => {
      enc.u32(1);
      enc.u32(0xffffffff);
    }),
    /preferred_modes/,
  ],
  [
    'an ident for somebody else',
    AFTER_SIGNATURE,
    clientIdent({ targetAddr: PEER }),
    /target_addr.*is wanted, this is/,
  ],
  [
    'an ident from nowhere',
    AFTER_SIGNATURE,
    clientIdent({ addr: PEER.with({ ip: '' }) }),
    /is nowhere/,
  ],
  ['SERVER_IDENT', AFTER_SIGNATURE, serverIdent(), /SERVER_IDENT \(9\) instead of CLIENT_IDENT/],
  [
    'a wish to be authenticated without end',
    AFTER_HELLO,
    Buffer.concat(Array.from({ length: 3000 }, () => authRequest(SECURE_MODE))),
    /more than 65536 bytes/,
  ],
];

function badMethods(count: number): Uint8Array {
  const bad = { method: 1, result: -13, allowedMethods: [2], allowedModes: [CRC_MODE] };
  const one = control(TAG_AUTH_BAD_METHOD, (enc) => encodeAuthBadMethod(enc, bad));
  return Buffer.concat(Array.from({ length: count }, () => one));
}

function more(count: number): Uint8Array {
  const one = control(TAG_AUTH_REPLY_MORE, (enc) => enc.blob(EMPTY));
  return Buffer.concat(Array.from({ length: count }, () => one));
}

// ---- the victims

let net: MemoryNet;
let log: LogEntry[];

beforeEach(() => {
  net = new MemoryNet();
  log = [];
});

function start(type: number, policy = lossyClient()): { us: AsyncMessenger; got: Recorder } {
  const us = new AsyncMessenger(net.context({}, log), {
    name: { type, num: 0 },
    ...{ lname: 'test', nonce: V2_ADDR.nonce, messageFactory: testFactory },
  });
  const got = new Recorder();
  us.setDefaultPolicy(policy);
  us.start();
  us.addDispatcherTail(got);
  return { us, got };
}

interface Attack {
  readonly us: AsyncMessenger;
  readonly got: Recorder;
  readonly puppet: Puppet;
  /** Bytes that the victim has read of what came after the honest part. */
  readonly bytesRead: () => number;
  /** Why the victim has given up; the last reason. */
  readonly why: () => string;
}

/** Our client dials a server that says all this at once. */
function attackClient(...words: Uint8Array[]): Attack {
  const { us, got } = start(CEPH_ENTITY_TYPE_CLIENT);
  const puppet = new Puppet();
  net.listen(PEER, {
    onListening: () => undefined,
    onError: () => undefined,
    onAccept: (socket) => {
      puppet.socket = socket;
      net.addEventAfter(0, () => puppet.say(...words));
      return puppet;
    },
  });
  us.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
  net.run(1);
  return { us, got, puppet, bytesRead: () => readBy(0), why };
}

/** A client that says all this at once dials our server. */
function attackServer(...words: Uint8Array[]): Attack {
  const { us, got } = start(CEPH_ENTITY_TYPE_OSD, statelessServer());
  us.bind([V2_ADDR], () => {});
  net.run();
  const puppet = new Puppet();
  puppet.socket = net.connect(V2_ADDR, puppet);
  puppet.say(...words);
  net.run(1);
  return { us, got, puppet, bytesRead: () => readBy(1), why };
}

/** What was sent to a socket and does not wait there. */
function readBy(at: number): number {
  const socket = net.sockets[at];
  return (socket?.peer?.sent.length ?? 0) - (socket?.waiting ?? 0);
}

function why(): string {
  const entry = log.findLast(({ fn }) => fn.endsWith('.fault'));
  return String(entry?.facts['why'] ?? '');
}

describe.each([
  { victim: 'client', attack: attackClient, says: SERVER_SAYS, cases: FROM_SERVERS },
  { victim: 'server', attack: attackServer, says: CLIENT_SAYS, cases: FROM_CLIENTS },
])('a $victim whose peer sends', ({ victim, attack, says, cases }) => {
  it.each([...FROM_ANYBODY, ...cases])(
    '%s ends the connection and says why',
    (_, after, bytes, reason) => {
      const { got, puppet, why, bytesRead } = attack(...says.slice(0, after), bytes);
      expect(why()).toMatch(reason);
      expect(why()).toMatch(/127\.0\.0\.1:\d+/);
      expect(puppet.hasEnded).toBe(true);
      expect(got.texts).toEqual([]);
      if (after === WHEN_OPEN) expect(got.errors[0]).toBeInstanceOf(ProtocolError);
      else {
        expect(bytesRead()).toBeLessThanOrEqual(KIB_64 + 1);
        expect(got.errors.map(({ name }) => name)).toEqual(
          victim === 'client' ? ['ProtocolError'] : [],
        );
        expect(net.allocated).toBeLessThan(5 * KIB_64);
      }
    },
  );

  it.each([
    ['nothing', AT_ONCE, EMPTY, /no banner within 10 s/],
    ['half a banner', AT_ONCE, banner().subarray(0, 9), /no banner within 10 s/],
    ['a banner alone', AFTER_BANNER, EMPTY, /no HELLO within 10 s/],
    ['half a HELLO', AFTER_BANNER, hello(4).subarray(0, 40), /no HELLO within 10 s/],
    ['nothing after HELLO', AFTER_HELLO, EMPTY, /no AUTH_\w+ within 10 s/],
    ['nothing after authentication', AFTER_AUTH, EMPTY, /no AUTH_SIGNATURE within 10 s/],
    ['no ident', AFTER_SIGNATURE, EMPTY, /no (CLIENT|SERVER)_IDENT within 10 s/],
    ['half a message', WHEN_OPEN, message('long').subarray(0, 60), /half a frame.*within 30 s/],
  ])('%s, and then is silent, is given up in time', (_, after, bytes, reason) => {
    const { why, puppet } = attack(...says.slice(0, after), bytes);
    expect(puppet.hasEnded).toBe(false);
    net.run(after === WHEN_OPEN ? 31_000 : 10_000);
    expect(why()).toMatch(reason);
    expect(puppet.hasEnded).toBe(true);
  });

  it.each([
    ['the handshake', AT_ONCE, 11],
    ['a message', WHEN_OPEN, 31],
  ])('%s, one byte a second, is given up in time', (_, after, seconds) => {
    const { puppet } = attack(...says.slice(0, after));
    const bytes = Buffer.concat([...says.slice(after), message('slow')]);
    for (let s = 0; s < seconds; s++) {
      puppet.say(bytes.subarray(s, s + 1));
      net.run(1000);
    }
    expect(puppet.hasEnded).toBe(true);
    expect(why()).toMatch(/within \d+ s/);
  });

  it('messages that it took back, that nobody knows, and that it has sent before, loses none of the others', () => {
    const { got, puppet } = attack(
      ...says,
      message('taken back', { seq: 1, lateStatus: 0x01 }),
      message('one', { seq: 1 }),
      message('one again', { seq: 1 }),
      message('number 0', { seq: 0 }),
      message('unknown', { seq: 2, type: 999 }),
      message('three', { seq: 3 }),
      message('ten', { seq: 10 }),
    );
    expect(got.texts).toEqual(['one', 'three', 'ten']);
    expect(puppet.hasEnded).toBe(false);
  });

  it('100,000 keepalives and acks answers a few, and keeps nothing', () => {
    const { us, puppet } = attack(...says);
    const before = puppet.heardBytes;
    const flood = Buffer.concat(
      Array.from({ length: 1000 }, () => Buffer.concat([KEEPALIVE, ack(0)])),
    );
    const inUse = bytesInUse();
    for (let i = 0; i < 100; i++) {
      puppet.say(flood);
      net.run();
      for (const socket of net.sockets) socket.sends.length = 0;
      log.length = 0;
    }
    expect(puppet.heardBytes - before).toBeLessThan(100 * KIB_64);
    expect(bytesInUse() - inUse).toBeLessThan(1024 * 1024);
    expect(us.dispatchQueue.dispatchThrottler.current).toBe(0);
    expect(puppet.hasEnded).toBe(false);
  });

  it('100,000 messages that nobody asked for holds them no longer than they are dispatched', () => {
    const { us, got, puppet } = attack(...says);
    let seq = 1;
    for (let i = 0; i < 100; i++) {
      puppet.say(Buffer.concat(Array.from({ length: 1000 }, () => message('x', { seq: seq++ }))));
      net.run();
      for (const socket of net.sockets) socket.sends.length = 0;
      log.length = 0;
    }
    expect(got.messages.length).toBe(100_000);
    expect(us.dispatchQueue.dispatchThrottler.current).toBe(0);
  });

  it('1,000 of these, one after the other, leave nothing behind', () => {
    const all = [...FROM_ANYBODY, ...cases];
    const round = (count: number): number => {
      for (let i = 0; i < count; i++) {
        net = new MemoryNet();
        log = [];
        const [, after, bytes] = all[i % all.length] ?? all[0] ?? ['', 0, EMPTY];
        attack(...says.slice(0, after), bytes).us.shutdown();
      }
      net = new MemoryNet();
      log = [];
      return bytesInUse();
    };
    const before = round(100);
    expect(round(1000) - before).toBeLessThan(1024 * 1024);
  });
});

it('a server has nothing left of 1,000 hostile clients', () => {
  const { us, got } = attackServer(...CLIENT_SAYS, message('bad', { crcBit: 1 }));
  const all = [...FROM_ANYBODY, ...FROM_CLIENTS];
  const strike = (count: number): number => {
    for (let i = 0; i < count; i++) {
      const [, after, bytes] = all[i % all.length] ?? all[0] ?? ['', 0, EMPTY];
      const puppet = new Puppet();
      puppet.socket = net.connect(V2_ADDR, puppet);
      puppet.say(...CLIENT_SAYS.slice(0, after), bytes);
      net.run(1);
      net.sockets.length = 0;
      log.length = 0;
      got.errors.length = 0;
      got.events.length = 0;
      got.cons.clear();
    }
    return bytesInUse();
  };
  const before = strike(200);
  const after = strike(1000);
  expect(us.conns.size).toBe(0);
  expect(us.dispatchQueue.dispatchThrottler.current).toBe(0);
  expect(after - before).toBeLessThan(1024 * 1024);
});

it('a client that is reset at once, again and again, dials less and less often', () => {
  const { us, got } = start(CEPH_ENTITY_TYPE_CLIENT);
  let dials = 0;
  net.listen(PEER, {
    onListening: () => undefined,
    onError: () => undefined,
    onAccept: (socket) => {
      dials++;
      socket.destroy();
      return new Puppet();
    },
  });
  us.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
  net.run(60_000);
  expect(dials).toBeLessThan(13);
  expect(dials).toBeGreaterThan(8);
  expect(got.errors.every((error) => error instanceof SocketError)).toBe(true);
});

it('a secret that is too short for secure mode is refused', () => {
  const { us, got } = start(CEPH_ENTITY_TYPE_CLIENT);
  us.authClient = new (class extends DummyAuth {
    override getAuthRequest() {
      return { method: 1, preferredModes: [SECURE_MODE], payload: EMPTY };
    }
    override handleAuthDone() {
      return { ...NO_SECRETS, connectionSecret: new Uint8Array(39) };
    }
  })();
  net.listen(PEER, {
    onListening: () => undefined,
    onError: () => undefined,
    onAccept: (socket) => {
      const puppet = new Puppet();
      puppet.socket = socket;
      net.addEventAfter(0, () => puppet.say(...SERVER_SAYS.slice(0, 2), authDone(SECURE_MODE)));
      return puppet;
    },
  });
  us.getConnection(CEPH_ENTITY_TYPE_OSD, PEER);
  net.run(1);
  expect(got.errors[0]).toBeInstanceOf(ProtocolError);
  expect(got.errors[0]?.message).toMatch(/secret.*39 bytes/);
});
