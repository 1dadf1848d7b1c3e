import { ipToBytes } from '../../msg/ip.ts';
import { AF_INET6, type entity_addr_t } from '../../msg/msg_types.ts';

/**
 * The order in which a std::unordered_map of libstdc++ hands out what was put into it, which is the
 * order in which Ceph's tools list blocklisted addresses.
 */

/** libstdc++'s bucket counts: what an empty map begins with, and the primes that doublings go on to. */
const BUCKET_COUNTS = [
  13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10273, 20753, 42043, 85229, 172933,
];

interface Node<T> {
  readonly item: T;
  readonly hash: number;
}

/** `items` in the order of iteration after they were put in one by one. */
export function unorderedOrder<T>(items: readonly T[], hash: (item: T) => number): T[] {
  let list: Node<T>[] = [];
  let buckets = 0;
  for (const item of items) {
    if (list.length === buckets) {
      buckets = BUCKET_COUNTS.find((count) => count > 2 * buckets) ?? 2 * buckets + 1;
      list = list.reduce<Node<T>[]>((moved, node) => insert(moved, node, buckets), []);
    }
    insert(list, { item, hash: hash(item) }, buckets);
  }
  return list.map((node) => node.item);
}

/** A node goes to the front of its bucket; a bucket that was empty goes to the front of all. */
function insert<T>(list: Node<T>[], node: Node<T>, buckets: number): Node<T>[] {
  const bucket = node.hash % buckets;
  const at = list.findIndex((held) => held.hash % buckets === bucket);
  list.splice(Math.max(at, 0), 0, node);
  return list;
}

/** Ceph: std::hash<entity_addr_t>, a blobhash over the object's 36 bytes. */
export function hashAddr(addr: entity_addr_t): number {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, addr.type, true);
  view.setUint32(4, addr.nonce, true);
  view.setUint16(8, addr.family, true);
  view.setUint16(10, addr.port);
  if (addr.ip !== '') bytes.set(ipToBytes(addr.ip), addr.family === AF_INET6 ? 16 : 12);
  let folded = 0;
  for (let at = 0; at < bytes.length; at += 4) folded ^= view.getUint32(at, true);
  return rjhash(folded);
}

/** Robert Jenkins' integer hash. Ceph: src/include/hash.h, rjhash32. */
function rjhash(value: number): number {
  let a = value;
  a = (a + 0x7ed55d16 + (a << 12)) | 0;
  a = a ^ 0xc761c23c ^ (a >>> 19);
  a = (a + 0x165667b1 + (a << 5)) | 0;
  a = (a + 0xd3a2646c) ^ (a << 9);
  a = (a + 0xfd7046c5 + (a << 3)) | 0;
  a = a ^ 0xb55a4f09 ^ (a >>> 16);
  return a >>> 0;
}
