import type { Command } from 'commander';
import { msTypeOption, parseSeed, parseUpTo } from '../options.ts';
import { type TraceOptions, trace } from '../trace.ts';

/** osd_max_object_size. */
const SIZE_MAX = 128 * 1024 * 1024;
const TIMEOUT_MAX_S = 3600;

const HELP = `
Examples:
  radosim trace                                 one read of a simulated cluster
  radosim trace --ms_type simple --pcapng FILE  the same over msgr v1, also as a file for Wireshark
  radosim trace -m v1:10.0.0.1:6789 mypool obj  one read of a real cluster
  radosim trace FILE.pcap                       what tcpdump, dumpcap or Wireshark has recorded

A line is: seconds since the first, connection, who to whom, protocol, tag, bytes on the wire, and what
it says; of a message front+middle+data. What is encrypted is told by its length alone. A file that
--pcapng writes holds all bytes as they were on the wire.`;

/** Adds `radosim trace`. */
export function addTraceCommand(program: Command): void {
  program
    .command('trace')
    .description('A conversation with a cluster, frame by frame.')
    .argument('[WHAT...]', 'POOL and OBJECT… to read, or a pcap or pcapng FILE')
    .option('-m, --mon-host <ADDRS>', 'a real cluster, not a simulated one: v1:10.0.0.1:6789')
    .option('--id <ID>', 'of a real cluster: who reads it, without client.', 'admin')
    .option('--timeout <S>', 'of a real cluster: seconds to wait', parseUpTo(TIMEOUT_MAX_S), 30)
    .addOption(msTypeOption(['simple', 'async']))
    .option('--seed <N>', 'of a simulation: what all chance follows from', parseSeed, '1')
    .option('--size <BYTES>', 'of a simulation: of each object', parseUpTo(SIZE_MAX), 4096)
    .option('--all', 'of a simulation: what daemons say to each other, too')
    .option('--json', 'as JSON')
    .option('--pcapng <FILE>', 'also write a file that Wireshark opens, a comment on each frame')
    .addHelpText('after', HELP)
    .action(async (what: readonly string[], options: TraceOptions) => {
      if (!(await trace(what, options))) process.exitCode = 1;
    });
}
