import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DummyAuth } from '../../src/auth/DummyAuth.ts';
import { crc32c } from '../../src/common/crc32c.ts';
import { ProtocolError } from '../../src/common/errors.ts';
import { SocketError } from '../../src/common/Stack.ts';
import { type GoldenConversation, goldenConversations } from '../helpers/golden.ts';
import { replayAsClient, replayAsServer } from '../helpers/replay.ts';

/** One read of an object from an OSD. */
const GOLDEN = withAnOsd();
const SERVER = GOLDEN.server.bytes;
const CLIENT = GOLDEN.client.bytes;

/** Offsets in what the server sends. */
const REPLY_AT = 9 + 2 * 136;
const SERVER_OPEN_AT = REPLY_AT + 26 + 8;
/** Of the first message's header, front and footer. */
const HEADER_AT = SERVER_OPEN_AT + 1;
const FRONT_AT = HEADER_AT + 53;
const FOOTER_AT = SERVER.length - 21;

/** Offsets in what the client sends. */
const CONNECT_AT = 9 + 136;
const CLIENT_OPEN_AT = CONNECT_AT + 33 + GOLDEN.client.authorizer.length + 8;

function withAnOsd(): GoldenConversation {
  const [, , , osd] = goldenConversations('v1-none-get');
  if (osd === undefined) throw new Error('no conversation with an OSD');
  return osd;
}

type Edit = (bytes: Uint8Array, view: DataView) => void;

function edited(bytes: Uint8Array, edit: Edit): Uint8Array {
  const copy = Uint8Array.from(bytes);
  edit(copy, new DataView(copy.buffer));
  return copy;
}

/** An edit of the first header whose crc is right all the same. */
function inHeader(edit: Edit): Edit {
  return (bytes, view) => {
    edit(bytes, view);
    view.setUint32(HEADER_AT + 49, crc32c(0, bytes, HEADER_AT, HEADER_AT + 49), true);
  };
}

function text(said: string): Edit {
  return (bytes) => bytes.set(Buffer.from(said, 'latin1'));
}

