import { describe, expect, it } from 'vitest';
import { CryptoKey } from '../../src/auth/CryptoKey.ts';
import { CephxSessionHandler } from '../../src/auth/cephx/CephxSessionHandler.ts';
import type { CephContext } from '../../src/common/CephContext.ts';
import { Decoder } from '../../src/common/Decoder.ts';
import { Encoder } from '../../src/common/Encoder.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../src/common/entity_name.ts';
import { MAuthReply } from '../../src/messages/MAuthReply.ts';
import { MonAuth, type MonAuthStep } from '../../src/mon/MonAuth.ts';
import { NodeCrypto } from '../../src/node/NodeCrypto.ts';
import {
  type CephxRecording,
  recordedV1,
  recordedV2,
  signedMessages,
} from '../helpers/golden_cephx.ts';
import { goldenConnections } from '../helpers/golden_v2.ts';
import { MemoryNet } from '../helpers/MemoryNet.ts';

const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'admin' };
const MON = { peerType: CEPH_ENTITY_TYPE_MON };
const OSD = { peerType: CEPH_ENTITY_TYPE_OSD };

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

/** Draws what the recorded client drew. */
function contextOf({ clientChallenge, authNonce, osdNonce }: CephxRecording): CephContext {
  const drawn = [clientChallenge, authNonce, osdNonce].filter((one) => one !== undefined);
  const words = drawn.flatMap((one) => [Number(one >> 32n), Number(one & 0xffffffffn)]);
  const uint32 = (): number => {
    const word = words.shift();
    if (word === undefined) throw new Error('nothing more was drawn');
    return word;
  };
  const cct = new MemoryNet().context();
  return { ...cct, random: { uint32, float: cct.random.float }, crypto: new NodeCrypto() };
}

function authOf(recording: CephxRecording): MonAuth {
  return MonAuth.create(contextOf(recording), { name, key: CryptoKey.parse(recording.key) });
}

describe('over msgr v2 our client', () => {
  const recording = recordedV2();
  const { mon, osd, globalId } = recording;
  const [request, authenticate] = mon.asked.map(hex);
  const [challenge = Buffer.alloc(0), done = Buffer.alloc(0)] = mon.answered;

  function authenticated(): MonAuth {
    const auth = authOf(recording);
    auth.getAuthRequest(MON);
    auth.handleAuthReplyMore(MON, challenge);
    auth.handleAuthDone(MON, globalId, done);
    return auth;
  }

  it('says to the monitor what librados said', () => {
    const auth = authOf(recording);
    const asked = auth.getAuthRequest(MON);
    expect(asked).toMatchObject({ method: 2, preferredModes: [2, 1] });
    expect(hex(asked.payload)).toBe(request);
    expect(hex(auth.handleAuthReplyMore(MON, challenge))).toBe(authenticate);
  });

  it('knows the session key and the connection secret that librados knew', () => {
    const auth = authOf(recording);
    auth.getAuthRequest(MON);
    auth.handleAuthReplyMore(MON, challenge);
    const secrets = auth.handleAuthDone(MON, globalId, done);
    const { keys } = goldenConnections('v2-cephx-get')[2] ?? {};
    expect(hex(secrets.sessionKey)).toBe(hex(keys?.sessionKey));
    expect(hex(secrets.connectionSecret)).toBe(hex(keys?.connectionSecret));
  });

  it('has every ticket that it wants, and renews none for a while', () => {
    const auth = authenticated();
    expect(auth.globalId).toBe(globalId);
    expect(auth.renew()).toBeUndefined();
  });

  it('shows an OSD what librados showed, and answers its challenge as librados did', () => {
    const auth = authenticated();
    const asked = auth.getAuthRequest(OSD);
    expect(asked).toMatchObject({ method: 2, preferredModes: [1, 2] });
    expect(hex(asked.payload)).toBe(hex(osd.authorizers[0]));
    expect(hex(auth.handleAuthReplyMore(OSD, osd.challenge))).toBe(hex(osd.authorizers[1]));
  });

  it('believes the OSD that answered, and knows the session key', () => {
    const auth = authenticated();
    auth.getAuthRequest(OSD);
    auth.handleAuthReplyMore(OSD, osd.challenge);
    const secrets = auth.handleAuthDone(OSD, globalId, osd.reply);
    expect(hex(secrets.sessionKey)).toBe(hex(recording.osdSessionKey));
  });
});

describe('over msgr v1 our client', () => {
  const recording = recordedV1();
  const { mon, osd, globalId } = recording;

  function answer(auth: MonAuth, resultBl: Uint8Array): MonAuthStep {
    return auth.handleReply(new MAuthReply({ protocol: 2, result: 0, globalId, resultBl }));
  }

  function authenticated(): MonAuth {
    const auth = authOf(recording);
    auth.start(0);
    for (const answered of mon.answered) answer(auth, answered);
    return auth;
  }

  it('says to the monitor what librados said, in three rounds', () => {
    const auth = authOf(recording);
    const said = [hex(auth.start(0).authPayload)];
    const steps = mon.answered.map((answered) => answer(auth, answered));
    for (const step of steps) if (step.kind === 'ask') said.push(hex(step.request.authPayload));
    expect(said).toEqual(mon.asked.map(hex));
    expect(steps.at(-1)).toEqual({ kind: 'done' });
  });

  it('shows an OSD what librados showed, answers its challenge, and believes its reply', () => {
    const first = authenticated().buildAuthorizer(CEPH_ENTITY_TYPE_OSD);
    const second = first?.addChallenge?.(osd.challenge);
    expect([first, second].map((one) => hex(one?.bytes))).toEqual(osd.authorizers.map(hex));
    const secrets = second?.verifyReply?.(osd.reply);
    expect(hex(secrets?.sessionKey)).toBe(hex(recording.osdSessionKey));
  });

  it('signs and checks messages as librados and the OSD did', () => {
    const handler = new CephxSessionHandler(
      new NodeCrypto(),
      new CryptoKey(recording.osdSessionKey),
    );
    const messages = signedMessages();
    expect(messages).toHaveLength(2);
    for (const { header, footer } of messages) {
      const digest = {
        seq: header.readUInt32LE(0),
        header: header.readUInt32LE(49),
        front: footer.readUInt32LE(0),
        frontLen: header.readUInt32LE(22),
        middle: footer.readUInt32LE(4),
        middleLen: header.readUInt32LE(26),
        data: footer.readUInt32LE(8),
        dataLen: header.readUInt32LE(30),
      };
      const enc = new Encoder();
      handler.signMessage(digest, enc);
      const signature = footer.subarray(12, 20);
      expect(hex(enc.take())).toBe(hex(signature));
      const isSigned = (changed: number): boolean =>
        handler.checkMessageSignature(
          { ...digest, seq: digest.seq + changed },
          new Decoder(signature, 'signature'),
        );
      expect([isSigned(0), isSigned(1)]).toEqual([true, false]);
    }
  });
});
