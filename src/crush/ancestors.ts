import type { CrushData } from './crush_codec.ts';

/** Buckets by the names of their types, as `crush_location` gives them; several of a type may count. */
export type CrushPlaces = ReadonlyMap<string, readonly string[]>;

/** Between the words of a place. */
const SEPARATORS = /[;, \t]+/;

/** `root=default host=a`; undefined for a text that is no place. Ceph: CrushWrapper::parse_loc_multimap. */
export function parsePlaces(text: string): CrushPlaces | undefined {
  const places = new Map<string, string[]>();
  for (const word of text.split(SEPARATORS).filter((one) => one !== '')) {
    const at = word.indexOf('=');
    if (at < 0 || at === word.length - 1) return undefined;
    const type = word.slice(0, at);
    const names = places.get(type) ?? [];
    names.push(word.slice(at + 1));
    places.set(type, names);
  }
  return places;
}

/**
 * How near a device is to `places`: the number of the lowest type of which both are in one bucket;
 * undefined if there is none. Ceph: CrushWrapper::get_common_ancestor_distance.
 */
export function commonAncestorDistance(
  crush: CrushData,
  device: number,
  places: CrushPlaces,
): number | undefined {
  let nearest: number | undefined;
  const seen = new Set<number>();
  for (let bucket = parentOf(crush, device); bucket !== undefined; ) {
    const { id, type } = bucket;
    // A map may be a circle.
    if (seen.has(id)) break;
    seen.add(id);
    const names = places.get(crush.typeMap.get(type) ?? '') ?? [];
    const isShared = names.includes(crush.nameMap.get(id) ?? '');
    if (isShared && (nearest === undefined || type < nearest)) nearest = type;
    bucket = parentOf(crush, id);
  }
  return nearest;
}

/** Trees of a device class do not count. Ceph: CrushWrapper::get_immediate_parent. */
function parentOf(crush: CrushData, item: number): CrushData['buckets'][number] {
  return crush.buckets.find(
    (bucket) =>
      bucket?.items.includes(item) === true && !(crush.nameMap.get(bucket.id) ?? '').includes('~'),
  );
}
