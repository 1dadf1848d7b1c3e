/**
 * The options that this code obeys, under Ceph's names, with the defaults of 16.2.
 * Ceph: src/common/options.cc. Times are seconds, sizes bytes; 0 means no limit where Ceph says so.
 */
export const OPTION_DEFAULTS = {
  /** Where the monitors are: `v1:10.0.0.1:6789`, several separated by commas. */
  mon_host: '',
  /** Where `mon_host` is empty, the service of that name in DNS: `ceph-mon`, `ceph-mon_example.org`. */
  mon_dns_srv_name: 'ceph-mon',
  /** The flag `--no-mon-config`: the options that the monitors have for us do not count. */
  no_mon_config: false,
  /** A Unix socket that tells how it goes: `/run/ceph/$cluster-$name.$pid.asok`; empty: none. */
  admin_socket: '',
  client_mount_timeout: 300,
  rados_osd_op_timeout: 0,
  rados_mon_op_timeout: 0,

  /** `cephx`, `none`, the best first. Not empty, `auth_supported` counts instead. */
  auth_client_required: 'cephx, none',
  auth_supported: '',
  /** Of monitors: how long the tickets live that they give, for more tickets and for daemons. */
  auth_mon_ticket_ttl: 259_200,
  auth_service_ticket_ttl: 3600,
  /** `crc`, `secure`, the best first: how msgr v2 protects what goes to OSDs, and to monitors. */
  ms_client_mode: 'crc secure',
  ms_mon_client_mode: 'secure crc',

  /** Where we are in the CRUSH hierarchy: `root=default host=a`; empty: on a host of our name. */
  crush_location: '',

  objecter_tick_interval: 5,
  objecter_timeout: 10,
  objecter_inflight_ops: 1024,
  /** 100 MiB. */
  objecter_inflight_op_bytes: 104_857_600,

  mon_client_hunt_interval: 3,
  mon_client_hunt_interval_backoff: 1.5,
  mon_client_hunt_interval_min_multiple: 1,
  mon_client_hunt_interval_max_multiple: 10,
  /** Monitors that are tried at once; 0: all. */
  mon_client_hunt_parallel: 3,
  /** How often a command to one monitor is tried. */
  mon_client_directed_command_retry: 2,
  mon_client_ping_interval: 10,
  mon_client_ping_timeout: 30,

  ms_type: 'async',
  ms_initial_backoff: 0.2,
  ms_max_backoff: 15,
  ms_connection_ready_timeout: 10,
  ms_connection_idle_timeout: 900,
  /** 100 MiB. */
  ms_dispatch_throttle_bytes: 104_857_600,
  ms_crc_data: true,
  ms_crc_header: true,
  /** `force`: frames between OSDs are compressed where both want it. */
  ms_osd_compress_mode: 'none',
  ms_osd_compress_min_size: 1024,
  /** Names, separated by commas, the best first. There is zlib. */
  ms_osd_compression_algorithm: 'snappy',
  ms_compress_secure: false,
  /** One in so many reads and writes of a socket fails; 0: none. */
  ms_inject_socket_failures: 0,
  ms_inject_delay_type: '',
  ms_inject_delay_probability: 0,
  ms_inject_delay_max: 1,
};

export type Options = Readonly<typeof OPTION_DEFAULTS>;
