import { availableParallelism, cpus } from 'node:os';
import { contestant } from './contestant.ts';
import { crcContest } from './crc_contest.ts';
import type { Figure } from './measure.ts';
import { messengerContestant } from './messenger_contestant.ts';
import { messengers } from './messengers.ts';
import { mappings, simulatedEvents } from './parts.ts';
import { placement } from './placement.ts';
import { reads } from './reads.ts';

const KIB = 1024;
const MIB = 1024 * 1024;

function row(what: string, perSecond: string, cpu: string): void {
  console.log(`${what.padEnd(46)}${perSecond.padStart(18)}${cpu.padStart(20)}`);
}

function counted(what: string, unit: string, { perSecond, cpuMicroseconds }: Figure): void {
  const rate = Math.round(perSecond).toLocaleString('en');
  row(what, `${rate} ${unit}/s`, `${cpuMicroseconds.toFixed(2)} µs CPU`);
}

async function bench(): Promise<void> {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim()})`,
  );
  console.log('Client, monitor and OSDs share one process and one thread.\n');

  for (const net of ['memory', 'tcp'] as const) {
    const where = net === 'memory' ? 'in simulation' : 'over loopback TCP';
    for (const depth of [1, 16, 64]) {
      counted(`read 4 KiB ${where}, ${depth} at once`, 'ops', await reads(net, 4 * KIB, depth));
    }
    counted(`read 4 MiB ${where}, 8 at once`, 'ops', await reads(net, 4 * MIB, 8));
  }
  counted('simulated events, 1,000 pending', 'ev', await simulatedEvents(1000));
  counted('CRUSH, 3 copies, 12 OSDs on 4 hosts', 'pgs', await mappings(12, 4));
  counted('CRUSH, 3 copies, 1,000 OSDs on 50 hosts', 'pgs', await mappings(1000, 50));
  await crcContest();
  messengers();
  placement();
}

const [mode, part = '', file = '', by = ''] = process.argv.slice(2);
if (mode === 'contestant') contestant(part, file, by);
else if (mode === 'messengers') await messengerContestant(part, Number(file), Number(by));
else await bench();
