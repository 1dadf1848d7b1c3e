import cliProgress from 'cli-progress';
import type { MsType } from '../../sim/index.ts';
import { type Colors, colorsFor } from './colors.ts';
import { demo } from './demo.ts';
import { demoText, verdict } from './demo_text.ts';
import { readTree } from './read_tree.ts';
import { UsageError } from './UsageError.ts';

export interface RunDemoOptions {
  readonly tcp?: true;
  readonly seed: string;
  readonly json?: true;
  readonly ms_type?: MsType;
}

/**
 * The demo and what it prints. False: something did not come back as it was put. Throws UsageError
 * for options that exclude each other.
 */
export async function runDemo(dir: string, options: RunDemoOptions): Promise<boolean> {
  const { tcp = false, seed, json = false, ms_type: msType } = options;
  if (tcp && msType === 'xio') {
    throw new UsageError('xio hands messages over within a process: it does not go with --tcp.');
  }
  const colors = colorsFor(process.stdout);
  const tree = await readTree(dir);
  const progress = json ? undefined : progressBar(tree.size, colors);
  const onRead = (): void => progress?.increment();
  const net = tcp ? 'tcp' : 'memory';
  const report = await demo(tree, { seed, net, msType, onRead }).finally(() => progress?.stop());

  if (json) console.log(JSON.stringify(report, undefined, 2));
  else console.log([...demoText(report, colors), verdict(report)].join('\n'));
  return Object.keys(report.differences).length === 0;
}

/** Undefined where there is no terminal to draw it on. */
function progressBar(total: number, colors: Colors): cliProgress.SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const format = `reading ${colors.cyan('{bar}')} {value}/{total} objects`;
  const options = { format, stream: process.stderr, clearOnComplete: true, hideCursor: true };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  bar.start(total, 0);
  return bar;
}
