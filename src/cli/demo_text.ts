import { bars } from './bars.ts';
import type { Colors } from './colors.ts';
import type { DemoReport } from './demo.ts';
import { journeyText } from './journey.ts';

const BAR_WIDTH = 40;
const DIFFERENCES_SHOWN = 10;

/** The last line: what was to be shown, or how far it failed. */
export function verdict({ objects, bytes, differences }: DemoReport): string {
  const wrong = Object.keys(differences).length;
  if (wrong === 0) return `${objects} objects, ${bytes} bytes read back identical`;
  return `${wrong} of ${objects} objects did not come back as they were put`;
}

/** The report for a person to read, but for its last line. */
export function demoText(report: DemoReport, colors: Colors): string[] {
  return [
    ...introduction(report, colors),
    ...heading('The journey of one read', report.journey.oid, colors),
    ...journeyText(report.journey.steps, colors),
    ...heading('Reads per OSD', 'which object is where follows from its name alone', colors),
    '',
    ...bars(new Map(Object.entries(report.reads)), BAR_WIDTH).map((line) => `  ${line}`),
    ...heading('Counters', "the client's, under Ceph's names; those that are 0 left out", colors),
    '',
    ...countersText(report),
    ...differencesText(report, colors),
    '',
  ];
}

/** What is read, from what. */
function introduction(report: DemoReport, colors: Colors): string[] {
  const { objects, bytes, osds, hosts, net, seed, milliseconds } = report;
  const where = net === 'tcp' ? 'over TCP on loopback' : `in simulation, seed ${seed}`;
  const time = net === 'tcp' ? 'ms' : 'ms of virtual time';
  return [
    `${colors.bold('radosim')}  ${objects} objects, ${bytes} bytes, ${where}`,
    `         1 monitor, ${osds} OSDs on ${hosts} hosts, 3 copies of each object on different hosts`,
    `         all read back at once in ${milliseconds.toFixed(3)} ${time}`,
  ];
}

function heading(title: string, remark: string, colors: Colors): string[] {
  return ['', `${colors.bold(title)}  ${colors.dim(remark)}`];
}

function countersText({ counters }: DemoReport): string[] {
  return Object.entries(counters).flatMap(([section, values]) =>
    Object.entries(values)
      .map(([name, value]) => [name, typeof value === 'number' ? value : value.sum] as const)
      .filter(([, value]) => value !== 0)
      .map(([name, value]) => `  ${`${section}.${name}`.padEnd(32)} ${value}`),
  );
}

function differencesText({ differences }: DemoReport, colors: Colors): string[] {
  const lines = Object.entries(differences).map(([oid, why]) => `  ${oid}: ${why}`);
  if (lines.length === 0) return [];
  const more = lines.length - DIFFERENCES_SHOWN;
  return [
    ...heading('Differences', '', colors),
    ...lines.slice(0, DIFFERENCES_SHOWN),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
