import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SimRandom, seedToUint32 } from '../../sim/SimRandom.ts';
import { crushtool } from '../../src/cli/crushtool.ts';
import { randomMap } from './crushtool_maps.ts';

const { SEED = '20' } = process.env;
const RANDOM_MAPS = 4;
const GOLDEN = fileURLToPath(new URL('../wire/golden/crush/', import.meta.url));
const MAPS = ['mixed', 'legacy', 'cluster', 'deep'];

const installed = spawnSync('crushtool', ['-v']).error === undefined;
if (!installed) console.log('crushtool is not installed: its command line is not compared');

/** Its weight sets are of several lengths: crushtool frees what it must not, when one is edited. */
const UNEVEN = 'mixed';
/** Its log would be written into what it says, anywhere. */
const QUIET = { ...process.env, CEPH_ARGS: '--err-to-stderr=false --log-to-stderr=false' };

/** They end a map. */
const CHOOSE_ARGS = /^choose_args(?:.|\n)*/m;

/** What is asked of every map. */
const QUESTIONS = [
  '-d MAP',
  '-d MAP -o OUT',
  '-i MAP --tree',
  '-i MAP --dump',
  '-i MAP --dump -f json',
  '-i MAP --dump -f xml',
  '-i MAP --dump -f xml-pretty',
  '-i MAP --check',
  '-i MAP --check 3',
  '-i MAP --check 1000',
  '-i MAP --show-location 3',
  '-i MAP --show-location 99',
  '-i MAP --bucket-tree --bucket-name default',
  '-i MAP --bucket-tree --bucket-name root0',
  '-i MAP --test --show-mappings --rule 0 --num-rep 3 --min-x 0 --max-x 99',
  '-i MAP --test --show-mappings --x 7',
  '-i MAP --test --show-mappings --num-rep 2 --max-x 3 --pool-id 5',
  '-i MAP --test --show-bad-mappings --num-rep 6',
  '-i MAP --test --show-statistics --min-x 0 --max-x 99',
  '-i MAP --test --show-statistics --min-rule 0 --max-rule 9 --num_rep=2',
  '-i MAP --test --show-utilization --num-rep 3 --weight 0 0.3 --weight 1 0',
  '-i MAP --test --show-utilization-all --rule 0 --batches 3 --min-x 0 --max-x 99',
  '-i MAP --test --show-choose-tries --num-rep 3',
  '-i MAP --test --show-mappings --show-bad-mappings --show-statistics --show-choose-tries --x 4',
  '-i MAP --test --show-mappings --rule 9',
  '-i MAP --test --show-mappings --num-rep 1 --ruleset 1 --x 1',
  '-i MAP --set-chooseleaf-stable 0 --set-choose-local-tries 4 --test --show-mappings --x 1 --num-rep 3',
  '-i MAP --set-choose-total-tries 7 --set-chooseleaf-vary-r 2 -o OUT',
  '-i MAP --set-straw-calc-version 1 --set-chooseleaf-descend-once 0 --tree',
  '-i MAP --compare MAP --min-x 0 --max-x 99',
  '-i MAP --tree --dump --check --bucket-tree --bucket-name x',
];

/** Without what the original's edits fill with bytes of chance: choose_args, and trees that grow. */
function editable(text: string): string {
  return text.replace(CHOOSE_ARGS, '').replaceAll('alg tree', 'alg straw2');
}

