/** What the designs of messengers cost as connections grow. Each row is a process of its own. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MESHES, type MessengerFigure } from './messenger_contestant.ts';

const KINDS = ['simple', 'async v1', 'async v2', 'xio'];
/** Besides those of connections: Node's own, and the ports. */
const OTHER_FILES = 200;

export function messengers(): void {
  console.log(
    '\nMessengers: questions and answers of 4 KiB, one per connection at once, at least 64',
  );
  console.log(
    'simple and async over loopback TCP, xio within the process; both ends in one thread',
  );
  row(['', 'connections', 'messages/s', 'µs CPU each', 'KiB/connection', 'KiB resident']);
  for (const { clients, servers } of MESHES) {
    const count = clients * servers;
    for (const kind of KINDS) {
      const files = kind === 'xio' ? 0 : 2 * count + OTHER_FILES;
      if (files > openFilesMax()) {
        console.log(
          `${kind}: ${count} connections need ${files} files, ulimit -n is ${openFilesMax()}`,
        );
      } else {
        report(kind, count, contest(kind, clients, servers));
      }
    }
  }
}

function contest(kind: string, clients: number, servers: number): MessengerFigure {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const args = ['--expose-gc', main, 'messengers', kind, `${clients}`, `${servers}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function report(kind: string, count: number, figure: MessengerFigure): void {
  const { perSecond, cpuMicroseconds, heapBytes, residentBytes } = figure;
  const kib = (bytes: number): string => (bytes / 1024).toFixed(1);
  // What one connection alone takes is lost in the noise.
  const memory = count === 1 ? ['', ''] : [kib(heapBytes), kib(residentBytes)];
  const rate = Math.round(perSecond).toLocaleString('en');
  row([kind, `${count}`, rate, cpuMicroseconds.toFixed(2), ...memory]);
}

function row([name = '', ...columns]: readonly string[]): void {
  console.log(name.padEnd(12) + columns.map((column) => column.padStart(16)).join(''));
}

/** Node raises the soft limit to the hard one when it starts. */
function openFilesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const soft = /Max open files\s+(\S+)/.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
