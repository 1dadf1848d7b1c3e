import { formatJson, type Json } from '../../../src/common/json_formatter.ts';
import type { MonMap } from '../../../src/mon/MonMap.ts';
import { legacyAddr } from '../../../src/msg/msg_types.ts';
import { addrvecText, sockaddrText, utimeText } from '../../../src/osd/dump/ceph_text.ts';
import { dumpAddrvec } from '../../../src/osd/dump/dump_osdmap.ts';
import { releaseName } from '../../../src/osd/dump/names.ts';
import {
  alwaysJson,
  type Command,
  type CommandContext,
  formatted,
  formattedLine,
} from './command.ts';

/** What a cluster says that it is: of the release whose bytes it speaks. */
export const CEPH_VERSION = 'ceph version 16.2.15 (radosim) pacific (stable)';

const PERSISTENT_FEATURES = [
  'kraken',
  'luminous',
  'mimic',
  'osdmap-prune',
  'nautilus',
  'octopus',
  'pacific',
  'elector-pinging',
];

const ELECTION_EPOCH = 3;

function monDumpText(map: MonMap): string {
  const lines = [
    `epoch ${map.epoch}`,
    `fsid ${map.fsid}`,
    `last_changed ${utimeText(map.lastChanged)}`,
    `created ${utimeText(map.created)}`,
    `min_mon_release ${map.minMonRelease} (${releaseName(map.minMonRelease)})`,
    `election_strategy: ${map.strategy}`,
    ...map.mons.map(({ name, addrs }, rank) => `${rank}: ${addrvecText(addrs)} mon.${name}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Keys as the original writes them, a slip of the pen included. */
function monDump(map: MonMap): { readonly [key: string]: Json } {
  return {
    epoch: map.epoch,
    fsid: map.fsid,
    modified: utimeText(map.lastChanged).replace(/\+0000$/, 'Z'),
    created: utimeText(map.created).replace(/\+0000$/, 'Z'),
    min_mon_release: map.minMonRelease,
    min_mon_release_name: releaseName(map.minMonRelease),
    election_strategy: map.strategy,
    'disallowed_leaders: ': '',
    stretch_mode: map.stretchModeEnabled,
    tiebreaker_mon: map.tiebreakerMon,
    'removed_ranks: ': '',
    features: { persistent: PERSISTENT_FEATURES, optional: [] },
    mons: map.mons.map(({ name, addrs, priority, weight }, rank) => {
      const addr = legacyAddr(addrs) ?? addrs[0];
      const text = addr === undefined ? '' : `${sockaddrText(addr)}/${addr.nonce}`;
      return {
        rank,
        name,
        public_addrs: dumpAddrvec(addrs),
        addr: text,
        public_addr: text,
        priority,
        weight,
        crush_location: '{}',
      };
    }),
  };
}

function quorumNames({ monMap, quorum }: CommandContext): string[] {
  return quorum.map((rank) => monMap.mons[rank]?.name ?? '');
}

function quorumStatus(ctx: CommandContext): Json {
  const [leader = ''] = quorumNames(ctx);
  return {
    election_epoch: ELECTION_EPOCH,
    quorum: ctx.quorum,
    quorum_names: quorumNames(ctx),
    quorum_leader_name: leader,
    quorum_age: 0,
    features: { quorum_con: '4540138314316775423', quorum_mon: PERSISTENT_FEATURES },
    monmap: monDump(ctx.monMap),
  };
}

function monStat(ctx: CommandContext): string {
  const { monMap, quorum } = ctx;
  const mons = monMap.mons.map(({ name, addrs }) => `${name}=${addrvecText(addrs)}`);
  const [leader = ''] = quorumNames(ctx);
  return `e${monMap.epoch}: ${mons.length} mons at {${mons}} removed_ranks: {}, election epoch ${ELECTION_EPOCH}, leader ${quorum[0] ?? 0} ${leader}, quorum ${quorum} ${quorumNames(ctx)}`;
}

export const MON_COMMANDS: readonly Command[] = [
  {
    signature: 'fsid',
    help: 'the id of the cluster',
    module: 'mon',
    perm: 'r',
    run: ({ map }, args, reply) => {
      reply(
        formatted(
          args,
          () => `${map.fsid}\n`,
          () => ({ fsid: map.fsid }),
        ),
      );
    },
  },
  {
    signature: 'mon dump name=epoch,type=CephInt,range=0,req=false',
    help: 'the monitors',
    module: 'mon',
    perm: 'r',
    run: ({ monMap, quorum }, args, reply) => {
      const answer = formattedLine(
        args,
        () => monDumpText(monMap),
        () => ({ ...monDump(monMap), quorum }),
      );
      reply({ ...answer, text: `dumped monmap epoch ${monMap.epoch}` });
    },
  },
  {
    signature: 'mon stat',
    help: 'the monitors and their quorum, in a line',
    module: 'mon',
    perm: 'r',
    run: (ctx, args, reply) => {
      const json = () => ({
        epoch: ctx.monMap.epoch,
        min_mon_release_name: releaseName(ctx.monMap.minMonRelease),
        num_mons: ctx.monMap.mons.length,
        leader: quorumNames(ctx)[0] ?? '',
        quorum: ctx.quorum.map((rank) => ({ rank, name: ctx.monMap.mons[rank]?.name ?? '' })),
      });
      reply(
        formattedLine(
          args,
          () => `${monStat(ctx)}\n`,
          () => json(),
        ),
      );
    },
  },
  {
    signature: 'quorum_status',
    help: 'the quorum of the monitors',
    module: 'mon',
    perm: 'r',
    run: (ctx, args, reply) => reply({ data: `${formatJson(quorumStatus(ctx), args.isPretty)}\n` }),
  },
  {
    signature: 'version',
    help: 'what the monitor is',
    module: 'mon',
    perm: 'r',
    run: (_ctx, args, reply) => {
      reply(
        formattedLine(
          args,
          () => `${CEPH_VERSION}\n`,
          () => ({ version: CEPH_VERSION }),
        ),
      );
    },
  },
  {
    signature: 'versions',
    help: 'what all daemons are',
    module: 'mon',
    perm: 'r',
    run: ({ map, monMap }, args, reply) => {
      const osds = map.getAllOsds().filter((osd) => map.isUp(osd));
      const count = (many: number): Json => (many === 0 ? {} : { [CEPH_VERSION]: many });
      const [mon, osd] = [monMap.mons.length, osds.length];
      reply(
        alwaysJson(args, {
          mon: count(mon),
          mgr: {},
          osd: count(osd),
          mds: {},
          overall: count(mon + osd),
        }),
      );
    },
  },
];
