import { drawNothing, type FaultKind, NOTHING } from './FaultKind.ts';

/** What users of a client do to it. */
export const CLIENT_FAULTS: readonly FaultKind[] = [
  {
    id: 'U1',
    text: 'all reads that share a signal are aborted',
    lasts: [0, 0],
    draw: drawNothing,
    begin: (stage, { client }) => {
      stage.abortReads(client);
      return NOTHING;
    },
  },
  {
    id: 'U3',
    text: 'a client is shut down with reads under way, and another one connects',
    lasts: [0, 0],
    draw: drawNothing,
    begin: (stage, { client }) => {
      stage.replaceClient(client);
      return NOTHING;
    },
  },
  {
    id: 'U5',
    text: 'many reads at once (objecter_inflight_ops, objecter_inflight_op_bytes)',
    lasts: [0, 0],
    draw: (draw) => ({ n: draw.from(10, 60), how: '' }),
    begin: (stage, { client, n }) => {
      stage.flood(client, n);
      return NOTHING;
    },
  },
];
