import type { LinkMatch } from '../SimNetwork.ts';
import { drawNothing, type FaultKind, NOTHING, type Stage } from './FaultKind.ts';
import type { PlannedFault } from './plan.ts';

const MON = 'mon.a';

/** One time in eight it is the monitor whom a client cannot talk to. */
function peerOf({ osd, n }: PlannedFault): string {
  return n % 8 === 0 ? MON : `osd.${osd}`;
}

/** `how` begins with the direction. */
function linkOf(stage: Stage, fault: PlannedFault): LinkMatch {
  const client = stage.nameOf(fault.client);
  const peer = peerOf(fault);
  return fault.how.startsWith('out') ? { from: client, to: peer } : { from: peer, to: client };
}

function during(fault: Disposable): () => void {
  return () => fault[Symbol.dispose]();
}

export const NETWORK_FAULTS: readonly FaultKind[] = [
  {
    id: 'N1',
    text: 'connections are reset (ms_inject_socket_failures)',
    lasts: [0, 0],
    draw: (draw) => ({ n: draw.from(0, 7), how: '' }),
    begin: (stage, fault) => {
      stage.cluster.net.reset(stage.nameOf(fault.client), peerOf(fault));
      return NOTHING;
    },
  },
  {
    id: 'N6',
    text: 'what is sent comes late (ms_inject_delay_probability, _max)',
    lasts: [100, 5000],
    draw: (draw) => ({ n: draw.order(1, 3000), how: draw.pick(['out', 'in']) }),
    begin: (stage, fault) => during(stage.cluster.net.delay(linkOf(stage, fault), fault.n)),
  },
  {
    id: 'N7',
    text: 'reads give a few bytes at a time',
    lasts: [100, 5000],
    draw: (draw) => ({ n: draw.order(1, 300), how: draw.pick(['out', 'in']) }),
    begin: (stage, fault) => during(stage.cluster.net.pieces(linkOf(stage, fault), fault.n)),
  },
  {
    id: 'N8',
    text: 'a connection ends within a frame',
    lasts: [100, 5000],
    draw: (draw) => ({
      n: draw.order(1, 20_000),
      how: draw.pick(['out fin', 'out rst', 'in fin', 'in rst']),
    }),
    begin: (stage, fault) => {
      const how = fault.how.endsWith('fin') ? 'fin' : 'rst';
      return during(stage.cluster.net.cut(linkOf(stage, fault), fault.n, how));
    },
  },
  {
    id: 'N11',
    text: 'a peer takes nothing more for a while',
    lasts: [50, 8000],
    draw: (draw) => ({ n: draw.from(0, 7), how: draw.pick(['out', 'in']) }),
    begin: (stage, fault) => during(stage.cluster.net.full(linkOf(stage, fault))),
  },
  {
    id: 'M9',
    text: 'a handshake stops after some bytes, and nobody says so',
    lasts: [100, 12_000],
    draw: (draw) => ({ n: draw.order(1, 900), how: draw.pick(['out', 'in']) }),
    begin: (stage, fault) => {
      const { net } = stage.cluster;
      const end = during(net.stall(linkOf(stage, fault), fault.n));
      net.reset(stage.nameOf(fault.client), peerOf(fault));
      return end;
    },
  },
  {
    id: 'S2',
    text: 'an OSD stands still for a while (heartbeat_inject_failure)',
    lasts: [500, 8000],
    draw: drawNothing,
    begin: (stage, { osd }) => freeze(stage, `osd.${osd}`),
  },
  {
    id: 'O1',
    text: 'the monitor dies, or stands still, for a while',
    lasts: [200, 10_000],
    draw: (draw) => ({ n: 0, how: draw.pick(['killed', 'frozen']) }),
    begin: (stage, { how }) => {
      if (how === 'frozen') return freeze(stage, MON);
      stage.cluster.mon().kill();
      return () => void stage.cluster.mon().revive();
    },
  },
];

function freeze({ cluster: { net } }: Stage, name: string): () => void {
  const [out, into] = [net.hold({ from: name }), net.hold({ to: name })];
  return () => {
    out[Symbol.dispose]();
    into[Symbol.dispose]();
  };
}
