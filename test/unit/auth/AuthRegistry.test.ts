import { expect, it } from 'vitest';
import { AuthRegistry } from '../../../src/auth/AuthRegistry.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import { OPTION_DEFAULTS } from '../../../src/common/options.ts';

const [NONE, CEPHX] = [1, 2];
const [CRC, SECURE] = [1, 2];

it.each([
  ['cephx, none', '', true, CEPHX],
  ['none, cephx', '', true, CEPHX],
  ['none', '', true, NONE],
  ['cephx, none', '', false, NONE],
  ['cephx', '', false, undefined],
  ['none', 'cephx', true, CEPHX],
  ['cephx', 'none', true, NONE],
  ['cephx;gss', '', true, CEPHX],
  ['gss', '', true, undefined],
])(
  'auth_client_required "%s", auth_supported "%s", with a key: %s: method %s',
  (required, supported, haveKey, method) => {
    const conf = { ...OPTION_DEFAULTS, auth_client_required: required, auth_supported: supported };
    expect(new AuthRegistry(conf, haveKey).method).toBe(method);
  },
);

it('secure mode comes first to monitors, second to OSDs, and is nothing without a key', () => {
  const registry = new AuthRegistry(OPTION_DEFAULTS, true);
  expect(registry.getSupportedModes(CEPH_ENTITY_TYPE_MON, CEPHX)).toEqual([SECURE, CRC]);
  expect(registry.getSupportedModes(CEPH_ENTITY_TYPE_OSD, CEPHX)).toEqual([CRC, SECURE]);
  expect(registry.getSupportedModes(CEPH_ENTITY_TYPE_MON, NONE)).toEqual([CRC]);
});
