import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TOOLS = ['ceph-mon', 'ceph-osd', 'ceph', 'ceph-authtool', 'monmaptool', 'rados'];
const COMMAND_TIMEOUT_MS = 60_000;
const OSDS_UP_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const CEPH_ATTEMPTS = 5;
/** What daemons log when a peer sends them what it must not. */
const BLAME =
  /bad crc|fail(ed|ure).*decod|decode.*(error|fail)|misdirected|FAILED assert|ceph_assert|\bAbort|bad_alloc|end_of_buffer|malformed_input/i;
const OUTPUT_MAX = 64 * 1024 * 1024;

export interface CephOptions {
  /** v1: daemons that speak nothing else, so that OSD traffic is v1 too. */
  readonly msgr: 'v1' | 'v2';
  readonly auth: 'none' | 'cephx';
  readonly osds?: number;
  readonly mons?: number;
  /** Lines for ceph.conf: `auth service ticket ttl = 4`. */
  readonly conf?: readonly string[];
}

/** The first of Ceph's programs that this machine lacks. */
export function missingTool(): string | undefined {
  return TOOLS.find((tool) => {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
}

/** True, after one clear line, where there is no Ceph to test against. */
export function skipWithoutCeph(): boolean {
  const tool = missingTool();
  if (tool === undefined) return false;
  console.log(
    `skipped: ${tool} is not installed (Debian: ceph-mon ceph-osd ceph-base ceph-common)`,
  );
  return true;
}

/** A real Ceph on loopback: monitors and memstore OSDs, each OSD on a host of its own. */
export class CephCluster implements AsyncDisposable {
  readonly dir: string;
  readonly monHost: string;
  /** By name: `osd.0`. */
  readonly #daemons = new Map<string, ChildProcess>();
  readonly #options: Required<CephOptions>;
  readonly #fsid = randomUUID();

  private constructor(dir: string, monHost: string, options: Required<CephOptions>) {
    this.dir = dir;
    this.monHost = monHost;
    this.#options = options;
  }

  /** Ready when every OSD is up. Throws, and leaves nothing running, where that fails. */
  static async start(options: CephOptions): Promise<CephCluster> {
    const all = { osds: 3, mons: 1, conf: [], ...options };
    const dir = await mkdtemp(join(tmpdir(), 'radosim-ceph-'));
    const ports = await freePorts(2 * all.mons);
    const hosts = monNames(all.mons).map((_, i) =>
      monAddress(all.msgr, ports.slice(2 * i, 2 * i + 2)),
    );
    const cluster = new CephCluster(dir, hosts.join(','), all);
    try {
      await writeFile(cluster.confFile, cluster.#conf());
      await cluster.#makeKeys();
      await cluster.#startMons(hosts);
      for (let id = 0; id < all.osds; id++) await cluster.#startOsd(id);
      await cluster.#allUp();
    } catch (error) {
      await cluster.#end();
      await cluster.#remove();
      throw error;
    }
    return cluster;
  }

  get confFile(): string {
    return join(this.dir, 'ceph.conf');
  }

  get keyring(): string {
    return join(this.dir, 'keyring');
  }

  /** Runs one of Ceph's programs against this cluster and answers what it printed. */
  run(tool: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
    const options = {
      env: { ...process.env, CEPH_CONF: this.confFile, CEPH_ARGS: '' },
      encoding: 'buffer' as const,
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: OUTPUT_MAX,
    };
    return new Promise((resolve, reject) => {
      const child = execFile(tool, args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${tool} ${args.join(' ')}: ${error.message}\n${stderr}`));
      });
      child.stdin?.end(input);
    });
  }

  /**
   * Runs `ceph`. Over msgr v1 without cephx it may ask before it has the monmap, and is refused for
   * a wrong fsid: then it asks again.
   */
  async ceph(...args: string[]): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.run('ceph', args)).toString();
      } catch (error) {
        const tooEarly = String(error).includes('EPERM: problem getting command descriptions');
        if (!tooEarly || attempt === CEPH_ATTEMPTS) throw error;
      }
    }
  }

  rados(...args: string[]): Promise<Buffer> {
    return this.run('rados', args);
  }

  /** Sends a signal to a daemon: `osd.1`, SIGSTOP. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#daemons.get(name)?.kill(signal);
  }

  /** Ends an OSD at once. It is not missed until it is started again. */
  async killOsd(id: number): Promise<void> {
    const name = `osd.${id}`;
    const child = this.#daemons.get(name);
    this.#daemons.delete(name);
    if (child === undefined || !isAlive(child)) throw new Error(`${name} is not running`);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Starts an OSD that was killed, with what its store holds. */
  reviveOsd(id: number): void {
    this.#daemon('ceph-osd', `${id}`);
  }

  /** Daemons that have died, and lines of their logs that blame what a client sent. */
  async complaints(): Promise<string[]> {
    const dead = [...this.#daemons.values()].filter((child) => !isAlive(child));
    const exits = dead.map((child) => `${child.spawnargs.join(' ')}: has exited`);
    return [...exits, ...(await this.#blame())];
  }

  /**
   * Ends the daemons that `start` began, and removes their folder. Throws if a log blames what a
   * client sent: so every test of a real Ceph ends with that question.
   */
  async stop(): Promise<void> {
    await this.#end();
    const blame = await this.#blame();
    await this.#remove();
    if (blame.length > 0) throw new Error(`daemons complained:\n${blame.slice(0, 20).join('\n')}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#daemons.values()].map(end));
  }

  #remove(): Promise<void> {
    return rm(this.dir, { recursive: true, force: true });
  }

  async #blame(): Promise<string[]> {
    const logs = (await readdir(this.dir)).filter((name) => /^(osd|mon)\..*\.log$/.test(name));
    const found: string[] = [];
    for (const name of logs) {
      const lines = (await readFile(join(this.dir, name), 'latin1')).split('\n');
      found.push(...lines.filter((line) => BLAME.test(line)).map((line) => `${name}: ${line}`));
    }
    return found;
  }

  #conf(): string {
    const { msgr, auth, conf } = this.#options;
    return `[global]
fsid = ${this.#fsid}
mon host = ${this.monHost}
public addr = 127.0.0.1
ms bind ipv6 = false
ms bind msgr2 = ${msgr === 'v2'}
auth cluster required = ${auth}
auth service required = ${auth}
auth client required = ${auth}
osd pool default size = 3
osd pool default min size = 1
osd crush chooseleaf type = 1
osd crush update on start = false
osd class update on start = false
osd objectstore = memstore
memstore device bytes = 1073741824
mon allow pool delete = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data = ${this.dir}/mon.$id
osd data = ${this.dir}/osd.$id
run dir = ${this.dir}
admin socket = ${this.dir}/$name.$pid.asok
log file = ${this.dir}/$name.log
mon cluster log file = ${this.dir}/cluster.log
keyring = ${this.keyring}
${conf.join('\n')}
[osd]
keyring = ${this.dir}/osd.$id/keyring
osd debug misdirected ops = true
osd debug op order = true
osd debug crash on ignored backoff = true
`;
  }

  async #makeKeys(): Promise<void> {
    const caps = ['mon', 'osd', 'mgr', 'mds'].flatMap((type) => ['--cap', type, 'allow *']);
    const make = (...args: string[]): Promise<Buffer> =>
      this.run('ceph-authtool', [this.keyring, ...args]);
    await make('--create-keyring', '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
    await make('--gen-key', '-n', 'client.admin', ...caps);
  }

  async #startMons(hosts: readonly string[]): Promise<void> {
    const names = monNames(hosts.length);
    const monmap = join(this.dir, 'monmap');
    const addresses = names.flatMap((name, i) => [
      '--addv',
      name,
      `[${hosts[i]?.replace(/^\[|\]$/g, '')}]`,
    ]);
    await this.run('monmaptool', ['--create', '--fsid', this.#fsid, ...addresses, monmap]);
    for (const name of names) {
      const mkfs = ['--mkfs', '-i', name, '--monmap', monmap, '--keyring', this.keyring];
      await this.run('ceph-mon', mkfs);
      this.#daemon('ceph-mon', name);
    }
    await this.ceph('-s');
  }

  async #startOsd(id: number): Promise<void> {
    const uuid = randomUUID();
    const keyring = join(this.dir, `osd.${id}`, 'keyring');
    await mkdir(join(this.dir, `osd.${id}`));
    const mkfs = ['-i', `${id}`, '--mkfs', '--no-mon-config', '--osd-uuid', uuid, '--mkkey'];
    await this.run('ceph-osd', [...mkfs, '--keyring', keyring]);
    await this.ceph('osd', 'new', uuid, `${id}`);
    if (this.#options.auth === 'cephx') {
      const caps = ['mon', 'allow profile osd', 'osd', 'allow *'];
      await this.ceph('auth', 'add', `osd.${id}`, ...caps, '-i', keyring);
    }
    await this.ceph('osd', 'crush', 'add-bucket', `host${id}`, 'host', 'root=default');
    await this.ceph('osd', 'crush', 'add', `osd.${id}`, '1.0', 'root=default', `host=host${id}`);
    this.#daemon('ceph-osd', `${id}`);
  }

  #daemon(program: string, id: string): void {
    const args = ['-f', '-i', id, '-c', this.confFile];
    const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, CEPH_ARGS: '' } });
    this.#daemons.set(`${program.replace('ceph-', '')}.${id}`, child);
    const kill = (): void => void child.kill('SIGKILL');
    process.on('exit', kill);
    child.on('exit', () => process.off('exit', kill));
  }

  async #allUp(): Promise<void> {
    const deadline = performance.now() + OSDS_UP_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const dead = [...this.#daemons.values()].find((child) => child.exitCode !== null);
      if (dead !== undefined) throw new Error(`${dead.spawnargs.join(' ')}: exit ${dead.exitCode}`);
      if ((await this.ceph('osd', 'stat')).includes(` ${this.#options.osds} up`)) return;
      await sleep(250);
    }
    throw new Error(
      `OSDs did not come up within ${OSDS_UP_TIMEOUT_MS} ms: ${await this.ceph('-s')}`,
    );
  }
}

function monNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i));
}

function monAddress(msgr: 'v1' | 'v2', ports: readonly number[]): string {
  const v1 = `v1:127.0.0.1:${ports[0]}`;
  return msgr === 'v1' ? v1 : `[v2:127.0.0.1:${ports[1]},${v1}]`;
}

/** Ports that nobody listens on now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    ports.push(address.port);
  }
  for (const server of servers) server.close();
  return ports;
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  // Who was stopped gets to hear of it.
  child.kill('SIGCONT');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(force);
}
