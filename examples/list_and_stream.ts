// Lists the objects of a pool, streams one, and reads them all, several at a time.
//
//   npm run build
//   node dist/examples/list_and_stream.js

import { createReadStream } from 'radosim';
import { SimCluster } from 'radosim/sim';

const objects = { mypool: { apple: 'red', lemon: 'yellow', plum: 'blue' } };
await using cluster = await SimCluster.create({ objects });
await using rados = await cluster.connect();
const ioctx = await rados.openIoCtx('mypool');

const names: string[] = [];
for await (const { oid } of ioctx.listObjects()) names.push(oid);
console.log(names.length, 'objects:', names.sort().join(', '));

// A chunk is one read: 4 MiB, unless said otherwise.
for await (const chunk of createReadStream(ioctx, 'lemon', { highWaterMark: 4 })) {
  console.log('lemon:', String(chunk));
}

for await (const { oid, data, error } of ioctx.readMany([...names, 'pear'], { concurrency: 2 })) {
  console.log(oid, error === undefined ? data.length : error.code);
}
