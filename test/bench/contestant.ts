/**
 * What placement.ts compares with Ceph's tools, each in a process of its own: what V8 has learnt of
 * one contestant's objects slows the next.
 */
import { readFileSync } from 'node:fs';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { OSDMap } from '../../src/osd/OSDMap.ts';
import { CEPH_OSD_EXISTS, CEPH_OSD_IN, CEPH_OSD_UP } from '../../src/osd/rados.ts';
import { median } from './measure.ts';

/** In the first two V8 still compiles. The median knows nothing of them. */
const PASSES = 7;
const MAPPINGS = 100_000;
const COPIES = 3;
const POOL = 1;
const DECODES = 5;

/** Prints the microseconds of processor time that one unit of `part` takes with the map in `file`. */
export function contestant(part: string, file: string, by: string): void {
  const { work, units } = prepare(part, readFileSync(file), by === 'WebAssembly');
  const costs = Array.from({ length: PASSES }, () => cpu(work) / units);
  console.log(median(costs));
}

interface Part {
  readonly work: () => void;
  readonly units: number;
}

function prepare(part: string, bytes: Uint8Array, wasm: boolean): Part {
  switch (part) {
    case 'mappings':
      return mappings(CrushWrapper.decode(bytes, { wasm }));
    case 'pgs':
      return pgs(OSDMap.decode(bytes), wasm);
    case 'decodes':
      return { work: () => decodeRepeatedly(bytes), units: DECODES };
    default:
      throw new RangeError(`no part ${part}`);
  }
}

function mappings(map: CrushWrapper): Part {
  const weights = new Uint32Array(map.crush.maxDevices).fill(CEPH_OSD_IN);
  const work = (): void => {
    for (let x = 0; x < MAPPINGS; x++) map.doRule(0, x, COPIES, weights, POOL);
  };
  return { work, units: MAPPINGS };
}

/** As with osdmaptool's --mark-up-in. */
function pgs({ data }: OSDMap, wasm: boolean): Part {
  const osdState = data.osdState.map(() => CEPH_OSD_EXISTS | CEPH_OSD_UP);
  const osdWeight = data.osdWeight.map(() => CEPH_OSD_IN);
  const marked = { ...data, osdState, osdWeight };
  const crush = CrushWrapper.decode(data.crush, { wasm });
  const count = data.pools.get(POOL)?.pgNum ?? 0;
  const work = (): void => {
    const map = new OSDMap(marked, crush);
    for (let seed = 0; seed < count; seed++) map.pgToUpActingOsds({ pool: POOL, seed });
  };
  return { work, units: count };
}

function decodeRepeatedly(bytes: Uint8Array): void {
  for (let i = 0; i < DECODES; i++) OSDMap.decode(bytes);
}

/** Microseconds of processor time of this process. */
function cpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
