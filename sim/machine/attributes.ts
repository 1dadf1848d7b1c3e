import { Encoder } from '../../src/common/Encoder.ts';
import { utf8Decode } from '../../src/common/utf8.ts';
import type { PutOptions } from '../SimCluster.ts';

/** What an object has besides its bytes. */
export interface Attributes {
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly omapKeys: readonly string[];
  readonly omap: ReadonlyMap<string, Uint8Array>;
  readonly omapHeader: Uint8Array;
}

/** Where the class `version` keeps what it tells. */
const CLASS_VERSION_ATTR = 'ceph.objclass.version';

/** Of what is not any version's. */
const NO_TAG = -1;

/** Attributes that tell which version of an object they are of. */
export function attributesOf(
  version: number,
): Required<Pick<PutOptions, 'xattrs' | 'omap' | 'omapHeader'>> {
  const tag = String(version);
  return {
    xattrs: { tag, [CLASS_VERSION_ATTR]: classVersion(version) },
    omap: { [`a ${tag}`]: tag, [`b ${tag}`]: '' },
    omapHeader: tag,
  };
}

/** The version whose attributes these are, all of them; 0: there are none; -1: it is not one version. */
export function tagOf({ xattrs, omapKeys, omap, omapHeader }: Attributes): number {
  const tag = utf8Decode(omapHeader);
  const version = Number(tag);
  const wanted = version === 0 ? { xattrs: {}, omap: {} } : attributesOf(version);
  const isSame =
    isAll(xattrs, wanted.xattrs) &&
    isAll(omap, wanted.omap) &&
    omapKeys.join() === Object.keys(wanted.omap).join();
  return isSame ? version : NO_TAG;
}

function isAll(
  found: ReadonlyMap<string, Uint8Array>,
  wanted: Readonly<Record<string, string | Uint8Array>>,
): boolean {
  const text = (value: string | Uint8Array): string =>
    typeof value === 'string' ? value : utf8Decode(value);
  const names = Object.entries(wanted);
  if (names.length !== found.size) return false;
  return names.every(([name, value]) => {
    const there = found.get(name);
    return there !== undefined && text(there) === text(value);
  });
}

/** Section v1 { u64 ver, string tag }. */
function classVersion(version: number): Uint8Array {
  const enc = new Encoder();
  enc.encodeStart(1, 1);
  enc.u64(version);
  enc.string('');
  enc.encodeFinish();
  return enc.take();
}
