import { readFileSync } from 'node:fs';

/**
 * Conversations of real Ceph over msgr v1, taken apart by a parser of their own: nothing here uses the
 * code under test. The files and how they were made: test/wire/golden/messages/SOURCE.md.
 */

/** A message as it was on the wire. Bytes are views of the recording. */
export interface GoldenMessage {
  readonly seq: number;
  readonly tid: number;
  readonly type: number;
  readonly priority: number;
  readonly version: number;
  readonly compatVersion: number;
  readonly dataOff: number;
  readonly srcType: number;
  /** s64: -1 before the monitor has given a number. */
  readonly srcNum: number;
  readonly front: Uint8Array;
  readonly middle: Uint8Array;
  readonly data: Uint8Array;
}

/** What one side sent, from its banner on. */
export interface GoldenSide {
  /** All of it. */
  readonly bytes: Uint8Array;
  /** 136 bytes each: a server's own address and the client's as it sees it; a client's own. */
  readonly addrs: readonly Uint8Array[];
  /** The client's ceph_msg_connect, or the server's ceph_msg_connect_reply. */
  readonly connect: Uint8Array;
  readonly authorizer: Uint8Array;
  readonly messages: readonly GoldenMessage[];
}

export interface GoldenConversation {
  readonly clientPort: number;
  readonly serverPort: number;
  readonly client: GoldenSide;
  readonly server: GoldenSide;
  /** Who sent how many bytes, in turn. */
  readonly order: readonly (readonly ['c' | 's', number])[];
}

interface Recorded {
  readonly client: number;
  readonly server: number;
  readonly client_to_server: string;
  readonly server_to_client: string;
  readonly order: [['c' | 's', number]];
}

const DIRECTORY = new URL('../wire/golden/messages/', import.meta.url);

/** A file of test/wire/golden/messages. */
export function goldenFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, DIRECTORY)));
}

/** The conversations of `<name>.json`, in the order of their first packet. */
export function goldenConversations(name: string): GoldenConversation[] {
  const recorded: Recorded[] = JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), 'utf8'));
  return recorded.map((one) => ({
    clientPort: one.client,
    serverPort: one.server,
    client: parseSide(Buffer.from(one.client_to_server, 'base64'), 1, 33, 28),
    server: parseSide(Buffer.from(one.server_to_client, 'base64'), 2, 26, 21),
    order: one.order,
  }));
}

/** Every message of type `type` in `<name>.json`, whoever sent it. */
export function goldenMessages(name: string, type: number): GoldenMessage[] {
  return goldenConversations(name)
    .flatMap(({ client, server }) => [...client.messages, ...server.messages])
    .filter((message) => message.type === type);
}

/** The first message of type `type` in `<name>.json`. */
export function goldenMessage(name: string, type: number): GoldenMessage {
  const [first] = goldenMessages(name, type);
  if (first === undefined) throw new Error(`${name} has no message of type ${type}`);
  return first;
}

const BANNER = 'ceph v027';
const ADDR_LENGTH = 136;
const TAG_MSG = 7;
const TAG_ACK = 8;
const TAG_KEEPALIVE2 = 14;
const TAG_KEEPALIVE2_ACK = 15;
const HEADER_LENGTH = 53;
const FOOTER_LENGTH = 21;

/** `authorizerAt`: where in the connect structure the authorizer's length is. */
function parseSide(
  bytes: Buffer,
  addrCount: number,
  connectLength: number,
  authorizerAt: number,
): GoldenSide {
  if (bytes.toString('latin1', 0, BANNER.length) !== BANNER) throw new Error('no banner');
  let at = BANNER.length;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error(`the recording ends at ${bytes.length}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const addrs = Array.from({ length: addrCount }, () => take(ADDR_LENGTH));
  const connect = take(connectLength);
  const authorizer = take(connect.readUInt32LE(authorizerAt));
  take(8); // The last seq that was received, which follows tag SEQ.
  const messages: GoldenMessage[] = [];
  while (at < bytes.length) {
    const tag = take(1)[0];
    if (tag === TAG_KEEPALIVE2 || tag === TAG_KEEPALIVE2_ACK || tag === TAG_ACK) take(8);
    else if (tag === TAG_MSG) messages.push(parseMessage(take));
    else throw new Error(`tag ${tag} at ${at - 1}`);
  }
  return { bytes, addrs, connect, authorizer, messages };
}

function parseMessage(take: (length: number) => Buffer): GoldenMessage {
  const header = take(HEADER_LENGTH);
  const front = take(header.readUInt32LE(22));
  const middle = take(header.readUInt32LE(26));
  const data = take(header.readUInt32LE(30));
  take(FOOTER_LENGTH);
  return {
    seq: Number(header.readBigUInt64LE(0)),
    tid: Number(header.readBigUInt64LE(8)),
    type: header.readUInt16LE(16),
    priority: header.readUInt16LE(18),
    version: header.readUInt16LE(20),
    dataOff: header.readUInt16LE(34),
    srcType: header.readUInt8(36),
    srcNum: Number(header.readBigInt64LE(37)),
    compatVersion: header.readUInt16LE(45),
    front,
    middle,
    data,
  };
}
