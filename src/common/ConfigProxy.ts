import { isOption, isRuntimeOption, OptionValueError, parseOptionValue } from './option_values.ts';
import { OPTION_DEFAULTS, type Options } from './options.ts';

/** What is never taken from a monitor. Ceph: FLAG_NO_MON_UPDATE (src/common/options.cc). */
const NO_MON_UPDATE: ReadonlySet<string> = new Set([
  'mon_host',
  'mon_dns_srv_name',
  'no_mon_config',
  // Which messengers there are, is a matter of this host.
  'ms_type',
]);

/** Of what a client does over and over: with 0 it would do nothing else. */
const NEVER_ZERO: ReadonlySet<string> = new Set([
  'mon_client_hunt_interval',
  'mon_client_hunt_interval_backoff',
  'mon_client_hunt_interval_min_multiple',
  'mon_client_hunt_interval_max_multiple',
  'mon_client_ping_interval',
  'ms_initial_backoff',
  'ms_max_backoff',
  'objecter_tick_interval',
]);

/**
 * The options of a client as they are now: what was said here counts, then what the monitors say, then the
 * defaults. Ceph: ConfigProxy, md_config_t::set_mon_vals (src/common/config.cc).
 */
export class ConfigProxy {
  /** They change as the monitors say. */
  readonly options: Options;
  readonly #values: Record<string, unknown>;
  readonly #said: Partial<Options>;

  constructor(said: Partial<Options> = {}) {
    const options = { ...OPTION_DEFAULTS, ...said };
    this.options = options;
    this.#values = options;
    this.#said = said;
  }

  /**
   * All that the monitors say. `isRunning`: those options stay as they are that count only when a client starts.
   * Answers the options that were not taken, each with the reason.
   */
  setMonVals(values: ReadonlyMap<string, string>, isRunning: boolean): ReadonlyMap<string, string> {
    const ignored = new Map<string, string>();
    for (const key of Object.keys(OPTION_DEFAULTS)) {
      if (!isOption(key) || this.#isOurs(key)) continue;
      const text = values.get(key);
      const why = this.#set(key, text, isRunning);
      if (why !== undefined && text !== undefined) ignored.set(key, why);
    }
    return ignored;
  }

  #isOurs(key: string): boolean {
    return NO_MON_UPDATE.has(key) || Object.hasOwn(this.#said, key);
  }

  /** `text` undefined: the default. Answers why not. */
  #set(key: keyof Options, text: string | undefined, isRunning: boolean): string | undefined {
    try {
      const value = text === undefined ? OPTION_DEFAULTS[key] : parseOptionValue(key, text);
      if (value === this.#values[key]) return undefined;
      if (NEVER_ZERO.has(key) && !(Number(value) > 0)) return `'${text}' is not above 0`;
      if (isRunning && !isRuntimeOption(key)) return 'not while the client runs';
      this.#values[key] = value;
      return undefined;
    } catch (error) {
      if (!(error instanceof OptionValueError)) throw error;
      return error.message;
    }
  }
}
