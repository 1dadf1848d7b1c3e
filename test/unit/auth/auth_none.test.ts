import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CEPH_AUTH_NONE } from '../../../src/auth/auth_methods.ts';
import {
  buildAuthNoneAuthorizer,
  decodeAuthRequest,
  encodeAuthRequest,
  verifyAuthNoneAuthorizer,
} from '../../../src/auth/auth_none.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { goldenConversations, goldenMessage } from '../../helpers/golden.ts';

const ADMIN = { type: 8, id: 'admin' };
/** The payload of the first MAuth: it stands behind the paxos fields, the protocol and its length. */
const REQUEST = goldenMessage('v1-none-get', 17).front.subarray(26, 56);
const AUTHORIZER =
  goldenConversations('v1-none-get').find(({ serverPort }) => serverPort >= 24100)?.client
    .authorizer ?? new Uint8Array(0);

const name = fc.record({ type: fc.nat(0xff), id: fc.string({ unit: 'grapheme' }) });

describe('the authorizer of librados', () => {
  test('is what we build', () => {
    const { protocol, bytes } = buildAuthNoneAuthorizer(ADMIN, 4136);
    expect(protocol).toBe(CEPH_AUTH_NONE);
    expect([...bytes]).toEqual([...AUTHORIZER]);
  });

  test('is believed', () => {
    expect(verifyAuthNoneAuthorizer(AUTHORIZER)).toEqual({ entityName: ADMIN, globalId: 4136 });
  });

  test('cut anywhere is a DecodeError', () => {
    for (let end = 0; end < AUTHORIZER.length; end++) {
      expect(() => verifyAuthNoneAuthorizer(AUTHORIZER.subarray(0, end))).toThrow(DecodeError);
    }
  });

  test('of another version is a DecodeError', () => {
    const bytes = AUTHORIZER.slice();
    bytes[0] = 2;
    expect(() => verifyAuthNoneAuthorizer(bytes)).toThrow(DecodeError);
  });
});

describe('what librados says to a monitor first', () => {
  test('is what we say', () => {
    const bytes = encodeAuthRequest({ supported: [CEPH_AUTH_NONE], name: ADMIN, globalId: 0 });
    expect([...bytes]).toEqual([...REQUEST]);
  });

  test('is understood', () => {
    expect(decodeAuthRequest(REQUEST)).toEqual({ supported: [1], name: ADMIN, globalId: 0 });
  });

  test('cut anywhere is a DecodeError', () => {
    for (let end = 0; end < REQUEST.length; end++) {
      expect(() => decodeAuthRequest(REQUEST.subarray(0, end))).toThrow(DecodeError);
    }
  });
});

test('any authorizer and any request survive', () => {
  const supported = fc.array(fc.nat(0xffffffff));
  fc.assert(
    fc.property(name, fc.maxSafeNat(), supported, (entityName, globalId, methods) => {
      const { bytes } = buildAuthNoneAuthorizer(entityName, globalId);
      expect(verifyAuthNoneAuthorizer(bytes)).toEqual({ entityName, globalId });
      const request = { supported: methods, name: entityName, globalId };
      expect(decodeAuthRequest(encodeAuthRequest(request))).toEqual(request);
    }),
  );
});

test('any bytes at all are an authorizer or a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        verifyAuthNoneAuthorizer(bytes);
        decodeAuthRequest(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
  );
});
