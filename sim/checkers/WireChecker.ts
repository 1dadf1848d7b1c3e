import type { SocketAddress } from '../../src/common/Stack.ts';
import type { ConnectionTap } from '../SimSocket.ts';
import { ClientConnection } from './ClientConnection.ts';
import type { NaiveMap, NaivePlace } from './NaiveMap.ts';
import { readOp, type WireOp } from './op_messages.ts';
import type { Witness } from './Witness.ts';
import type { WireMessage } from './wire_streams.ts';

/** An op as it was sent last. */
interface Sent {
  readonly op: WireOp;
  readonly at: number;
  readonly con: ClientConnection;
  readonly fullMaps: number;
  /** It had not waited in a queue. */
  readonly isPrompt: boolean;
}

interface Client {
  readonly connections: Set<ClientConnection>;
  /** By tid. */
  readonly sent: Map<number, Sent>;
  ops: number;
  resends: number;
}

const FLAG_RETRY = 0x8;
const FLAG_READ = 0x10;
const FROM_REPLICA = 0x100 | 0x2000;

/** mon_client_hunt_parallel. */
const MON_CONNECTIONS_MAX = 3;

/**
 * Looks at what clients send to OSDs, byte for byte, and knows better where it belongs: see `I7` … `I17`
 * and `I20` in {@link INVARIANTS}.
 */
export class WireChecker {
  /** When something was sent by a client or to it, and who the other one was. */
  readonly moments: Map<number, string> = new Map();
  readonly #witness: Witness;
  readonly #clients = new Map<string, Client>();

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  /** Of the network. */
  connected(from: string, to: string, at: SocketAddress): ConnectionTap | undefined {
    if (!from.startsWith('client.')) return undefined;
    const client = this.#client(from);
    const con = new ClientConnection(this.#witness, from, to, `${at.ip}:${at.port}`, {
      onOp: (message) => this.#onOp(from, client, con, message),
      onSent: () => this.moments.set(this.#witness.now(), to),
      onOver: () => client.connections.delete(con),
    });
    client.connections.add(con);
    this.#checkConnections(from, client, con);
    return con;
  }

  /** Messages with an op that came on the wire, and those of them that were sent again. */
  countsOf(client: string): { readonly ops: number; readonly resends: number } {
    return this.#client(client);
  }

