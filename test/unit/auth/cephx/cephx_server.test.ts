import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CEPH_AUTH_CEPHX } from '../../../../src/auth/auth_methods.ts';
import {
  CEPH_CON_MODE_CRC,
  CEPH_CON_MODE_SECURE,
  CEPH_CON_MODE_UNKNOWN,
} from '../../../../src/auth/auth_modes.ts';
import { encodeMonAuthRequest } from '../../../../src/auth/auth_none.ts';
import { CryptoKey } from '../../../../src/auth/CryptoKey.ts';
import { CephxAuthorizeServer } from '../../../../src/auth/cephx/CephxAuthorizeServer.ts';
import { CephxClientHandler } from '../../../../src/auth/cephx/CephxClientHandler.ts';
import { CephxMonServer } from '../../../../src/auth/cephx/CephxMonServer.ts';
import { KeyServer } from '../../../../src/auth/cephx/KeyServer.ts';
import {
  CEPH_ENTITY_TYPE_CLIENT,
  CEPH_ENTITY_TYPE_MON,
  CEPH_ENTITY_TYPE_OSD,
} from '../../../../src/common/entity_name.ts';
import { EACCES } from '../../../../src/common/errno.ts';
import { DecodeError } from '../../../../src/common/errors.ts';
import { MemoryNet } from '../../../helpers/MemoryNet.ts';

const name = { type: CEPH_ENTITY_TYPE_CLIENT, id: 'reader' };
const MODES = [CEPH_CON_MODE_SECURE, CEPH_CON_MODE_CRC];
const CAPS = new Map([
  ['mon', 'allow r'],
  ['osd', 'allow r pool=data'],
]);
const HOUR_MS = 3_600_000;
const EMPTY = new Uint8Array(0);

function setUp(caps: ReadonlyMap<string, string> = CAPS) {
  const net = new MemoryNet();
  const cct = net.context();
  const keys = new KeyServer(cct);
  const key = keys.generateSecret();
  keys.addAuth('client.reader', { key, caps });
  let lastGlobalId = 4100;
  const mon = new CephxMonServer(cct, keys, (had) => had || ++lastGlobalId, MODES);
  const osd = new CephxAuthorizeServer(cct, keys, CEPH_ENTITY_TYPE_OSD, MODES);
  const client = new CephxClientHandler(cct, CryptoKey.parse(key.print()));
  return { net, cct, keys, mon, osd, client };
}

type World = ReturnType<typeof setUp>;

/** The conversation of msgr v2 with the monitor. */
function authenticate({ mon, client }: World, conMode: number) {
  const con = { peerType: CEPH_ENTITY_TYPE_CLIENT };
  client.reset();
  const first = mon.handleAuthRequest(
    con,
    false,
    CEPH_AUTH_CEPHX,
    encodeMonAuthRequest(name, client.globalId),
    conMode,
  );
  if (first.kind !== 'more') throw new Error(`${first.kind} at once`);
  client.handleResponse(first.payload);
  return mon.handleAuthRequest(con, true, CEPH_AUTH_CEPHX, client.buildRequest(), conMode);
}

function letIn(world: World, conMode = CEPH_CON_MODE_CRC) {
  const done = authenticate(world, conMode);
  if (done.kind !== 'done') throw new Error(done.kind);
  world.client.globalId = done.globalId;
  return { done, secrets: world.client.handleDone(done.payload) };
}

/** The conversation of msgr v2 with an OSD. */
function connect({ osd, client }: World, conMode = CEPH_CON_MODE_CRC) {
  const con = { peerType: CEPH_ENTITY_TYPE_CLIENT };
  const authorizer = client.buildAuthorizer(CEPH_ENTITY_TYPE_OSD);
  if (authorizer === undefined) throw new Error('no ticket');
  const first = osd.handleAuthRequest(con, false, CEPH_AUTH_CEPHX, authorizer.bytes, conMode);
  if (first.kind !== 'more') return { first, reply: first, second: authorizer };
  const second = authorizer.addChallenge?.(first.payload) ?? authorizer;
  const reply = osd.handleAuthRequest(con, true, CEPH_AUTH_CEPHX, second.bytes, conMode);
  return { first, reply, second };
}