const IN_THE_HANDSHAKE: [name: string, edit: Edit, field: string, reason: RegExp][] = [
  ['a banner of another protocol', text('SSH-2.0-O'), 'banner', /'SSH-2\.0-O'/],
  ['a banner with bytes for a terminal', text('ceph\x1b[2J'), 'banner', /ceph\\x1b\[2J/],
  ['the banner of msgr v2', text('ceph v2\n\x10'), 'banner', /'ceph v2\\x0a/],
  ['the address of another node', (b) => b.fill(9, 19, 21), 'server addresses', /wrong node/],
  [
    'an address of an unknown family',
    (b) => b.fill(9, 17, 19),
    'server addresses.sockaddr',
    /unknown address family 2313/,
  ],
  [
    'an unknown reply tag',
    (b) => b.fill(99, REPLY_AT, REPLY_AT + 1),
    'ceph_msg_connect_reply.tag',
    /unknown \(99\)/,
  ],
  [
    'a reply tag for lossless sessions',
    (b) => b.fill(2, REPLY_AT, REPLY_AT + 1),
    'ceph_msg_connect_reply.tag',
    /RESETSESSION \(2\)/,
  ],
  [
    'a refusal of our protocol version',
    (b) => b.fill(10, REPLY_AT, REPLY_AT + 1),
    'ceph_msg_connect_reply.tag',
    /speaks protocol version 24, not 24/,
  ],
  [
    'a refusal of our authorizer',
    (b) => b.fill(11, REPLY_AT, REPLY_AT + 1),
    'ceph_msg_connect_reply.tag',
    /refuses our authorizer/,
  ],
  [
    'a demand for features that we lack',
    (b) => b.fill(12, REPLY_AT, REPLY_AT + 1).fill(255, REPLY_AT + 1, REPLY_AT + 9),
    'ceph_msg_connect_reply.tag',
    /wants features 0xc0fe3042000[0-9a-f]+ that we lack/,
  ],
  [
    'too few features',
    (b) => b.fill(0, REPLY_AT + 1, REPLY_AT + 9),
    'ceph_msg_connect_reply.features',
    /lacks required features 0x/,
  ],
  [
    'a connect_seq that was not asked for',
    (b) => b.fill(7, REPLY_AT + 13, REPLY_AT + 14),
    'ceph_msg_connect_reply.connect_seq',
    /7 in answer to 0/,
  ],
  [
    'an authorizer reply of 3.75 GiB',
    (_, view) => view.setUint32(REPLY_AT + 21, 0xf0000000, true),
    'ceph_msg_connect_reply.authorizer_len',
    /4026531840 bytes, at most 32768/,
  ],
  [
    'an impossible in_seq',
    (b) => b.fill(255, REPLY_AT + 26, REPLY_AT + 34),
    'in_seq',
    /u64 above 2\^53/,
  ],
];

const WHEN_OPEN: [name: string, edit: Edit, field: string, reason: RegExp][] = [
  ['an unknown tag', (b) => b.fill(99, SERVER_OPEN_AT, HEADER_AT), 'tag', /unknown \(99\)/],
  ['a tag of the handshake', (b) => b.fill(1, SERVER_OPEN_AT, HEADER_AT), 'tag', /READY \(1\)/],
  [
    'an ack of what was never sent',
    (b) => b.fill(8, SERVER_OPEN_AT, HEADER_AT),
    'ACK',
    /of seq 1, but 0 is the last sent/,
  ],
  [
    'a header with a wrong crc',
    (b) => b.fill(77, HEADER_AT + 30, HEADER_AT + 31),
    'ceph_msg_header.crc',
    /0x[0-9a-f]+, found 0x/,
  ],
  [
    'a front of 3.75 GiB',
    inHeader((_, view) => view.setUint32(HEADER_AT + 22, 0xf0000000, true)),
    'ceph_msg_header.front_len',
    /4026531840 bytes, at most 33554432/,
  ],
  [
    'a middle of 3.75 GiB',
    inHeader((_, view) => view.setUint32(HEADER_AT + 26, 0xf0000000, true)),
    'ceph_msg_header.middle_len',
    /4026531840 bytes, at most 16777216/,
  ],
  [
    'data of 3.75 GiB',
    inHeader((_, view) => view.setUint32(HEADER_AT + 30, 0xf0000000, true)),
    'ceph_msg_header.data_len',
    /4026531840 bytes, at most 135266304/,
  ],
  [
    'a seq of 2^63',
    inHeader((b) => b.fill(0x80, HEADER_AT + 7, HEADER_AT + 8)),
    'ceph_msg_header',
    /u64 above 2\^53/,
  ],
  [
    'a tid of 2^63',
    inHeader((b) => b.fill(0x80, HEADER_AT + 15, HEADER_AT + 16)),
    'ceph_msg_header',
    /u64 above 2\^53/,
  ],
  [
    'another byte in the front',
    (b) => b.fill(77, FRONT_AT + 4, FRONT_AT + 5),
    'ceph_msg_footer.front_crc',
    /found 0x/,
  ],
  [
    'another byte in the data',
    (b) => b.fill(77, FOOTER_AT - 1, FOOTER_AT),
    'ceph_msg_footer.data_crc',
    /found 0x/,
  ],
  [
    'a crc for a middle that is not there',
    (b) => b.fill(1, FOOTER_AT + 4, FOOTER_AT + 5),
    'ceph_msg_footer.middle_crc',
    /0x1, found 0x0/,
  ],
  [
    'a message that its sender gave up',
    (b) => b.fill(0, FOOTER_AT + 20, FOOTER_AT + 21),
    'ceph_msg_footer.flags',
    /given the message up/,
  ],
];

describe('a client whose server sends', () => {
  it.each(IN_THE_HANDSHAKE)('%s is not connected, and is told why', (_, edit, field, reason) => {
    const bytes = edited(SERVER, edit);
    const { got, socket, net } = replayAsClient(GOLDEN, [bytes]);
    expect(got.events).toEqual(['refused']);
    expectProtocolError(got.errors[0], 'CONNECTING', field, reason);
    expect(socket.end).toBe('destroyed');
    expect(net.allocated).toBeLessThan(256 * 1024);
  });

  it.each(WHEN_OPEN)('%s loses the connection, and is told why', (_, edit, field, reason) => {
    const bytes = edited(SERVER, edit);
    const { got, socket, net } = replayAsClient(GOLDEN, [bytes]);
    expect(got.events).toEqual(['connect', 'reset']);
    expectProtocolError(got.errors[0], 'OPEN', field, reason);
    expect(socket.end).toBe('destroyed');
    expect(net.allocated).toBeLessThan(256 * 1024);
  });

  it.each(WHEN_OPEN)('%s, byte by byte, hears the same', (_, edit, field, reason) => {
    const bytes = edited(SERVER, edit);
    const pieces = Array.from(bytes, (_byte, i) => bytes.subarray(i, i + 1));
    const { got } = replayAsClient(GOLDEN, pieces);
    expect(got.events).toEqual(['connect', 'reset']);
    expectProtocolError(got.errors[0], 'OPEN', field, reason);
  });

  it('a message of a type that nobody knows goes on with the next', () => {
    const message = SERVER.subarray(SERVER_OPEN_AT);
    const unknown = edited(
      SERVER,
      inHeader((_, view) => view.setUint16(HEADER_AT + 16, 0xeeee, true)),
    );
    const second = edited(
      SERVER,
      inHeader((_, view) => view.setUint8(HEADER_AT, 2)),
    );
    const bytes = [unknown, second.subarray(-message.length)];
    const { got, messenger } = replayAsClient(GOLDEN, bytes, 0xeeee);
    expect(got.messages.map((each) => [each.type, each.seq])).toEqual([[43, 2]]);
    expect(messenger.pipes.size).toBe(1);
  });

  it('a message twice gets it once', () => {
    const { got } = replayAsClient(GOLDEN, [SERVER, SERVER.subarray(SERVER_OPEN_AT)]);
    expect(got.messages.length).toBe(1);
  });

  it.each([0, 1])('129 MiB, of which %i bytes come, costs next to nothing', (count) => {
    const edit = inHeader((_, view) => view.setUint32(HEADER_AT + 30, 129 << 20, true));
    const golden = edited(SERVER, edit);
    const dataAt = FRONT_AT + new DataView(golden.buffer).getUint32(HEADER_AT + 22, true);
    const { got, net } = replayAsClient(GOLDEN, [golden.subarray(0, dataAt + count)]);
    expect(got.events).toEqual(['connect']);
    expect(net.allocated).toBeLessThan(256 * 1024);
  });

  it('keepalives without end answers once a turn', () => {
    const flood = new Uint8Array(9 * 5000);
    for (let at = 0; at < flood.length; at += 9) flood[at] = 14;
    const { got, socket } = replayAsClient(GOLDEN, [SERVER.subarray(0, SERVER_OPEN_AT), flood]);
    expect(got.events).toEqual(['connect']);
    expect(socket.sent.filter((sent) => sent[0] === 15).length).toBe(1);
  });

  it('CLOSE closes too', () => {
    const { got, socket } = replayAsClient(GOLDEN, [
      SERVER.subarray(0, SERVER_OPEN_AT),
      Uint8Array.of(6),
    ]);
    expect(got.events).toEqual(['connect', 'reset']);
    expect(socket.sent.map((sent) => sent[0])).toContain(6);
    expect(socket.end).toBe('closed');
  });

  it.each(Array.from({ length: 60 }, (_, i) => SERVER_OPEN_AT + 1 + i * 2))(
    'one wrong bit at byte %i never gets a wrong message',
    (at) => {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = edited(SERVER, (b) => b.fill((b[at] ?? 0) ^ (1 << bit), at, at + 1));
        const { got } = replayAsClient(GOLDEN, [bytes]);
        expect(got.messages).toEqual([]);
      }
    },
  );
});

describe('a server whose client sends', () => {
  it.each<[string, Edit]>([
    ['the banner of another protocol', text('GET / HTT')],
    ['an address of an unknown family', (b) => b.fill(9, 17, 19)],
    ['an authorizer of 3.75 GiB', (_, view) => view.setUint32(CONNECT_AT + 28, 0xf0000000, true)],
    ['an impossible in_seq', (b) => b.fill(255, CLIENT_OPEN_AT - 8, CLIENT_OPEN_AT)],
  ])('%s drops it and tells nobody', (_, edit) => {
    const { got, socket, messenger, net } = replayAsServer(GOLDEN, [edited(CLIENT, edit)]);
    expect(got.events).toEqual([]);
    expect(socket.end).toBe('destroyed');
    expect(messenger.pipes.size).toBe(0);
    expect(net.allocated).toBeLessThan(256 * 1024);
  });

  it.each<[string, Edit, number]>([
    ['another protocol version', (b) => b.fill(9, CONNECT_AT + 20, CONNECT_AT + 21), 10],
    ['too few features', (b) => b.fill(0, CONNECT_AT, CONNECT_AT + 8), 12],
  ])('%s is told so', (_, edit, tag) => {
    const { got, socket } = replayAsServer(GOLDEN, [
      edited(CLIENT, edit).subarray(0, CLIENT_OPEN_AT - 8),
    ]);
    expect(got.events).toEqual([]);
    expect(socket.sent.at(-1)?.[0]).toBe(tag);
    expect(socket.end).toBe(undefined);
  });

  it('an authorizer that does not hold is told so', () => {
    const pieces = [CLIENT.subarray(0, CLIENT_OPEN_AT - 8)];
    const { socket } = replayAsServer(GOLDEN, pieces, new DummyAuth());
    expect(socket.sent.at(-1)?.[0]).toBe(11);
  });

  it('an authorizer that holds is known by it', () => {
    const asked: unknown[] = [];
    const authServer = Object.assign(new DummyAuth(), {
      verifyAuthorizer: (peerType: number, protocol: number, authorizer: Uint8Array) => {
        asked.push(peerType, protocol, Buffer.from(authorizer).toString('hex'));
        return { entityName: { type: 8, id: 'admin' }, globalId: 4136 };
      },
    });
    const { got } = replayAsServer(GOLDEN, [CLIENT], authServer);
    expect(asked).toEqual([8, 1, Buffer.from(GOLDEN.client.authorizer).toString('hex')]);
    expect([...got.cons].map((con) => con.peerAuth?.globalId)).toEqual([4136]);
  });
});

describe('any byte of the handshake changed', () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255) });

  it('leaves a client that is connected, refused or waiting', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = edited(SERVER, (b) => {
          for (const { at, to } of changes) b[at % SERVER_OPEN_AT] = to;
        });
        const { got, messenger } = replayAsClient(GOLDEN, [bytes]);
        expect(['connect', 'refused', undefined]).toContain(got.events[0]);
        expect(messenger.pipes.size).toBeLessThan(2);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a server that has accepted, dropped or waits', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = edited(CLIENT, (b) => {
          for (const { at, to } of changes) b[at % CLIENT_OPEN_AT] = to;
        });
        const { got, messenger } = replayAsServer(GOLDEN, [bytes]);
        expect(['accept', undefined]).toContain(got.events[0]);
        expect(messenger.pipes.size).toBeLessThan(2);
      }),
      { numRuns: 500 },
    );
  });
});

