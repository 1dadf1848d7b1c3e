import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CryptoKey } from '../../../src/auth/CryptoKey.ts';
import type { CephContext } from '../../../src/common/CephContext.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../src/common/entity_name.ts';
import { EACCES, EOPNOTSUPP } from '../../../src/common/errno.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import type { Options } from '../../../src/common/options.ts';
import { MAuthReply } from '../../../src/messages/MAuthReply.ts';
import { MonAuth } from '../../../src/mon/MonAuth.ts';
import { NodeCrypto } from '../../../src/node/NodeCrypto.ts';
import { recordedV1, recordedV2 } from '../../helpers/golden_cephx.ts';
import { MemoryNet } from '../../helpers/MemoryNet.ts';

const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
const MON = { peerType: CEPH_ENTITY_TYPE_MON };
const OSD = { peerType: CEPH_ENTITY_TYPE_OSD };
const OTHER_KEY = 'AQBvaXpnAAAAABAAb1Kv2Vv7pQ2hYw2xw3pF1A==';
/** What the recorded monitors gave: tickets for an hour. */
const TTL_MS = 3600 * 1000;

const v1 = recordedV1();
const v2 = recordedV2();
const [challenge = Buffer.alloc(0), done = Buffer.alloc(0)] = v2.mon.answered;

class World {
  /** By which tickets age. */
  now = 1_700_000_000_000;
  readonly auth: MonAuth;

  /** `nonces`: what is drawn, 64 bits each; then 0. */
  constructor(
    key: string | undefined,
    nonces: readonly (bigint | undefined)[] = [],
    conf: Partial<Options> = {},
  ) {
    const words = nonces
      .filter((one) => one !== undefined)
      .flatMap((one) => [Number(one >> 32n), Number(one & 0xffffffffn)]);
    const net = new MemoryNet().context();
    const cct: CephContext = {
      ...net,
      conf: { ...net.conf, ...conf },
      crypto: new NodeCrypto(),
      random: { uint32: () => words.shift() ?? 0, float: () => 0 },
      clock: {
        now: () => this.now,
        realNow: () => this.now,
        addEventAfter: net.clock.addEventAfter.bind(net.clock),
        defer: net.clock.defer.bind(net.clock),
        deferToRoundEnd: net.clock.deferToRoundEnd.bind(net.clock),
      },
    };
    this.auth = MonAuth.create(
      cct,
      key === undefined ? { name } : { name, key: CryptoKey.parse(key) },
    );
  }
}

/** Over v2, with the recorded monitor's tickets. */
function authenticated(): World {
  const world = new World(v2.key, [v2.clientChallenge, v2.osdNonce]);
  world.auth.getAuthRequest(MON);
  world.auth.handleAuthReplyMore(MON, challenge);
  world.auth.handleAuthDone(MON, v2.globalId, done);
  return world;
}

