import { SimRandom } from '../../sim/SimRandom.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Options } from '../../src/common/options.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Dispatcher } from '../../src/msg/Dispatcher.ts';
import type { Message } from '../../src/msg/Message.ts';
import type { Policy } from '../../src/msg/Policy.ts';
import type { MessengerKind } from './messenger_kinds.ts';
import { newSimulatedWorld, type SimulatedWorld } from './messenger_worlds.ts';
import { TestMessage } from './messengers.ts';
import { Party } from './Party.ts';

export interface WorkloadOptions {
  readonly seed: number;
  readonly kind: MessengerKind;
  readonly client: () => Policy;
  readonly server: () => Policy;
  /** Clients listen too, so that their servers can dial them. */
  readonly arePeers: boolean;
  readonly conf: Partial<Options>;
  /** Questions to be asked; each is answered. */
  readonly messages: number;
  /** One of so many questions is preceded by `markDown` of its connection; 0: none. */
  readonly markDownOneIn: number;
}

const SERVERS = 3;
const CLIENTS = 6;
const IN_FLIGHT = 64;
const SIZES = [0, 10, 10, 100, 100, 1000, 4096, 20_000];
const TICK_MS = 60_000;
/** Ticks without any delivery after which the workload is stuck. */
const PATIENCE_TICKS = 60;

/** Questions of one client to one server and their answers, from one `markDown` or reset to the next. */
interface Era {
  readonly id: string;
  readonly client: number;
  readonly server: number;
  asked: number;
  heard: number;
  answered: number;
  isOver: boolean;
}

/**
 * Clients ask servers, which answer; sockets fail, deliveries are delayed, connections are marked
 * down. Within an era nothing is lost, nothing comes twice, and order is kept; what throttles had
 * given out comes back. Ceph: SyntheticWorkload of src/test/msgr/test_msgr.cc.
 */
export class SyntheticWorkload {
  readonly world: SimulatedWorld;
  /** Losses of lossy connections, as clients were told. */
  resets = 0;
  /** Connections marked down. */
  markedDown = 0;
  readonly #options: WorkloadOptions;
  readonly #random: SimRandom;
  readonly #clients: Party[] = [];
  readonly #servers: Party[] = [];
  readonly #eras: Era[] = [];
  /** Of each client and server, the last. */
  readonly #current = new Map<number, Era>();
  readonly #payloads = SIZES.map((size) => new Uint8Array(size).fill(size));
  #asked = 0;
  #inFlight = 0;
  #deliveries = 0;
  #isPausing = false;
  #failure: Error | undefined;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.world = newSimulatedWorld(options.seed);
    this.#random = new SimRandom(options.seed, 'workload');
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  /** Rejects when a promise of the policies is broken. */
  async run(): Promise<void> {
    const { kind, client, server, arePeers, conf } = this.#options;
    for (let num = 0; num < SERVERS; num++) {
      const options = { type: CEPH_ENTITY_TYPE_OSD, num, policy: server(), conf };
      const party = new Party(this.world, kind, options);
      party.messenger.addDispatcherHead(this.#serverDispatcher());
      this.#servers.push(party);
      await party.bind();
    }
    for (let num = 0; num < CLIENTS; num++) {
      const type = arePeers ? CEPH_ENTITY_TYPE_OSD : CEPH_ENTITY_TYPE_CLIENT;
      const options = { type, num: SERVERS + num, policy: client(), conf };
      const party = new Party(this.world, kind, options);
      party.messenger.addDispatcherHead(this.#clientDispatcher(num));
      this.#clients.push(party);
      if (arePeers) await party.bind();
    }
    this.#pump();
    await this.#wait();
    await this.#quiesce();
  }

  async #wait(): Promise<void> {
    let before = -1;
    let idleTicks = 0;
    while (this.#asked < this.#options.messages || this.#inFlight > 0) {
      await this.world.advance(TICK_MS);
      if (this.#failure !== undefined) throw this.#failure;
      idleTicks = this.#deliveries === before ? idleTicks + 1 : 0;
      before = this.#deliveries;
      if (idleTicks > PATIENCE_TICKS) throw new Error(`stuck: ${this.#stuckEras()}`);
    }
  }

  async #quiesce(): Promise<void> {
    const all = [...this.#clients, ...this.#servers];
    await this.world.until(() => all.every(({ dispatchThrottler: { current } }) => current === 0));
    for (const { name, dispatchThrottler } of all) {
      if (dispatchThrottler.current !== 0) {
        throw new Error(`${name} holds ${dispatchThrottler.current} bytes of its throttle`);
      }
    }
    if (this.#failure !== undefined) throw this.#failure;
    for (const { messenger } of all) messenger.shutdown();
    await this.world.advance(TICK_MS);
    const { connections } = this.world.net;
    if (connections > 0) throw new Error(`${connections} connections are left after shutdown`);
  }

  #stuckEras(): string {
    const open = this.#eras.filter(({ isOver, asked, answered }) => !isOver && answered < asked);
    return open
      .map(({ id, asked, heard, answered }) => `${id}: ${asked}, ${heard}, ${answered}`)
      .join('; ');
  }

  // ---- asking

  #pump(): void {
    while (!this.#isPausing && this.#inFlight < IN_FLIGHT && this.#mayAsk()) {
      const pick = this.#random.uint32();
      this.#ask(
        pick % CLIENTS,
        (pick >>> 8) % SERVERS,
        this.#payloads[(pick >>> 16) % SIZES.length],
      );
      if (pick % 97 === 0) this.#pause();
    }
  }