describe('every prefix of a conversation, then the end,', () => {
  it('ends the client: refused in the handshake, reset afterwards', () => {
    for (let length = 0; length < SERVER.length; length++) {
      const { got, events, net, messenger } = replayAsClient(GOLDEN, [SERVER.subarray(0, length)]);
      events.onClose(undefined);
      net.run();
      const open = length >= SERVER_OPEN_AT;
      expect(got.events).toEqual(open ? ['connect', 'reset'] : ['refused']);
      expect(got.errors[0]).toBeInstanceOf(SocketError);
      expect(messenger.pipes.size).toBe(open ? 0 : 1);
    }
  });

  it('ends the server: silently in the handshake, reset afterwards', () => {
    for (let length = 0; length < CLIENT.length; length++) {
      const { got, events, net, messenger } = replayAsServer(GOLDEN, [CLIENT.subarray(0, length)]);
      events.onClose(undefined);
      net.run();
      expect(got.events).toEqual(length < CLIENT_OPEN_AT ? [] : ['accept', 'reset']);
      expect(messenger.pipes.size).toBe(0);
    }
  });
});

function expectProtocolError(
  error: Error | undefined,
  state: string,
  field: string,
  reason: RegExp,
): void {
  expect(error).toBeInstanceOf(ProtocolError);
  if (!(error instanceof ProtocolError)) return;
  expect(error.peer).toMatch(/^v1:127\.0\.0\.1:24104\/\d+$/);
  expect(error.state).toBe(state);
  expect(error.field).toBe(field);
  expect(error.offset).toBeTypeOf('number');
  expect(error.message).toMatch(reason);
}
