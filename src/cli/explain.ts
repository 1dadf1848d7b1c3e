import { readFileSync } from 'node:fs';
import { DecodeError } from '../common/errors.ts';
import { CrushWorkError } from '../crush/CrushWorkError.ts';
import { OSDMap } from '../osd/OSDMap.ts';
import { explainMapping } from './explain/explain_mapping.ts';
import { explanationText } from './explain/explanation_text.ts';
import { UsageError } from './UsageError.ts';

export interface ExplainOptions {
  /** A file with an encoded OSDMap, as `ceph osd getmap` writes it. */
  readonly osdmap: string;
  readonly key: string;
  readonly namespace: string;
  readonly json?: boolean;
}

/** Why an object is where it is. Throws UsageError for a file or pool that is not there. */
export function explain(pool: string, oid: string, options: ExplainOptions): string {
  const { key, namespace: nspace, json = false } = options;
  const map = readMap(options.osdmap);
  try {
    const explanation = explainMapping(map, pool, oid, { key, nspace });
    if (!json) return explanationText(explanation);
    return `${JSON.stringify(explanation, undefined, 2)}\n`;
  } catch (error) {
    if (error instanceof RangeError || error instanceof CrushWorkError)
      throw new UsageError(error.message);
    throw error;
  }
}

function readMap(file: string): OSDMap {
  try {
    return OSDMap.decode(readFileSync(file));
  } catch (error) {
    if (error instanceof DecodeError)
      throw new UsageError(`${file} is no OSDMap: ${error.message}`);
    if (error instanceof Error && 'code' in error) throw new UsageError(error.message);
    throw error;
  }
}