  #mayAsk(): boolean {
    return this.#asked < this.#options.messages && this.#failure === undefined;
  }

  #pause(): void {
    this.#isPausing = true;
    this.world.clock.addEventAfter(this.#random.uint32() % 500, () => {
      this.#isPausing = false;
      this.#pump();
    });
  }

  #ask(client: number, server: number, payload: Uint8Array = new Uint8Array(0)): void {
    const con = this.#dial(client, server);
    if (con === undefined) return;
    const { markDownOneIn } = this.#options;
    if (markDownOneIn > 0 && this.#random.uint32() % markDownOneIn === 0) {
      con.markDown();
      this.markedDown++;
      this.#end(client, server);
      this.#ask(client, server, payload);
      return;
    }
    const era = this.#eraOf(client, server);
    this.#asked++;
    this.#inFlight++;
    con.sendMessage(new TestMessage(`${this.#eras.indexOf(era)}/${era.asked++}`, payload));
  }

  #dial(client: number, server: number): Connection | undefined {
    const to = this.#servers[server];
    return to && this.#clients[client]?.dial(to);
  }

  #eraOf(client: number, server: number): Era {
    const key = client * SERVERS + server;
    let era = this.#current.get(key);
    if (era === undefined) {
      const id = `client ${client}, server ${server}, era ${this.#eras.length}`;
      era = { id, client, server, asked: 0, heard: 0, answered: 0, isOver: false };
      this.#eras.push(era);
      this.#current.set(key, era);
    }
    return era;
  }

  /** What is under way between the two may be lost. */
  #end(client: number, server: number): void {
    const era = this.#current.get(client * SERVERS + server);
    if (era === undefined) return;
    this.#current.delete(client * SERVERS + server);
    era.isOver = true;
    this.#inFlight -= era.asked - era.answered;
  }

  // ---- hearing

  #serverDispatcher(): Dispatcher {
    return {
      msDispatch: (con, message) => {
        const [era, at, payload] = this.#read(message);
        if (era === undefined) return true;
        this.#expect(era, 'server', era.heard, at);
        era.heard = at + 1;
        con.sendMessage(new TestMessage(`${this.#eras.indexOf(era)}/${at}`, payload));
        return true;
      },
      msHandleReset: () => true,
    };
  }

  #clientDispatcher(client: number): Dispatcher {
    return {
      msDispatch: (_con, message) => {
        const [era, at] = this.#read(message);
        if (era === undefined) return true;
        this.#expect(era, 'client', era.answered, at);
        era.answered = at + 1;
        if (!era.isOver) this.#inFlight--;
        this.#pump();
        return true;
      },
      msHandleReset: (con) => {
        this.resets++;
        const server = this.#servers.findIndex(({ addr }) => addr.equals(con.peerAddr));
        this.#end(client, server);
        this.#pump();
        return true;
      },
      msHandleRemoteReset: (con) => {
        this.#fail(`client ${client}: ${con.peerAddr} has forgotten the session`);
      },
    };
  }

  #read(message: Message): [era: Era | undefined, at: number, payload: Uint8Array] {
    this.#deliveries++;
    const [payload = new Uint8Array(0)] = message.data;
    if (payload.some((byte) => byte !== (payload.length & 0xff))) this.#fail(`${message}: data`);
    const [era, at] = message instanceof TestMessage ? message.text.split('/').map(Number) : [];
    return [this.#eras[era ?? -1], at ?? -1, payload];
  }

  /** Of an era that is over the rest may be lost. */
  #expect(era: Era, who: string, expected: number, at: number): void {
    if (at === expected || (era.isOver && at > expected)) return;
    this.#fail(`${era.id}: the ${who} got ${at} instead of ${expected}`);
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(reason);
  }
}
