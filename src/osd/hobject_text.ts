import { utf8Decode, utf8Encode } from '../common/utf8.ts';
import { reverseBits } from './hobject_order.ts';
import { HOBJECT_MAX, HOBJECT_NONE, type hobject_t } from './hobject_t.ts';
import { CEPH_NOSNAP, CEPH_SNAPDIR } from './rados.ts';

/** `head`, `snapdir` or the number in hexadecimal. Ceph: operator<< of snapid_t. */
export function snapToString(snap: number): string {
  if (snap === CEPH_NOSNAP) return 'head';
  if (snap === CEPH_SNAPDIR) return 'snapdir';
  return BigInt.asUintN(64, BigInt(snap)).toString(16);
}

/** `1:7b1f3640:::obj1:head`. Ceph: operator<< of hobject_t (src/common/hobject.cc). */
export function hobjectToString(object: hobject_t): string {
  if (object.isMax) return 'MAX';
  if (object.pool === undefined) return 'MIN';
  const hash = reverseBits(object.hash).toString(16).padStart(8, '0');
  const names = [object.nspace, object.key, object.oid].map(escaped).join(':');
  return `${object.pool}:${hash}:${names}:${snapToString(object.snap)}`;
}

/** Pool, hash, namespace, key, name, snapshot. */
const FORM = /^(-?\d+):([\da-f]{1,8}):([^:]*):([^:]*):([^:]*):(head|[\da-fA-F]{1,16})$/;

/** What {@link hobjectToString} wrote; undefined for any other text. Ceph: hobject_t::parse. */
export function parseHobject(text: string): hobject_t | undefined {
  if (text === 'MIN') return HOBJECT_NONE;
  if (text === 'MAX') return HOBJECT_MAX;
  const fields = FORM.exec(text)?.slice(1);
  if (fields === undefined) return undefined;
  const [pool = '', hash = '', nspace = '', key = '', oid = '', snap = ''] = fields;
  const object = {
    key: key === oid ? '' : unescaped(key),
    oid: unescaped(oid),
    snap: snap === 'head' ? CEPH_NOSNAP : Number(BigInt.asIntN(64, BigInt(`0x${snap}`))),
    hash: reverseBits(Number.parseInt(hash, 16)),
    isMax: false,
    nspace: unescaped(nspace),
    pool: Number(pool),
  };
  return Number.isSafeInteger(object.pool) && Number.isSafeInteger(object.snap)
    ? object
    : undefined;
}

function escaped(name: string): string {
  let text = '';
  for (const byte of utf8Encode(name)) {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && !'%:/'.includes(char);
    text += plain ? char : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

function unescaped(text: string): string {
  const bytes: number[] = [];
  for (const part of text.split(/(%[\da-f]{2})/i)) {
    if (/^%[\da-f]{2}$/i.test(part)) bytes.push(Number.parseInt(part.slice(1), 16));
    else bytes.push(...utf8Encode(part));
  }
  return utf8Decode(Uint8Array.from(bytes));
}
