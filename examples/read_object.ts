// Reads one object from a cluster and writes it to standard output.
//
//   npm run build
//   node dist/examples/read_object.js 10.0.0.1 mypool greeting > greeting

import { Rados } from 'radosim';

const [monHost, pool, oid] = process.argv.slice(2);
if (monHost === undefined || pool === undefined || oid === undefined) {
  console.error('usage: read_object MON_HOST POOL OBJECT');
  process.exit(1);
}

await using rados = await Rados.connect({ monHost });
const ioctx = await rados.openIoCtx(pool);
process.stdout.write(await ioctx.read(oid));
