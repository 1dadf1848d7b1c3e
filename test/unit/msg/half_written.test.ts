import { expect, it } from 'vitest';
import { DummyAuth } from '../../../src/auth/DummyAuth.ts';
import { CEPH_ENTITY_TYPE_MON, CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import { DecodeError } from '../../../src/common/errors.ts';
import { Messenger } from '../../../src/msg/Messenger.ts';
import { MemoryNet } from '../../helpers/MemoryNet.ts';
import {
  Recorder,
  SERVER_ADDR,
  startServer,
  TestMessage,
  testFactory,
} from '../../helpers/messengers.ts';

/** Has nothing to show to monitors, and says so in the midst of a handshake. */
class NotYet extends DummyAuth {
  override buildAuthorizer(peerType: number): undefined {
    if (peerType === CEPH_ENTITY_TYPE_MON) throw new DecodeError('authorizer', 0, 'none yet');
    return undefined;
  }
}

it.each(['simple', 'async'])(
  'what a handshake that fails has written goes to nobody: %s',
  (msType) => {
    const net = new MemoryNet();
    const server = startServer(net);
    const messenger = Messenger.create(net.context(), msType, {
      name: { type: CEPH_ENTITY_TYPE_OSD, num: 1 },
      lname: 'client',
      nonce: 4711,
      messageFactory: testFactory,
    });
    messenger.authClient = new NotYet();
    messenger.start();
    const got = new Recorder();
    messenger.addDispatcherTail(got);
    const failing = messenger.getConnection(CEPH_ENTITY_TYPE_MON, SERVER_ADDR);
    net.run();
    failing.markDown();
    messenger.getConnection(CEPH_ENTITY_TYPE_OSD, SERVER_ADDR).sendMessage(new TestMessage('0'));
    net.run(1000);
    expect(got.events).toEqual(['refused', 'connect']);
    expect(server.got.texts).toEqual(['0']);
  },
);
