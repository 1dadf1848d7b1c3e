import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { goldenConnections } from './golden_v2.ts';

/**
 * What a real client and real daemons said to authenticate by cephx, taken apart by a parser of its own
 * with OpenSSL. The files: test/wire/golden/auth/SOURCE.md.
 */
export interface CephxRecording {
  /** Of client.admin, in base64. */
  readonly key: string;
  readonly keyring: string;
  readonly globalId: number;
  /** The monitor's challenge, its answers; what the client asked between them. */
  readonly mon: { readonly asked: readonly Buffer[]; readonly answered: readonly Buffer[] };
  readonly osd: OsdExchange;
  /** What the client drew at random, in turn: for the monitor, for the monitor's second question, for the OSD. */
  readonly clientChallenge: bigint;
  readonly authNonce: bigint | undefined;
  readonly osdNonce: bigint;
  readonly osdSessionKey: Buffer;
}

export interface OsdExchange {
  readonly authorizers: readonly [Buffer, Buffer];
  readonly challenge: Buffer;
  readonly reply: Buffer;
}

interface Recorded {
  readonly client_to_server: string;
  readonly server_to_client: string;
}

const AUTH_DIRECTORY = new URL('../wire/golden/auth/', import.meta.url);
const AUTH = 0x20;
const OSD = 4;

/** Reads little-endian bytes one after the other. */
class Cursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = Buffer.from(bytes);
    this.at = at;
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error('the recording ends');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  u32(): number {
    return this.take(4).readUInt32LE();
  }

  blob(): Buffer {
    return this.take(this.u32());
  }
}

function decrypt(key: Buffer, encrypted: Buffer): Cursor {
  const decipher = createDecipheriv('aes-128-cbc', key, 'cephsageyudagreg');
  const plaintext = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  if (plaintext.readBigUInt64LE(1) !== 0xff009cad8826aa55n) throw new Error('no magic');
  return new Cursor(plaintext, 9);
}

/** Service → session key, of the tickets that stand at `cursor`. */
function tickets(key: Buffer, cursor: Cursor): Map<number, Buffer> {
  cursor.take(1);
  const found = new Map<number, Buffer>();
  for (let left = cursor.u32(); left > 0; left--) {
    const service = cursor.u32();
    cursor.take(1);
    const granted = decrypt(key, cursor.blob());
    granted.take(1 + 2 + 8 + 2);
    found.set(service, granted.take(16));
    cursor.take(1);
    cursor.blob();
  }
  return found;
}

function secretOf(key: string): Buffer {
  return Buffer.from(key, 'base64').subarray(12);
}

function keyringOf(name: string): { keyring: string; key: string } {
  const keyring = readFileSync(new URL(name, AUTH_DIRECTORY), 'utf8');
  const [, key] = /\[client\.admin\]\s+key = (\S+)/.exec(keyring) ?? [];
  if (key === undefined) throw new Error('no key');
  return { keyring, key };
}

function need(key: Buffer | undefined): Buffer {
  if (key === undefined) throw new Error('no session key');
  return key;
}

/** The nonce in the authorizer that `cursor` stands at. */
function nonceOf(sessionKey: Buffer, authorizer: Cursor): bigint {
  authorizer.take(1 + 8 + 4 + 1 + 8);
  authorizer.blob();
  return decrypt(sessionKey, authorizer.blob()).take(9).readBigUInt64LE(1);
}

/** The connections of `rados get` over msgr v2.1: secure mode with the monitor. */
export function recordedV2(): CephxRecording {
  const { keyring, key } = keyringOf('v2-cephx.keyring');
  const [, , mon, osd] = goldenConnections('v2-cephx-get');
  if (mon === undefined || osd === undefined) throw new Error('no such connections');
  const [request, more] = frames(mon.client).slice(1);
  const [challenge, done] = frames(mon.server).slice(1);
  const [osdRequest, osdMore] = frames(osd.client).slice(1);
  const [osdChallenge, osdDone] = frames(osd.server).slice(1);
  if (!request || !more || !challenge || !done) throw new Error('no frames');
  if (!osdRequest || !osdMore || !osdChallenge || !osdDone) throw new Error('no frames');
  const answer = new Cursor(done, 12).blob();
  const cursor = new Cursor(answer, 6);
  const session = need(tickets(secretOf(key), cursor).get(AUTH));
  cursor.blob();
  const osdSessionKey = need(tickets(session, new Cursor(cursor.blob())).get(OSD));
  const asked = [payloadOfRequest(request), new Cursor(more).blob()];
  const authorizers = [payloadOfRequest(osdRequest), new Cursor(osdMore).blob()] as const;
  return {
    keyring,
    key,
    globalId: Number(done.readBigUInt64LE()),
    mon: { asked, answered: [new Cursor(challenge).blob(), answer] },
    osd: {
      authorizers,
      challenge: new Cursor(osdChallenge).blob(),
      reply: new Cursor(osdDone, 12).blob(),
    },
    clientChallenge: new Cursor(more).blob().readBigUInt64LE(3),
    authNonce: undefined,
    osdNonce: nonceOf(osdSessionKey, new Cursor(authorizers[0])),
    osdSessionKey,
  };
}

