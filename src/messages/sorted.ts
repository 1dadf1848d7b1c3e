/** The entries of a std::map: in ascending order of their keys. */
export function sortedByKey<V>(map: ReadonlyMap<number, V>): [number, V][] {
  return [...map].sort(([a], [b]) => a - b);
}

/** As {@link sortedByKey}, for names. */
export function sortedByName<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
