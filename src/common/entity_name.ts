import type { Decoder } from './Decoder.ts';
import type { Encoder } from './Encoder.ts';

/** Kinds of entity. Ceph: src/include/msgr.h. */
export const CEPH_ENTITY_TYPE_MON = 0x01;
export const CEPH_ENTITY_TYPE_MDS = 0x02;
export const CEPH_ENTITY_TYPE_OSD = 0x04;
export const CEPH_ENTITY_TYPE_CLIENT = 0x08;
export const CEPH_ENTITY_TYPE_MGR = 0x10;
export const CEPH_ENTITY_TYPE_AUTH = 0x20;

const TYPE_NAMES = new Map([
  [CEPH_ENTITY_TYPE_MON, 'mon'],
  [CEPH_ENTITY_TYPE_MDS, 'mds'],
  [CEPH_ENTITY_TYPE_OSD, 'osd'],
  [CEPH_ENTITY_TYPE_CLIENT, 'client'],
  [CEPH_ENTITY_TYPE_MGR, 'mgr'],
  [CEPH_ENTITY_TYPE_AUTH, 'auth'],
]);

export function cephEntityTypeName(type: number): string {
  return TYPE_NAMES.get(type) ?? 'unknown';
}

/** A name that has a key: `client.admin`, `osd.0`. Ceph: src/common/entity_name.h, EntityName. */
export interface EntityName {
  readonly type: number;
  readonly id: string;
}

export function encodeEntityName(enc: Encoder, name: EntityName): void {
  enc.u32(name.type);
  enc.string(name.id);
}

export function decodeEntityName(dec: Decoder): EntityName {
  return { type: dec.u32(), id: dec.string('id') };
}
