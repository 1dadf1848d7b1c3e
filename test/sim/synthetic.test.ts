import process from 'node:process';
import { describe, expect, it } from 'vitest';
import {
  losslessClient,
  losslessPeer,
  losslessPeerReuse,
  lossyClient,
  statefulServer,
  statelessServer,
} from '../../src/msg/Policy.ts';
import { MESSENGER_KINDS } from '../helpers/messenger_kinds.ts';
import { SyntheticWorkload, type WorkloadOptions } from '../helpers/SyntheticWorkload.ts';

/** SEED and MESSAGES may be given from outside: what has failed is replayed, or more is done. */
const SEED = process.env['SEED'];
const MESSAGES = Number(process.env['MESSAGES'] ?? 500);
const SEEDS = SEED === undefined ? [1] : [Number(SEED)];
const LONG_MS = 600_000;

const conf = {
  ms_inject_socket_failures: 30,
  ms_inject_delay_type: 'client osd',
  ms_inject_delay_probability: 0.1,
  ms_inject_delay_max: 0.5,
};

type Relation = Pick<WorkloadOptions, 'client' | 'server' | 'arePeers' | 'markDownOneIn'> & {
  readonly name: string;
};

const clientOfServer = { client: losslessClient, server: statefulServer, arePeers: false };
const peers = { client: losslessPeer, server: losslessPeer, arePeers: true };
const reusing = { client: losslessPeerReuse, server: losslessPeerReuse, arePeers: true };
const lossy = { client: lossyClient, server: statelessServer, arePeers: false };

const RELATIONS: readonly Relation[] = [
  { name: 'lossless clients of stateful servers', ...clientOfServer, markDownOneIn: 0 },
  { name: 'lossless peers', ...peers, markDownOneIn: 0 },
  { name: 'lossless peers that reuse', ...reusing, markDownOneIn: 0 },
  // Not of peers that do not tell each other of resets: they promise nothing then.
  { name: 'marked down by lossless clients', ...clientOfServer, markDownOneIn: 40 },
  { name: 'marked down by lossless peers that reuse', ...reusing, markDownOneIn: 40 },
  { name: 'marked down by lossy clients', ...lossy, markDownOneIn: 40 },
];

async function runOrTellHow(workload: SyntheticWorkload, command: string): Promise<void> {
  try {
    await workload.run();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; again: ${command}`, {
      cause: error,
    });
  }
}

describe.each(MESSENGER_KINDS)('$name, with one socket operation in 30 failing', (kind) => {
  describe.each(RELATIONS)('$name', ({ name, ...relation }) => {
    it.each(SEEDS)(
      'keeps what it promises (seed %i)',
      async (seed) => {
        const workload = new SyntheticWorkload({
          seed,
          kind,
          conf,
          messages: MESSAGES,
          ...relation,
        });
        const command = `SEED=${seed} MESSAGES=${MESSAGES} npx vitest run --project main test/sim/synthetic.test.ts -t "'${kind.name}'.*'${name}'"`;
        await runOrTellHow(workload, command);
        if (relation.markDownOneIn > 0) expect(workload.markedDown).toBeGreaterThan(0);
        else expect(workload.deliveries).toBe(2 * MESSAGES);
      },
      LONG_MS,
    );
  });
});