/** What changes a map; each is asked of every map. */
const EDITS = [
  '--reweight',
  '--rebuild-class-roots',
  '--reweight-item osd.3 2.5',
  '--reweight-item nobody 1',
  '--reweight-item root0 7.25',
  '--remove-item osd.3',
  '--remove-item nobody',
  '--remove-item root0',
  '--remove-item osd.2 --reweight-item osd.3 0.3',
  '--add-item 7 1.5 osd.7 --loc host host0',
  '--add-item 99 1.5 osd.99 --loc host newhost --loc root newroot',
  '--add-item 99 0.25 device99 --loc host host1 --loc rack rack0 --loc root root0',
  '--add-item 99 1 osd.99',
  '--add-item 99 1 osd.99 --loc root nowhere --loc host nowhere',
  '--add-item 99 1 osd/99 --loc host host0',
  '--add-item 99 -1 osd.99 --loc host host0',
  '--add-item x 1 osd.99',
  '--add-item 99 1',
  '--update-item 3 4.5 osd.3 --loc host host0',
  '--update-item 3 4.5 osd.3 --loc host newhost --loc root root0',
  '--update-item 3 0 renamed --loc host host1',
  '--add-bucket newhost host',
  '--add-bucket newrack rack --loc root root0',
  '--add-bucket newhost host --loc rack rack0',
  '--add-bucket root0 root',
  '--add-bucket newhost osd',
  '--add-bucket newhost shelf',
  '--move osd.3 --loc host newhost',
  '--move osd.3 --loc host host1',
  '--move host1 --loc rack rack0',
  '--move host1 --loc root newroot',
  '--move rack0 --loc host host1',
  '--move host1',
  '--move nobody --loc root root0',
  '--create-simple-rule r root0 host firstn',
  '--create-simple-rule r root0 osd indep',
  '--create-simple-rule r root0 host sideways',
  '--create-simple-rule r root0 shelf firstn',
  '--create-simple-rule r nowhere host firstn',
  '--create-simple-rule r root0',
  '--create-replicated-rule r root0 host',
  '--create-replicated-rule r root0 host --device-class ssd',
  '--create-replicated-rule r root0 host --device-class none',
  '--remove-rule rule0',
  '--remove-rule nothing',
  '--set-allowed-bucket-algs 6 --add-bucket newhost host',
  '--set-subtree-class root0 nvme',
  '--set-subtree-class root0 nvme --rebuild-class-roots',
  '--reclassify --reclassify-root root0 nvme',
  '--reclassify --reclassify-root nowhere nvme',
  '--reclassify --set-subtree-class root0 nvme --reclassify-root root0 nvme',
];

/** What needs no map, or only one. */
const OTHERS = [
  '',
  '-x',
  '-i MAP',
  '-i MAP --test',
  '-i MAP foo bar --tree',
  '-i MAP --bogus --tree',
  '-i nofile --tree',
  '-i GOLDEN --tree',
  '-i GOLDEN/mixed.txt --tree',
  '-c nofile',
  '-c GOLDEN/mixed.txt',
  '-c GOLDEN/mixed.txt -o OUT',
  '-c GOLDEN/mixed.txt --tree',
  '-c GOLDEN/SOURCE.md -o OUT',
  '-c GOLDEN/mixed.txt -o /no/such/place --test --show-mappings --x 2',
  '-d MAP -o /no/such/place',
  '-d MAP -c GOLDEN/mixed.txt',
  '-i',
  '-o',
  '--rule',
  '--rule x',
  '--num-rep 2.5',
  '--num-rep 0x3',
  '--num-rep=',
  '--num-rep --3',
  '--num-rep 99999999999',
  '-i MAP --set-choose-total-tries -7',
  '-i MAP --set-choose-total-tries x -o OUT',
  '-i MAP --set-choose-total-tries',
  '-i MAP --reweight -o /dev/full',
  '-i MAP --test --show-mappings --num-rep 3 --weight 0 1e9 --weight 1 32767',
  '--weight',
  '--weight x 1',
  '--weight 3',
  '-i MAP --test --show-mappings -w 1 0',
  '--bucket-name',
  '-i MAP --bucket-tree',
  '-i MAP --bucket-tree --bucket-name osd.3',
  '-i MAP --show-location -1',
  '-i MAP --tree -- 3',
  '-i MAP --compare GOLDEN/legacy.crushmap --min-x 7 --max-x 99',
  '-i MAP --show-location x',
  '-i MAP --show-location',
  '-i MAP --check 0',
  '-i MAP --check -5',
  '-i MAP --check x',
  '--tree',
  '--dump -f json',
  '--check',
  '--test --show-mappings',
  '--show-location 1',
  '--build',
  '--build --num_osds 5',
  '--build --num_osds 5 host straw2',
  '--build --num_osds 5 host foo 2',
  '--build host straw2 0',
  '--build --num_osds 7 host straw2 3 rack list 2 root uniform 0 -o OUT',
  '--build --num-osds 64 host straw2 4 rack straw2 4 root straw2 0 -o OUT',
  '--build --num_osds 5 host straw 2 root tree 0 --tree',
  '--build --num_osds 5 host straw2 2 -o OUT',
  '--build --num_osds 5 host straw2 0 --dump',
  '--build --num_osds 3 averylongnamethatgoeson straw2 2 root straw2 0 -o OUT',
];

interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
  file: string | undefined;
}

describe.skipIf(!installed)(`radosim crushtool is crushtool (SEED=${SEED})`, () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'crushtool-'));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  const words = (line: string): string[] =>
    line
      .split(' ')
      .filter((word) => word !== '')
      .map((word) =>
        word
          .replace(/^MAP$/, join(dir, 'map'))
          .replace(/^GOLDEN\/?/, GOLDEN)
          .replace(/^OUT$/, join(dir, 'out')),
      );

  const fileAnswer = (): string | undefined => {
    const out = join(dir, 'out');
    if (!existsSync(out)) return undefined;
    const bytes = readFileSync(out, 'latin1');
    rmSync(out);
    return bytes;
  };

  function theirs(line: string): Answer {
    const { status, stdout, stderr } = spawnSync('crushtool', words(line), {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: QUIET,
    });
    return { code: status, stdout, stderr, file: fileAnswer() };
  }

  function ours(line: string): Answer {
    let stdout = '';
    let stderr = '';
    const code = crushtool(words(line), {
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
    });
    return { code, stdout, stderr, file: fileAnswer() };
  }

  /** What becomes of the map; theirs beside ours. */
  function edited(line: string): [ours: Answer, theirs: Answer] {
    const full = `-i MAP -v -o OUT ${line}`;
    return [ours(full), theirs(full)];
  }

  describe.each(MAPS)('of the map `%s`', (name) => {
    beforeAll(() => copyFileSync(join(GOLDEN, `${name}.crushmap`), join(dir, 'map')));

    test.each(QUESTIONS)('%s', (line) => {
      expect(ours(line)).toEqual(theirs(line));
    });

    test.skipIf(name === UNEVEN).each(EDITS)('%s', (line) => {
      const [edit, answer] = edited(line);
      expect(edit).toEqual(answer);
    });
  });

  describe('without a map of its own', () => {
    beforeAll(() => copyFileSync(join(GOLDEN, 'mixed.crushmap'), join(dir, 'map')));

    test.each(OTHERS)('crushtool %s', (line) => {
      expect(ours(line)).toEqual(theirs(line));
    });
  });

  for (let n = 0; n < RANDOM_MAPS; n++) {
    test(`of random map ${n}`, () => {
      const { text } = randomMap(new SimRandom(seedToUint32(SEED), `cli${n}`));
      writeFileSync(join(dir, 'map.txt'), text);
      spawnSync('crushtool', ['-c', join(dir, 'map.txt'), '-o', join(dir, 'map')]);
      for (const line of QUESTIONS)
        expect({ line, ...ours(line) }).toEqual({ line, ...theirs(line) });
      writeFileSync(join(dir, 'map.txt'), editable(text));
      spawnSync('crushtool', ['-c', join(dir, 'map.txt'), '-o', join(dir, 'map')]);
      for (const line of EDITS) {
        const [edit, answer] = edited(line);
        // The original dies of some, where ours refuses.
        if (answer.code !== null) expect({ line, ...edit }).toEqual({ line, ...answer });
      }
    });
  }
});
