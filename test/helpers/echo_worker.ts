/** An OSD in a thread of its own that answers every message with its text and data. */
import { parentPort, workerData } from 'node:worker_threads';
import { CEPH_ENTITY_TYPE_OSD } from '../../src/common/entity_name.ts';
import { Messenger } from '../../src/msg/Messenger.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../src/msg/msg_types.ts';
import { statelessServer } from '../../src/msg/Policy.ts';
import { nodeContext } from '../../src/node/context.ts';
import { ThreadFabric } from '../../src/node/ThreadFabric.ts';
import { Recorder, TestMessage, testFactory } from './messengers.ts';

const cct = nodeContext({ stack: new ThreadFabric(workerData) });
const messenger = Messenger.create(cct, 'xio', {
  name: { type: CEPH_ENTITY_TYPE_OSD, num: 0 },
  lname: 'ms_public',
  nonce: 7,
  messageFactory: testFactory,
});
messenger.setDefaultPolicy(statelessServer());
const recorder = new Recorder();
recorder.onMessage = (con, message) => {
  recorder.messages.length = 0;
  con.sendMessage(new TestMessage(`re ${message}`, message.data[0]));
};
messenger.start();
messenger.addDispatcherTail(recorder);
messenger.bind([new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', 0, 7)], () => {
  parentPort?.postMessage(messenger.myAddrs[0]?.port);
});
