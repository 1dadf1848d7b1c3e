const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const WIDTH_MAX = 7;

/** `12 KiB`, `1.5 MiB`, `0 B`. Ceph: byte_u_t (src/include/types.h). */
export function byteUnits(bytes: number): string {
  const index = unitOf(bytes);
  const scaled = bytes / 1024 ** index;
  const unit = ` ${UNITS[index]}`;
  if (Number.isInteger(scaled)) return scaled + unit;
  const texts = [2, 1, 0].map((places) => scaled.toFixed(places) + unit);
  return texts.find(({ length }) => length <= WIDTH_MAX) ?? texts.at(-1) ?? '';
}

function unitOf(bytes: number): number {
  let index = 0;
  for (let n = bytes; n >= 1024 && index < UNITS.length - 1; n /= 1024) index++;
  return index;
}

const SI_PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** `12`, `1.50k`. Ceph: si_u_t (src/include/types.h). */
export function siUnits(count: number): string {
  let index = 0;
  while (index < SI_PREFIXES.length - 1 && count >= 1000 ** (index + 1)) index += 1;
  const scaled = count / 1000 ** index;
  const prefix = SI_PREFIXES[index] ?? '';
  if (Number.isInteger(scaled)) return scaled + prefix;
  const texts = [2, 1, 0].map((places) => scaled.toFixed(places) + prefix);
  return texts.find(({ length }) => length <= 5) ?? texts.at(-1) ?? '';
}