describe('a monitor with keys', () => {
  test.each([
    ['crc', CEPH_CON_MODE_CRC, 0],
    ['secure', CEPH_CON_MODE_SECURE, 64],
  ])('lets in who has one: both sides know the same secrets (%s)', (_name, mode, length) => {
    const { done, secrets } = letIn(setUp(), mode);
    expect(secrets.connectionSecret).toEqual(done.connectionSecret);
    expect(secrets.connectionSecret).toHaveLength(length);
    expect(secrets.sessionKey).toEqual(done.sessionKey);
    expect(done.peer).toEqual({ entityName: name, globalId: 4101, caps: 'allow r' });
  });

  it('refuses who has another key', () => {
    const world = setUp();
    const client = new CephxClientHandler(world.cct, world.keys.generateSecret());
    expect(authenticate({ ...world, client }, CEPH_CON_MODE_CRC)).toEqual({
      kind: 'bad',
      result: -EACCES,
    });
  });

  it('refuses a name that it does not know, once it has answered', () => {
    const world = setUp();
    world.keys.removeAuth('client.reader');
    expect(authenticate(world, CEPH_CON_MODE_CRC)).toEqual({ kind: 'bad', result: -EACCES });
  });

  it('refuses who may do nothing at a monitor', () => {
    const world = setUp(new Map([['osd', 'allow *']]));
    expect(authenticate(world, CEPH_CON_MODE_CRC)).toEqual({ kind: 'bad', result: -EACCES });
  });

  it('gives a client its number again that shows its old ticket', () => {
    const world = setUp();
    const { done } = letIn(world);
    expect(letIn(world).done.globalId).toBe(done.globalId);
    connect(world);
  });

  it('refuses a number that the client has no ticket for', () => {
    const world = setUp();
    letIn(world);
    const client = new CephxClientHandler(
      world.cct,
      world.keys.getAuth('client.reader')?.key ?? world.keys.generateSecret(),
    );
    client.globalId = 4101;
    expect(authenticate({ ...world, client }, CEPH_CON_MODE_CRC)).toEqual({
      kind: 'bad',
      result: -EACCES,
    });
  });

  it('gives new tickets for the ticket that it gave first', () => {
    const world = setUp();
    const con = { peerType: CEPH_ENTITY_TYPE_CLIENT };
    const first = world.mon.start(con, name, 0);
    world.client.handleResponse(first.challenge);
    const answer = world.mon.handleRequest(con, world.client.buildRequest(), undefined);
    if (answer.kind !== 'done') throw new Error(answer.kind);
    world.client.globalId = 4101;
    expect(world.client.handleResponse(answer.payload)).toBe('more');
    const tickets = world.mon.handleRequest(con, world.client.buildRequest(), undefined);
    if (tickets.kind !== 'tickets') throw new Error(tickets.kind);
    expect(world.client.handleResponse(tickets.payload)).toBe('done');
    expect(connect(world).reply.kind).toBe('done');
  });

  it('whatever it is told is refused or is nonsense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (payload, started) => {
        const { mon } = setUp();
        const con = { peerType: CEPH_ENTITY_TYPE_CLIENT };
        if (started) mon.start(con, name, 0);
        try {
          const { kind } = mon.handleRequest(con, payload, 0);
          expect(kind).toBe('bad');
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});

describe('an OSD that knows the secrets of its service', () => {
  test.each([
    ['crc', CEPH_CON_MODE_CRC],
    ['secure', CEPH_CON_MODE_SECURE],
  ])('lets in who has a ticket, and knows what it may do (%s)', (_name, mode) => {
    const world = setUp();
    letIn(world);
    const { reply, second } = connect(world, mode);
    if (reply.kind !== 'done') throw new Error(reply.kind);
    expect(reply.peer).toEqual({ entityName: name, globalId: 4101, caps: 'allow r pool=data' });
    const secrets = second.verifyReply?.(reply.payload);
    expect(secrets?.connectionSecret).toEqual(reply.connectionSecret);
    expect(secrets?.sessionKey).toEqual(reply.sessionKey);
  });

  it('over msgr v1 challenges once, then lets in', () => {
    const world = setUp();
    letIn(world);
    const authorizer = world.client.buildAuthorizer(CEPH_ENTITY_TYPE_OSD);
    if (authorizer === undefined) throw new Error('no ticket');
    const ask = (bytes: Uint8Array, challenge?: Uint8Array) =>
      world.osd.verifyAuthorizer(CEPH_ENTITY_TYPE_CLIENT, CEPH_AUTH_CEPHX, bytes, challenge);
    const first = ask(authorizer.bytes);
    if (first === undefined || !('challenge' in first)) throw new Error('no challenge');
    const second = authorizer.addChallenge?.(first.challenge);
    const meta = ask(second?.bytes ?? EMPTY, first.challenge);
    if (meta === undefined || !('entityName' in meta)) throw new Error('refused');
    expect(meta.globalId).toBe(4101);
    expect(second?.verifyReply?.(meta.authorizerReply ?? EMPTY)).toBeDefined();
  });

  it('refuses an answer to another challenge', () => {
    const world = setUp();
    letIn(world);
    const { second } = connect(world);
    const con = { peerType: CEPH_ENTITY_TYPE_CLIENT };
    const authorizer = world.client.buildAuthorizer(CEPH_ENTITY_TYPE_OSD);
    const ask = (more: boolean, bytes: Uint8Array = EMPTY) =>
      world.osd.handleAuthRequest(con, more, CEPH_AUTH_CEPHX, bytes, CEPH_CON_MODE_CRC);
    ask(false, authorizer?.bytes);
    expect(ask(true, second.bytes)).toEqual({ kind: 'bad', result: -EACCES });
  });

  it('refuses a ticket for a monitor', () => {
    const world = setUp();
    letIn(world);
    const authorizer = world.client.buildAuthorizer(CEPH_ENTITY_TYPE_MON);
    const reply = world.osd.handleAuthRequest(
      { peerType: CEPH_ENTITY_TYPE_CLIENT },
      false,
      CEPH_AUTH_CEPHX,
      authorizer?.bytes ?? EMPTY,
      CEPH_CON_MODE_CRC,
    );
    expect(reply).toEqual({ kind: 'bad', result: -EACCES });
  });

  test.each([
    ['within the life of the next secret', 1, 'done'],
    ['when its secret is forgotten', 4, 'bad'],
  ] as const)('a ticket %s: %s', (_name, hours, kind) => {
    const world = setUp();
    letIn(world);
    world.net.run(hours * HOUR_MS);
    expect(connect(world).reply.kind).toBe(kind);
  });

  it('refuses tickets that were made to expire', () => {
    const world = setUp();
    letIn(world);
    world.keys.expireTickets(CEPH_ENTITY_TYPE_OSD);
    expect(connect(world).reply.kind).toBe('bad');
  });

  it('takes no mode that it does not allow', () => {
    const { cct, keys } = setUp();
    const osd = new CephxAuthorizeServer(cct, keys, CEPH_ENTITY_TYPE_OSD, [CEPH_CON_MODE_CRC]);
    const pick = (preferred: number[]) =>
      osd.pickConMode(CEPH_ENTITY_TYPE_CLIENT, CEPH_AUTH_CEPHX, preferred);
    expect(pick([CEPH_CON_MODE_SECURE, CEPH_CON_MODE_CRC])).toBe(CEPH_CON_MODE_CRC);
    expect(pick([CEPH_CON_MODE_SECURE])).toBe(CEPH_CON_MODE_UNKNOWN);
  });
});

test('a generated key is read back as it is printed, and shows itself to nobody else', () => {
  const { keys } = setUp();
  const key = keys.generateSecret();
  expect(CryptoKey.parse(key.print()).reveal()).toEqual(key.reveal());
  expect(`${key} ${JSON.stringify({ key })}`).not.toContain(key.print());
});
