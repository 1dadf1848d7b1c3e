import { CephArgs } from '../ceph/ceph_argparse.ts';
import { ToolExit } from '../ceph/ToolExit.ts';
import { USAGE } from './usage.ts';

/** Options without a value; the first name is what they are known by. Ceph: main (src/tools/rados/rados.cc). */
const FLAGS: readonly (readonly string[])[] = [
  ['--force-full'],
  ['--delete-after', '-d'],
  ['--create', '-C', '--create-pool'],
  ['--pretty-format'],
  ['--show-time'],
  ['--no-cleanup'],
  ['--no-hints'],
  ['--reuse-bench'],
  ['--no-verify'],
  ['--striper'],
  ['--all'],
  ['--default'],
  ['--write-omap'],
  ['--write-object'],
  ['--write-xattr'],
  ['--with-clones'],
  ['--with-reference'],
];

/** Options with a value. */
const VALUES: readonly (readonly string[])[] = [
  ['--run-name'],
  ['--prefix'],
  ['--pool', '-p'],
  ['--target-pool'],
  ['--object-locator'],
  ['--target-locator'],
  ['--target-nspace'],
  ['--concurrent-ios', '-t'],
  ['--block-size', '-b'],
  ['--object-size', '-O'],
  ['--max-objects'],
  ['--offset'],
  ['--snap', '-s'],
  ['--snapid', '-S'],
  ['--min-object-size'],
  ['--max-object-size'],
  ['--min-op-len'],
  ['--max-op-len'],
  ['--max-ops'],
  ['--max-backlog'],
  ['--target-throughput'],
  ['--offset-align'],
  ['--read-percent'],
  ['--num-objects'],
  ['--run-length'],
  ['--workers'],
  ['--format'],
  ['--lock-tag'],
  ['--lock-cookie'],
  ['--lock-description'],
  ['--lock-duration'],
  ['--lock-type'],
  ['--namespace', '-N'],
  ['--output', '-o'],
  ['--omap-key-file'],
  ['--obj-name-file'],
  ['--pgid'],
  ['--input-file'],
];

/** What a line is made of. */
export interface RadosArguments {
  /** By the first names of options, without dashes: `pool`; '' for those that take no value. */
  readonly options: ReadonlyMap<string, string>;
  /** The command, and what it is to work on. */
  readonly command: readonly string[];
}

/** Takes apart what is left of a command line when all that is of the configuration has been taken. */
export function parseArguments(line: readonly string[]): RadosArguments {
  const args = new CephArgs(line);
  const options = new Map<string, string>();
  let lastValue = '';
  const takeValue = (name: string, key: string): boolean =>
    args.withArg(
      name,
      (value) => {
        lastValue = value;
        options.set(key, value);
      },
      (text) => {
        throw new ToolExit(1, '', `${text}\n`);
      },
    );
  while (args.more()) {
    const flag = FLAGS.find((names) => args.flag(...names));
    if (flag !== undefined) options.set(keyOf(flag), '');
    else if (!VALUES.some((names) => names.some((name) => takeValue(name, keyOf(names))))) {
      // The original looks here at a value that it has just taken, not at the argument.
      if (lastValue.startsWith('-')) throw new ToolExit(1, '', USAGE);
      args.skip();
    }
  }
  return { options, command: args.rest };
}

function keyOf([name = '']: readonly string[]): string {
  return name.slice('--'.length);
}