  /** Connections that the client holds. */
  connectionsOf(client: string): readonly ClientConnection[] {
    return [...this.#client(client).connections];
  }

  #client(name: string): Client {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = { connections: new Set(), sent: new Map(), ops: 0, resends: 0 };
      this.#clients.set(name, client);
    }
    return client;
  }

  #checkConnections(name: string, client: Client, con: ClientConnection): void {
    const same = [...client.connections].filter((other) =>
      con.isWithMon ? other.isWithMon : other.address === con.address,
    );
    const most = con.isWithMon ? MON_CONNECTIONS_MAX : 1;
    if (same.length <= most) return;
    this.#witness.report('I20', `${name} has ${same.length} connections with ${con.to}`);
  }

  #onOp(name: string, client: Client, con: ClientConnection, message: WireMessage): void {
    const op = readOp(message.front);
    const { tid } = message;
    const what = `${name} tid ${tid} attempt ${op.attempt} (${op.oid}) to ${con.to}`;
    const before = client.sent.get(tid);
    const sent = {
      op,
      con,
      at: this.#witness.now(),
      fullMaps: this.#witness.fullMaps(name),
      isPrompt: con.isPrompt,
    };
    if (before === undefined || op.attempt > before.op.attempt) client.sent.set(tid, sent);
    client.ops += 1;
    if (before !== undefined) client.resends += 1;
    const held = this.#witness.heldEpoch(name);
    const map = this.#witness.map(op.epoch);
    if (map === undefined || op.epoch > held) {
      this.#witness.report('I17', `${what}: by map ${op.epoch}, it has ${held}`);
      return;
    }
    this.#checkTarget(what, con, op, map);
    this.#checkRetry(what, op);
    // What waited in a queue may come out after what was sent later, elsewhere.
    const isInOrder = con.isPrompt && (before?.at ?? 0) < sent.at;
    if (before !== undefined && (isInOrder || before.con === con)) {
      this.#checkAttempt(what, op, before.op);
      this.#checkResend(what, before, sent);
    }
    con.checkOp(what, tid, op);
  }

  #checkTarget(what: string, con: ClientConnection, op: WireOp, map: NaiveMap): void {
    const { report } = this.#witness;
    const osd = Number(con.to.slice('osd.'.length));
    if (!map.isUp(osd)) report('I7', `${what}: it is down in map ${op.epoch}`);
    else if (!map.addrsOf(osd).includes(con.address)) {
      report('I7', `${what}: at ${con.address}, in map ${op.epoch} it is at ${map.addrsOf(osd)}`);
    }
    if (op.flags & FLAG_READ && map.isPaused)
      report('I16', `${what}: map ${op.epoch} says pauserd`);
    const place = placeOf(map, op);
    if (place === undefined || place.seed !== op.seed) {
      report('I9', `${what}: pg ${op.seed}, by the oracle ${place?.seed}, map ${op.epoch}`);
      return;
    }
    const mayBe = op.flags & FROM_REPLICA ? [...place.acting, place.primary] : [place.primary];
    if (!mayBe.includes(osd)) {
      report('I9', `${what}: pg ${op.seed} is on [${place.acting}], map ${op.epoch}`);
    }
  }

  #checkRetry(what: string, op: WireOp): void {
    const isRetry = (op.flags & FLAG_RETRY) !== 0;
    if (isRetry !== op.attempt > 0) this.#witness.report('I11', `${what}: RETRY is ${isRetry}`);
  }

  #checkAttempt(what: string, op: WireOp, before: WireOp): void {
    const { report } = this.#witness;
    if (op.attempt <= before.attempt) report('I11', `${what} after ${before.attempt}`);
    if (op.epoch < before.epoch) report('I17', `${what}: by ${op.epoch}, ${before.epoch} before`);
  }

  /** Over the same connection, or while the one before is there, an op is sent again for a reason only. */
  #checkResend(what: string, before: Sent, now: Sent): void {
    if (before.con.to !== now.con.to || !before.con.isOpen || !before.isPrompt) return;
    if (before.at === now.at) return;
    if (before.fullMaps !== now.fullMaps || before.con.wasUnblocked) return;
    for (let epoch = before.op.epoch + 1; epoch <= now.op.epoch; epoch++) {
      const [a, b] = [this.#witness.map(epoch - 1), this.#witness.map(epoch)];
      if (a === undefined || b === undefined || isNewInterval(a, b, now.op)) return;
    }
    const range = `${before.op.epoch} to ${now.op.epoch}`;
    this.#witness.report('I13', `${what}: sent again for no reason, maps ${range}`);
  }
}

function placeOf(map: NaiveMap, op: WireOp): NaivePlace | undefined {
  return op.isPgOp ? map.placeOfSeed(op.pool, op.seed) : map.placeOf(op.pool, op.hashed);
}

/** What is under way begins anew. Ceph: Objecter::_calc_target, as far as reads go. */
function isNewInterval(a: NaiveMap, b: NaiveMap, op: WireOp): boolean {
  const [was, is] = [placeOf(a, op), placeOf(b, op)];
  const isSplit = a.pool(op.pool)?.pgNum !== b.pool(op.pool)?.pgNum;
  if (was === undefined || is === undefined || isSplit || (a.isPaused && !b.isPaused)) return true;
  if (op.flags & FROM_REPLICA && was.acting.join() !== is.acting.join()) return true;
  return (
    was.primary !== is.primary ||
    was.acting.indexOf(was.primary) !== is.acting.indexOf(is.primary) ||
    (was.acting.length === 0) !== (is.acting.length === 0)
  );
}
