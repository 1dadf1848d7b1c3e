/** Options of Ceph's clients that have nothing to say here: what is logged, and where to; privileges. */
const VALUED = /^(?:(?:debug|log|clog|mon_cluster_log)_\w+|admin_socket|setuser|setgroup)$/;
const SWITCHES =
  /^(?:no_mon_config|(?:log|err|clog|mon_cluster_log)_to_\w+|log_flush_on_exit|foreground)$/;

/** What is left without them, in its order. `--` ends the options. */
export function withoutOtherOptions(args: readonly string[]): string[] {
  const left: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return [...left, ...args.slice(at)];
    const [, name = '', value] = /^--([^=]+)(=.*)?$/s.exec(arg) ?? [];
    const key = name.replaceAll('-', '_');
    if (SWITCHES.test(key)) continue;
    if (!VALUED.test(key)) left.push(arg);
    else if (value === undefined) at++;
  }
  return left;
}

/** Whether one of `names` stands before `--`. */
export function hasSwitch(args: readonly string[], ...names: string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => names.includes(arg));
}
