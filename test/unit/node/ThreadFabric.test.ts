import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { CEPH_ENTITY_TYPE_CLIENT, CEPH_ENTITY_TYPE_OSD } from '../../../src/common/entity_name.ts';
import { Messenger } from '../../../src/msg/Messenger.ts';
import { ADDR_TYPE_LEGACY, entity_addr_t } from '../../../src/msg/msg_types.ts';
import { lossyClient } from '../../../src/msg/Policy.ts';
import { nodeContext } from '../../../src/node/context.ts';
import { ThreadFabric } from '../../../src/node/ThreadFabric.ts';
import { compile } from '../../helpers/compile.ts';
import { Recorder, TestMessage, testFactory } from '../../helpers/messengers.ts';

const compiled = compile('test/helpers/echo_worker.ts');

afterAll(() => rmSync(compiled.dir, { recursive: true }));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function startEcho() {
  const stack = new ThreadFabric();
  const port = stack.join();
  const worker = new Worker(compiled.file, {
    workerData: port,
    transferList: [port],
  });
  const bound = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const messenger = Messenger.create(nodeContext({ stack }), 'xio', {
    name: { type: CEPH_ENTITY_TYPE_CLIENT, num: 9 },
    lname: 'client',
    nonce: 1,
    messageFactory: testFactory,
  });
  messenger.setDefaultPolicy(lossyClient());
  messenger.start();
  const got = new Recorder();
  messenger.addDispatcherTail(got);
  const addr = new entity_addr_t(ADDR_TYPE_LEGACY, '127.0.0.1', bound, 7);
  const con = messenger.getConnection(CEPH_ENTITY_TYPE_OSD, addr);
  return { worker, messenger, got, con };
}

it('a messenger in a worker thread answers, whatever the size', async () => {
  const { worker, messenger, got, con } = await startEcho();
  const sizes = [0, 1, 4096, 1 << 20, 5_000_001, 3, 1000];
  const data = sizes.map((size) => Uint8Array.from({ length: size }, (_, i) => i * 7 + size));
  data.forEach((bytes, i) => void con.sendMessage(new TestMessage(`${i}`, bytes)));
  await until(() => got.messages.length === sizes.length);
  expect(got.texts).toEqual(sizes.map((_, i) => `re test(${i})`));
  got.messages.forEach((message, i) => {
    expect(Buffer.compare(Buffer.concat(message.data), data[i] ?? Buffer.alloc(1))).toBe(0);
  });
  messenger.shutdown();
  await worker.terminate();
});

it('a worker that is ended loses its connections', async () => {
  const { worker, messenger, got, con } = await startEcho();
  con.sendMessage(new TestMessage('m'));
  await until(() => got.messages.length === 1);
  await worker.terminate();
  await until(() => got.events.includes('reset'));
  expect(got.errors[0]?.message).toContain('ECONNRESET');
  messenger.shutdown();
});
