import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import { CrushWrapper } from '../../src/crush/CrushWrapper.ts';
import { randomMap } from './crushtool_maps.ts';

const { SEED = '20', CRUSH_MAPS = '60' } = process.env;
const INPUTS = 1024;

const installed = spawnSync('crushtool', ['-v']).error === undefined;
if (!installed) console.log('crushtool is not installed: its differential tests are skipped');

describe.skipIf(!installed)(`the real crushtool agrees (SEED=${SEED})`, () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'crushtool-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  for (let n = 0; n < Number(CRUSH_MAPS); n++) {
    test(`on every mapping of random map ${n}, and on its bytes`, () => {
      const { text, numRep, xMin, weights } = randomMap(
        new SimRandom(seedToUint32(SEED), `map${n}`),
      );
      const source = join(dir, 'map.txt');
      const binary = join(dir, 'map');
      writeFileSync(source, text);
      execFileSync('crushtool', ['-c', source, '-o', binary, '--enable-unsafe-tunables']);
      const bytes = readFileSync(binary);
      const map = CrushWrapper.decode(bytes);
      expect(Buffer.from(map.encode()).equals(bytes)).toBe(true);
      expect(Buffer.from(CrushWrapper.compile(text).encode()).equals(bytes)).toBe(true);
      expect(map.decompile()).toBe(execFileSync('crushtool', ['-d', binary]).toString());

      const args = ['-i', binary, '--test', '--show-mappings', '--num-rep', `${numRep}`];
      args.push('--min-x', `${xMin}`, '--max-x', `${xMin + INPUTS - 1}`);
      for (const [device, weight] of weights) args.push('--weight', `${device}`, weight.toFixed(4));
      const theirs = execFileSync('crushtool', args, { maxBuffer: 2 ** 28 }).toString();
      for (const wasm of [true, false]) {
        expect(mappings(CrushWrapper.decode(bytes, { wasm }), xMin, numRep, weights)).toBe(theirs);
      }
    });
  }
});

/** Every mapping as `crushtool --test --show-mappings` prints it. */
function mappings(
  map: CrushWrapper,
  xMin: number,
  numRep: number,
  reweights: readonly (readonly [number, number])[],
): string {
  const weights = new Uint32Array(map.crush.maxDevices).fill(0x10000);
  for (const [device, weight] of reweights) {
    weights[device] = Math.fround(Number(weight.toFixed(4))) * 0x10000;
  }
  let text = '';
  for (const ruleno of map.crush.rules.keys()) {
    for (let x = xMin; x < xMin + INPUTS; x++) {
      const devices = map.doRule(ruleno, x, numRep, weights, 0);
      text += `CRUSH rule ${ruleno} x ${x} [${devices.join(',')}]\n`;
    }
  }
  return text;
}
