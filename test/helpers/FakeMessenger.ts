import type { CephContext } from '../../src/common/CephContext.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../../src/common/entity_name.ts';
import type { Connection } from '../../src/msg/Connection.ts';
import type { Message } from '../../src/msg/Message.ts';
import {
  ADDR_TYPE_LEGACY,
  entity_addr_t,
  type entity_addrvec_t,
  legacyAddr,
} from '../../src/msg/msg_types.ts';
import { SimplePolicyMessenger } from '../../src/msg/SimplePolicyMessenger.ts';

/** A connection to nobody: it writes down what is sent. */
export class FakeConnection implements Connection {
  readonly peerType: number;
  readonly peerAddr: entity_addr_t;
  readonly peerAuth = undefined;
  lastKeepaliveAck: number | undefined;
  reads = 0;
  priv: unknown;
  readonly sent: Message[] = [];
  keepalives = 0;
  down = false;

  constructor(peerType: number, peerAddr: entity_addr_t) {
    this.peerType = peerType;
    this.peerAddr = peerAddr;
  }

  get peerAddrs(): entity_addrvec_t {
    return [this.peerAddr];
  }

  isConnected(): boolean {
    return !this.down;
  }

  sendMessage(message: Message): void {
    if (!this.down) this.sent.push(message);
  }

  sendKeepalive(): void {
    this.keepalives += 1;
  }

  markDisposable(): void {}

  markDown(): void {
    this.down = true;
  }
}

/** A messenger without a network: the test is all of its peers. */
export class FakeMessenger extends SimplePolicyMessenger {
  /** All ever opened, in order. */
  readonly cons: FakeConnection[] = [];
  readonly myAddrs: entity_addrvec_t = [new entity_addr_t(ADDR_TYPE_LEGACY, '', 0, 1)];

  constructor(cct: CephContext) {
    super(cct, {
      name: { type: CEPH_ENTITY_TYPE_CLIENT, num: -1 },
      lname: 'test',
      nonce: 1,
      messageFactory: () => undefined,
    });
  }

  bind(): void {}
  protected ready(): void {}
  protected stop(): void {}

  pickAddr(addrs: entity_addrvec_t): entity_addr_t | undefined {
    return legacyAddr(addrs);
  }

  getConnection(peerType: number, addr: entity_addr_t): Connection {
    const known = this.cons.find((con) => !con.down && con.peerAddr.equals(addr));
    if (known !== undefined) return known;
    const con = new FakeConnection(peerType, addr);
    this.cons.push(con);
    return con;
  }
}
