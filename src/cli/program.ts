import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type ExplainOptions, explain } from './explain.ts';
import { MIRROR_NAMES } from './mirrors.ts';
import { msTypeOption, parseSeed } from './options.ts';
import { type RunDemoOptions, runDemo } from './run_demo.ts';
import { addServeCommand } from './serve/command.ts';
import { addSimCommand } from './sim/command.ts';
import { addTraceCommand } from './trace/command.ts';

const SOURCES = fileURLToPath(new URL('../../../src', import.meta.url));

/** The commands. Wrong use of one throws UsageError, or commander's own error. */
export function makeProgram(): Command {
  const program = new Command('radosim').description(
    'The read path of a Ceph client, and a simulated cluster to read from.',
  );

  program
    .command('demo')
    .description('Store files as objects in a cluster of our own, and read them back.')
    .argument('[DIR]', 'every file under it becomes an object (default: our own sources)')
    .option('--tcp', 'over TCP on loopback, in real time, instead of in simulation')
    .option('--seed <N>', 'what all chance in the simulation follows from', parseSeed, '1')
    .option('--json', 'the report as JSON')
    .addOption(msTypeOption(['simple', 'async', 'xio']))
    .action(async (dir: string | undefined, options: RunDemoOptions) => {
      const isIdentical = await runDemo(dir ?? SOURCES, options);
      if (!isIdentical) process.exitCode = 1;
    });

  addServeCommand(program);
  addSimCommand(program);

  program
    .command('explain')
    .description('Why an object is where it is: every number from its name to its OSDs.')
    .argument('<POOL>')
    .argument('<OBJECT>')
    .requiredOption('--osdmap <FILE>', 'the map, as `ceph osd getmap` writes it')
    .option('--key <KEY>', 'what is hashed in place of the name', '')
    .option('--namespace <NAME>', 'the namespace of the object', '')
    .option('--json', 'as JSON')
    .action((pool: string, oid: string, options: ExplainOptions) => {
      process.stdout.write(explain(pool, oid, options));
    });

  addTraceCommand(program);

  program.addHelpText(
    'after',
    `\nAnd Ceph's own, with their own arguments: ${MIRROR_NAMES.join(', ')}`,
  );
  return program;
}
