import { cppStrerror, EINVAL, ENOENT } from '../../common/errno.ts';
import type { Json } from '../../common/json_formatter.ts';
import { formatOptionValue, isOption } from '../../common/option_values.ts';
import { OPTION_DEFAULTS, type Options } from '../../common/options.ts';
import type { PerfDump } from '../../common/PerfCounters.ts';
import type { ObjecterRequests } from '../../osdc/dump_requests.ts';
import { type AdminArguments, type AdminCommand, AdminError } from './AdminCommands.ts';

/** Of whom an admin socket tells. */
export interface AdminSubject {
  /** `client.admin`. */
  readonly name: string;
  readonly conf: Options;
  perfDump(): PerfDump;
  objecterRequests(): ObjecterRequests;
}

/** What we are is like that release. */
const VERSION = { version: 'radosim', release: 'pacific', release_type: 'stable' };

/** What the admin socket of a client answers. Ceph: CephContext::_do_command, Objecter::RequestStateHook. */
export function clientCommands(subject: AdminSubject): AdminCommand[] {
  return [
    { desc: 'version', help: 'get ceph version', call: () => VERSION },
    {
      desc: 'perf dump name=logger,type=CephString,req=false name=counter,type=CephString,req=false',
      help: 'dump perfcounters value',
      call: (args) => perfDump(subject.perfDump(), args),
    },
    {
      desc: 'config show',
      help: 'dump current config settings',
      call: () => configShow(subject),
    },
    {
      desc: 'config get name=var,type=CephString',
      help: 'config get <field>: get the config value',
      call: (args) => configGet(subject.conf, args.get('var')),
    },
    {
      desc: 'objecter_requests',
      help: 'show in-progress osd requests',
      call: () => ({ ...subject.objecterRequests() }),
    },
  ];
}

/** All, or of one section, or one counter of it. */
function perfDump(dump: PerfDump, args: AdminArguments): Json {
  const [logger, counter] = [args.get('logger') ?? '', args.get('counter') ?? ''];
  const out = new Map<string, Json>();
  for (const [section, counters] of Object.entries(dump)) {
    if (logger !== '' && logger !== section) continue;
    const wanted = Object.entries(counters).filter(([name]) => counter === '' || counter === name);
    out.set(section, new Map(wanted.map(([name, value]) => [name, toJson(value)])));
  }
  return out;
}

function toJson(value: PerfDump[string][string]): Json {
  return typeof value === 'number' ? value : { ...value };
}

function configShow({ name, conf }: AdminSubject): Json {
  const values: [string, string][] = Object.keys(OPTION_DEFAULTS)
    .filter(isOption)
    .map((key) => [key, formatOptionValue(key, conf[key])]);
  values.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([['name', name], ...values]);
}

function configGet(conf: Options, key: unknown): Json {
  if (typeof key !== 'string') throw new AdminError(EINVAL, '');
  if (!isOption(key))
    throw new AdminError(ENOENT, `error getting '${key}': ${cppStrerror(ENOENT)}`);
  return { [key]: formatOptionValue(key, conf[key]) };
}