/** The first segments of the frames that are sent in the clear. */
function frames(bytes: Uint8Array): Buffer[] {
  const cursor = new Cursor(bytes, 26);
  return Array.from({ length: 3 }, () => {
    const length = cursor.take(32).readUInt32LE(2);
    const segment = cursor.take(length);
    cursor.take(4);
    return segment;
  });
}

function payloadOfRequest(request: Buffer): Buffer {
  const cursor = new Cursor(request, 4);
  cursor.take(4 * cursor.u32());
  return cursor.blob();
}

/** The same over msgr v1: the monitor is asked in messages. */
export function recordedV1(): CephxRecording {
  const { keyring, key } = keyringOf('v1-cephx.keyring');
  const file = readFileSync(new URL('v1-cephx-get.json', AUTH_DIRECTORY), 'utf8');
  const [, , mon, osd]: Recorded[] = JSON.parse(file);
  if (mon === undefined || osd === undefined) throw new Error('no such connections');
  const asked = fronts(mon.client_to_server, 9 + 136 + 33 + 8, 17).map((front) => {
    return new Cursor(front, 18 + 4).blob();
  });
  const replies = fronts(mon.server_to_client, 9 + 272 + 26 + 8, 18);
  const answered = replies.map((front) => new Cursor(front, 4 + 4 + 8).blob());
  const [, first, second] = answered;
  if (first === undefined || second === undefined || asked[2] === undefined)
    throw new Error('no answers');
  const session = need(tickets(secretOf(key), new Cursor(first, 6)).get(AUTH));
  const osdSessionKey = need(tickets(session, new Cursor(second, 6)).get(OSD));
  const exchange = osdExchange(osd);
  return {
    keyring,
    key,
    globalId: Number(replies[0]?.readBigUInt64LE(8)),
    mon: { asked, answered },
    osd: exchange,
    clientChallenge: asked[1]?.readBigUInt64LE(3) ?? 0n,
    authNonce: nonceOf(session, new Cursor(asked[2], 2)),
    osdNonce: nonceOf(osdSessionKey, new Cursor(exchange.authorizers[0])),
    osdSessionKey,
  };
}

function osdExchange({ client_to_server, server_to_client }: Recorded): OsdExchange {
  const client = new Cursor(Buffer.from(client_to_server, 'base64'), 9 + 136);
  const server = new Cursor(Buffer.from(server_to_client, 'base64'), 9 + 272);
  const authorizer = (): Buffer => client.take(client.take(33).readUInt32LE(28));
  const answer = (): Buffer => server.take(server.take(26).readUInt32LE(21));
  return {
    authorizers: [authorizer(), authorizer()],
    challenge: answer(),
    reply: answer(),
  };
}

/** A message of v1 as its signature sees it. */
export interface SignedMessage {
  readonly header: Buffer;
  readonly footer: Buffer;
}

/** The messages between client and OSD, each with its signature. */
export function signedMessages(): SignedMessage[] {
  const file = readFileSync(new URL('v1-cephx-get.json', AUTH_DIRECTORY), 'utf8');
  const osd: Recorded | undefined = JSON.parse(file)[3];
  if (osd === undefined) throw new Error('no such connection');
  const { authorizers, challenge, reply } = osdExchange(osd);
  const clientStart = 9 + 136 + 2 * 33 + authorizers[0].length + authorizers[1].length + 8;
  const serverStart = 9 + 272 + 2 * 26 + challenge.length + reply.length + 8;
  return [
    ...messages(osd.client_to_server, clientStart),
    ...messages(osd.server_to_client, serverStart),
  ];
}

function fronts(base64: string, start: number, type: number): Buffer[] {
  return messages(base64, start)
    .filter(({ header }) => header.readUInt16LE(16) === type)
    .map(({ front }) => front);
}

function messages(base64: string, start: number): (SignedMessage & { front: Buffer })[] {
  const cursor = new Cursor(Buffer.from(base64, 'base64'), start);
  const found: (SignedMessage & { front: Buffer })[] = [];
  while (cursor.at < cursor.bytes.length) {
    const tag = cursor.take(1)[0];
    if (tag !== 7) {
      cursor.take(8);
      continue;
    }
    const header = cursor.take(53);
    const front = cursor.take(header.readUInt32LE(22));
    cursor.take(header.readUInt32LE(26) + header.readUInt32LE(30));
    found.push({ header, front, footer: cursor.take(21) });
  }
  return found;
}
