/**
 * What one kind of messenger costs with so many connections, in a process of its own: memory that an
 * earlier contestant has left would count.
 */

import type { Encoder } from '../../src/common/Encoder.ts';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import type { Stack } from '../../src/common/Stack.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import { Message } from '../../src/msg/Message.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { ADDR_TYPE_LEGACY, ADDR_TYPE_MSGR2, entity_addr_t } from '../../src/msg/msg_types.ts';
import { lossyClient, type Policy, statelessServer } from '../../src/msg/Policy.ts';
import { XioFabric } from '../../src/msg/xio/XioFabric.ts';
import { nodeContext } from '../../src/node/context.ts';
import { PosixStack } from '../../src/node/PosixStack.ts';
import { measure } from './measure.ts';

/** Connections are those of each client to each server. */
export const MESHES = [
  { clients: 1, servers: 1 },
  { clients: 10, servers: 10 },
  { clients: 50, servers: 100 },
] as const;

/** With few connections, so many questions at once all the same. */
const IN_FLIGHT_MIN = 64;
const ROUNDS = 20;
const PAYLOAD = new Uint8Array(4096).fill(7);
const BENCH_MESSAGE = 0x7002;

export interface MessengerFigure {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  /** Of both ends of a connection that is open and idle: on the heap and in buffers; resident. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

class BenchMessage extends Message {
  constructor(data: Uint8Array) {
    super(BENCH_MESSAGE, 1, 1);
    this.data = [data];
  }

  override encodePayload(enc: Encoder): void {
    enc.u64(this.tid);
  }

  override toString(): string {
    return 'bench';
  }
}

/** Prints the figure as JSON. */
export async function messengerContestant(
  kind: string,
  clients: number,
  servers: number,
): Promise<void> {
  const stack = kind === 'xio' ? new XioFabric((run) => void setImmediate(run)) : new PosixStack();
  const bench = new MessengerBench(kind, stack);
  // The first of all pays for what is loaded and compiled, not for its connection.
  await bench.open(1, 1);
  const before = inUse();
  await bench.open(clients, servers);
  const after = inUse();
  const count = clients * servers;
  const figure = await bench.run();
  const result: MessengerFigure = {
    ...figure,
    heapBytes: (after.heap - before.heap) / count,
    residentBytes: (after.resident - before.resident) / count,
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

class MessengerBench {
  readonly #type: string;
  readonly #addrType: number;
  readonly #stack: Stack;
  #cons: Connection[] = [];
  #nextNonce = 1;
  #answered: () => void = () => {};

  constructor(kind: string, stack: Stack) {
    this.#type = kind.split(' ')[0] ?? kind;
    this.#addrType = kind === 'async v2' ? ADDR_TYPE_MSGR2 : ADDR_TYPE_LEGACY;
    this.#stack = stack;
  }

  /** Connections of each client to each server, all of which have carried a message each way. */
  async open(clients: number, servers: number): Promise<void> {
    const all = Array.from({ length: servers }, () => this.#create('server', statelessServer()));
    for (const server of all) await this.#bind(server);
    this.#cons = Array.from({ length: clients }, () =>
      this.#create('client', lossyClient()),
    ).flatMap((client) => all.map((server) => dial(client, server)));
    await this.#askAll(1);
  }

  async run(): Promise<{ perSecond: number; cpuMicroseconds: number }> {
    const rounds = Math.max(1, Math.ceil(IN_FLIGHT_MIN / this.#cons.length));
    return await measure(async () => {
      for (let i = 0; i < ROUNDS; i++) await this.#askAll(rounds);
      return 2 * ROUNDS * rounds * this.#cons.length;
    });
  }

  /** A question and its answer are two messages. */
  #askAll(each: number): Promise<void> {
    let left = each * this.#cons.length;
    return new Promise((resolve) => {
      this.#answered = () => {
        left--;
        if (left === 0) resolve();
      };
      for (const con of this.#cons) {
        for (let i = 0; i < each; i++) con.sendMessage(new BenchMessage(PAYLOAD));
      }
    });
  }

  #create(role: 'client' | 'server', policy: Policy): Messenger {
    const type = role === 'server' ? CEPH_ENTITY_TYPE_OSD : CEPH_ENTITY_TYPE_CLIENT;
    const nonce = this.#nextNonce++;
    const messenger = Messenger.create(nodeContext({ stack: this.#stack }), this.#type, {
      ...{ name: { type, num: nonce }, lname: role, nonce },
      messageFactory: (_envelope, _front, _middle, data) => new BenchMessage(data),
    });
    messenger.setDefaultPolicy(policy);
    messenger.start();
    messenger.addDispatcherTail({
      msDispatch: (con) => {
        if (role === 'server') con.sendMessage(new BenchMessage(PAYLOAD));
        else this.#answered();
        return true;
      },
      msHandleReset: (con, why) => {
        throw new Error(`${con.peerAddr}`, { cause: why });
      },
    });
    return messenger;
  }

  #bind(server: Messenger): Promise<void> {
    const addr = new entity_addr_t(this.#addrType, '127.0.0.1', 0, server.nonce);
    return new Promise((resolve, reject) => {
      server.bind([addr], (error) => (error === undefined ? resolve() : reject(error)));
    });
  }
}

function dial(client: Messenger, server: Messenger): Connection {
  const addr = server.pickAddr(server.myAddrs);
  if (addr === undefined) throw new Error('not bound');
  return client.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
}

function inUse(): { heap: number; resident: number } {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + arrayBuffers, resident: rss };
}