function reply(resultBl: Uint8Array, init: Partial<MAuthReply> = {}): MAuthReply {
  return new MAuthReply({ protocol: 2, result: 0, globalId: v1.globalId, resultBl, ...init });
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('a monitor', () => {
  it('that does not know our key is not believed', () => {
    const { auth } = new World(OTHER_KEY);
    auth.getAuthRequest(MON);
    auth.handleAuthReplyMore(MON, challenge);
    const finish = (): unknown => auth.handleAuthDone(MON, v2.globalId, done);
    expect(finish).toThrow(DecodeError);
    expect(finish).not.toThrow(OTHER_KEY.slice(16));
  });

  it('that lets us in without a challenge is refused', () => {
    const { auth } = new World(v2.key);
    auth.getAuthRequest(MON);
    expect(() => auth.handleAuthDone(MON, v2.globalId, done)).toThrow(/challenge is awaited/);
  });

  it('that repeats what it said on another connection is refused', () => {
    const { auth } = authenticated();
    auth.getAuthRequest(MON);
    expect(() => auth.handleAuthDone(MON, v2.globalId, done)).toThrow(DecodeError);
  });

  it('that sends tickets before a session key is refused', () => {
    const { auth } = new World(v1.key);
    auth.start(0);
    auth.handleReply(reply(v1.mon.answered[0] ?? challenge));
    const early = reply(v1.mon.answered[2] ?? challenge);
    expect(() => auth.handleReply(early)).toThrow(DecodeError);
  });

  it.each([0, 99])('that calls us %i, who have been another, is refused', (globalId) => {
    const { auth } = authenticated();
    auth.getAuthRequest(MON);
    auth.handleAuthReplyMore(MON, challenge);
    expect(() => auth.handleAuthDone(MON, globalId, done)).toThrow(/global_id/);
  });

  it.each([0, 1, 3])(
    'that answers with auth protocol %i, which we did not offer, is refused',
    (protocol) => {
      const { auth } = new World(v1.key);
      auth.start(0);
      const step = auth.handleReply(reply(Buffer.alloc(0), { protocol }));
      expect(step).toMatchObject({ kind: 'refused', result: -EOPNOTSUPP });
    },
  );

  it('that refuses us is told about by the name of the error', () => {
    const { auth } = new World(v1.key);
    auth.start(0);
    const step = auth.handleReply(reply(Buffer.alloc(0), { result: -EACCES }));
    const why = 'authentication of client.admin failed: (13) Permission denied';
    expect(step).toEqual({ kind: 'refused', result: -EACCES, why });
  });

  it.each([
    ['challenge', challenge],
    ['answer', done],
  ])('whose %s is cut off anywhere is refused', (_, bytes) => {
    for (let length = 0; length < bytes.length; length++) {
      const { auth } = new World(v2.key, [v2.clientChallenge]);
      auth.getAuthRequest(MON);
      const cut = bytes.subarray(0, length);
      const say = (): unknown => {
        if (bytes === challenge) return auth.handleAuthReplyMore(MON, cut);
        auth.handleAuthReplyMore(MON, challenge);
        return auth.handleAuthDone(MON, v2.globalId, cut);
      };
      expect(say).toThrow(DecodeError);
    }
  });

  it('whose answer has been changed does no more than be refused', () => {
    fc.assert(
      fc.property(fc.nat(done.length * 8 - 1), (bit) => {
        const { auth } = new World(v2.key, [v2.clientChallenge]);
        auth.getAuthRequest(MON);
        auth.handleAuthReplyMore(MON, challenge);
        try {
          auth.handleAuthDone(MON, v2.globalId, flipped(done, bit));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});

describe('an OSD', () => {
  it('is shown nothing before there is a ticket for it', () => {
    const { auth } = new World(v2.key);
    expect(() => auth.getAuthRequest(OSD)).toThrow(/no ticket for the osd/);
    expect(() => auth.buildAuthorizer(CEPH_ENTITY_TYPE_OSD)).toThrow(/no ticket for the osd/);
  });

  it('that answers without a challenge is refused', () => {
    const { auth } = authenticated();
    auth.getAuthRequest(OSD);
    expect(() => auth.handleAuthDone(OSD, v2.globalId, v2.osd.reply)).toThrow(/cannot have read/);
  });

  it('that challenges twice is refused', () => {
    const { auth } = authenticated();
    auth.getAuthRequest(OSD);
    auth.handleAuthReplyMore(OSD, v2.osd.challenge);
    expect(() => auth.handleAuthReplyMore(OSD, v2.osd.challenge)).toThrow(/unexpected challenge/);
  });

  it('that answers to the nonce of another connection is refused', () => {
    const { auth } = authenticated();
    auth.getAuthRequest({ ...OSD });
    auth.getAuthRequest(OSD);
    auth.handleAuthReplyMore(OSD, v2.osd.challenge);
    expect(() => auth.handleAuthDone(OSD, v2.globalId, v2.osd.reply)).toThrow(/cannot have read/);
  });

  it('whose challenge or reply is cut off or changed in its length is refused', () => {
    for (let length = 0; length < v2.osd.reply.length; length++) {
      const { auth } = authenticated();
      auth.getAuthRequest(OSD);
      const cut = v2.osd.challenge.subarray(0, length);
      if (length < v2.osd.challenge.length) {
        expect(() => auth.handleAuthReplyMore(OSD, cut)).toThrow(DecodeError);
      }
      auth.handleAuthReplyMore(OSD, v2.osd.challenge);
      const end = v2.osd.reply.subarray(0, length);
      expect(() => auth.handleAuthDone(OSD, v2.globalId, end)).toThrow(DecodeError);
      auth.getAuthRequest(OSD);
    }
  });
});

describe('tickets', () => {
  it('are renewed in the last quarter of their life', () => {
    const world = authenticated();
    expect(world.auth.renewAfter() - world.now).toBe((TTL_MS * 3) / 4);
    world.now += (TTL_MS * 3) / 4 - 1;
    expect(world.auth.renew()).toBeUndefined();
    world.now += 1;
    expect(world.auth.renew()?.protocol).toBe(2);
  });

  it('are not asked for again while an answer is awaited', () => {
    const world = authenticated();
    world.now += TTL_MS;
    world.auth.renew();
    expect(world.auth.renew()).toBeUndefined();
  });

  it('that an OSD refuses are renewed at once', () => {
    const world = authenticated();
    world.now += 60_000;
    world.auth.invalidateTicket(CEPH_ENTITY_TYPE_OSD);
    expect(world.auth.renew()?.protocol).toBe(2);
  });

  it('that came just now are not renewed for a refusal', () => {
    const { auth } = authenticated();
    auth.invalidateTicket(CEPH_ENTITY_TYPE_OSD);
    expect(auth.renew()).toBeUndefined();
  });

  it('are shown by a fork until it has its own', () => {
    const { auth } = authenticated();
    const fork = auth.fork();
    expect(fork.globalId).toBe(v2.globalId);
    expect(fork.buildAuthorizer(CEPH_ENTITY_TYPE_OSD)).toBeDefined();
    fork.getAuthRequest(MON);
    fork.handleAuthReplyMore(MON, challenge);
    expect(auth.renew()).toBeUndefined();
  });

  it('are not shown by a fork that is somebody else', () => {
    const fork = authenticated().auth.forkAnew();
    expect(fork.globalId).toBe(0);
    expect(() => fork.buildAuthorizer(CEPH_ENTITY_TYPE_OSD)).toThrow(/no ticket for the osd/);
  });

  it('of before claim our number on the next connection', () => {
    const { auth } = authenticated();
    const request = Buffer.from(auth.getAuthRequest(MON).payload);
    expect(request.readBigUInt64LE(request.length - 8)).toBe(BigInt(v2.globalId));
    const authenticate = Buffer.from(auth.handleAuthReplyMore(MON, challenge));
    // u16 type, u8 version, two u64, u8 version, u64 secret id, u32 length of the old ticket.
    expect(authenticate.readUInt32LE(2 + 1 + 16 + 1 + 8)).toBeGreaterThan(0);
  });
});

it('who has no key cannot go where the options want cephx', () => {
  const { auth } = new World(undefined, [], { auth_client_required: 'cephx' });
  expect(auth.impossible).toMatch(/client\.admin has no key/);
});
