import type { CephContext } from '../../common/CephContext.ts';
import { assert } from '../../common/errors.ts';
import type { Socket, SocketEvents } from '../../common/Stack.ts';
import { Accepter } from '../Accepter.ts';
import { AcceptingPeers } from '../AcceptingPeers.ts';
import type { Connection } from '../Connection.ts';
import { DispatchQueue } from '../DispatchQueue.ts';
import type { Message } from '../Message.ts';
import {
  ADDR_TYPE_LEGACY,
  entity_addr_t,
  type entity_addrvec_t,
  legacyAddr,
} from '../msg_types.ts';
import { MessageWriter } from '../msgr1/MessageWriter.ts';
import { type MessengerOptions, SimplePolicyMessenger } from '../SimplePolicyMessenger.ts';
import { Pipe, type PipeMessenger } from './Pipe.ts';
import { type ConnectionMessenger, PipeConnection } from './PipeConnection.ts';

/** msgr v1 with one Pipe per connection. Ceph: src/msg/simple/SimpleMessenger.h. */
export class SimpleMessenger
  extends SimplePolicyMessenger
  implements PipeMessenger, ConnectionMessenger
{
  readonly dispatchQueue: DispatchQueue = new DispatchQueue(this);
  readonly writer: MessageWriter;
  /** To ourselves: messages go to the dispatchers as they are, with no socket between. */
  readonly localConnection: PipeConnection;
  /** The Pipe to each peer whose address is known, by that address. */
  readonly rankPipe: Map<string, Pipe> = new Map<string, Pipe>();
  /** All, with those that are still accepting. */
  readonly pipes: Set<Pipe> = new Set<Pipe>();
  /** Those whose peer has not been let in yet. */
  readonly acceptingPipes: AcceptingPeers<Pipe> = new AcceptingPeers<Pipe>();
  readonly #accepter = new Accepter(this);
  #myAddr: entity_addr_t;

  constructor(cct: CephContext, options: MessengerOptions) {
    super(cct, options);
    this.writer = new MessageWriter(cct);
    this.#myAddr = new entity_addr_t(ADDR_TYPE_LEGACY, '', 0, options.nonce);
    this.localConnection = new PipeConnection(this, this.dispatchQueue.getId());
    this.#initLocalConnection();
  }

  get myAddr(): entity_addr_t {
    return this.#myAddr;
  }

  get myAddrs(): entity_addrvec_t {
    return [this.#myAddr];
  }

  bind(addrs: entity_addrvec_t, done: (error?: Error) => void): void {
    const addr = legacyAddr(addrs);
    assert(addr !== undefined, 'an address of msgr v1 to bind to');
    const ip = addr.ip === '' ? '0.0.0.0' : addr.ip;
    this.#accepter.bind({ ip, port: addr.port }, (address, error) => {
      if (address === undefined) {
        done(error);
        return;
      }
      this.#setMyAddr(this.#myAddr.with({ ip, port: address.port }));
      done();
    });
  }

  protected ready(): void {
    this.dispatchQueue.start();
  }

  protected stop(): void {
    this.dispatchQueue.shutdown();
    this.#accepter.stop();
    for (const pipe of [...this.pipes]) pipe.stop();
  }

  pickAddr(addrs: entity_addrvec_t): entity_addr_t | undefined {
    return addrs.find((addr) => addr.type === ADDR_TYPE_LEGACY && addr.canBeDialled());
  }

  getConnection(peerType: number, addr: entity_addr_t): Connection {
    if (keyOf(addr) === keyOf(this.#myAddr)) return this.localConnection;
    return this.lookupPipe(addr)?.con ?? this.#connectRank(peerType, addr);
  }

  sendMessage(message: Message, con: PipeConnection): void {
    this.submitMessage(message, con);
  }

  /** To the con's Pipe; a connection that has none has failed or was marked down. */
  submitMessage(message: Message, con: PipeConnection): void {
    const { pipe } = con;
    this.cct.log?.({
      who: this.who,
      fn: 'SimpleMessenger.submitMessage',
      tid: message.tid,
      facts: { message: String(message), to: String(con.peerAddr), dropped: pipe === undefined },
    });
    pipe?.send(message);
  }

  markDown(con: PipeConnection): void {
    con.pipe?.stop();
    this.dispatchQueue.discardAll(con.id);
  }

  addAcceptPipe(socket: Socket): SocketEvents {
    const pipe = new Pipe(this, this.#newConnection(), 'ACCEPTING');
    this.pipes.add(pipe);
    pipe.startReader(socket);
    this.acceptingPipes.add(pipe);
    return pipe;
  }

  /** A peer sees us at `addr`: so that is our ip, if we have none. */
  learnedAddr(addr: entity_addr_t): void {
    if (this.#myAddr.isBlankIp() && !addr.isBlankIp()) {
      this.#setMyAddr(this.#myAddr.with({ ip: addr.ip }));
    }
  }

  lookupPipe(addr: entity_addr_t): Pipe | undefined {
    return this.rankPipe.get(keyOf(addr));
  }

  registerPipe(pipe: Pipe): void {
    this.acceptingPipes.delete(pipe);
    this.rankPipe.set(keyOf(pipe.con.peerAddr), pipe);
  }

  removePipe(pipe: Pipe): void {
    this.pipes.delete(pipe);
    this.acceptingPipes.delete(pipe);
    const key = keyOf(pipe.con.peerAddr);
    if (this.rankPipe.get(key) === pipe) this.rankPipe.delete(key);
  }

  /** Ceph: SimpleMessenger::connect_rank. */
  #connectRank(peerType: number, addr: entity_addr_t): PipeConnection {
    const con = this.#newConnection();
    con.peerType = peerType;
    con.peerAddr = addr;
    if (this.isStopped) return con;
    const pipe = new Pipe(this, con, 'CONNECTING');
    this.registerPipe(pipe);
    this.pipes.add(pipe);
    pipe.startWriter();
    return con;
  }

  #newConnection(): PipeConnection {
    return new PipeConnection(this, this.dispatchQueue.getId());
  }

  #setMyAddr(addr: entity_addr_t): void {
    this.#myAddr = addr;
    this.#initLocalConnection();
  }

  #initLocalConnection(): void {
    const con = this.localConnection;
    con.peerType = this.myName.type;
    con.peerAddr = this.#myAddr;
    con.pipe = {
      isOpen: true,
      send: (message) => this.dispatchQueue.localDelivery(message, con, con.id),
      sendKeepalive: () => {},
      markDisposable: () => {},
      stop: () => {},
    };
  }
}

/** Whoever dials v1 and whoever dials any reach the same port. */
function keyOf(addr: entity_addr_t): string {
  return addr.getLegacyStr();
}
