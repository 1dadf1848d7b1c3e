import type { OSDMap } from '../../../osd/OSDMap.ts';
import { CEPH_OSD_DESTROYED, CEPH_OSD_IN } from '../../../osd/rados.ts';

const WEIGHT_ONE = 0x10000;

export function className(map: OSDMap, osd: number): string {
  const { classMap, className: names } = map.crush.crush;
  const id = classMap.get(osd);
  return id === undefined ? '' : (names.get(id) ?? '');
}

export function typeName(map: OSDMap, item: number): string {
  const { buckets, typeMap } = map.crush.crush;
  const type = item < 0 ? (buckets[-1 - item]?.type ?? 0) : 0;
  return typeMap.get(type) ?? `type ${type}`;
}

export type OsdState = 'up' | 'down' | 'out' | 'missing';

/** What of an OSD matters most to who looks: one that is out and down is out. */
export function osdState(map: OSDMap, osd: number): OsdState {
  if (!map.exists(osd)) return 'missing';
  if (map.isOut(osd)) return 'out';
  return map.isUp(osd) ? 'up' : 'down';
}

/** `up, in, reweight 0.85`. */
export function stateText(map: OSDMap, osd: number): string {
  if ((map.getState(osd) & CEPH_OSD_DESTROYED) !== 0) return 'destroyed';
  if (!map.exists(osd)) return 'does not exist';
  const weight = map.getWeight(osd);
  const words = [map.isUp(osd) ? 'up' : 'down', map.isOut(osd) ? 'out' : 'in'];
  if (weight !== 0 && weight !== CEPH_OSD_IN) words.push(`reweight ${short(weight / WEIGHT_ONE)}`);
  return words.join(', ');
}

export function weightText(weight: number): string {
  return short(weight / WEIGHT_ONE);
}

/** Three digits that count, and no zeros behind them. */
export function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export function percent(part: number): string {
  return `${short(part * 100)}\u00a0%`;
}

/** `+5 %`. */
export function deviation(value: number, from: number): string {
  const percents = Math.round((value / from - 1) * 100);
  return `${percents > 0 ? '+' : percents < 0 ? '−' : '±'}${Math.abs(percents)}\u00a0%`;
}
