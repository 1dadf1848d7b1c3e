// Reads one object from a cluster and writes it to standard output.
//
//   npm run build
//   node dist/examples/read_object.js mypool greeting > greeting
//   node dist/examples/read_object.js -m 10.0.0.1 --id joe mypool greeting > greeting
//
// Which cluster, who we are, and every option is said as to Ceph's own programs: by ceph.conf, CEPH_ARGS, flags.

import { parseCephArgs, Rados } from 'radosim';

const args = parseCephArgs(process.argv.slice(2), 'command line');
const [pool, oid] = args.rest;
if (pool === undefined || oid === undefined) {
  console.error(
    'usage: read_object [-c CONF] [-m MON_HOST] [--id ID] [--OPTION VALUE]... POOL OBJECT',
  );
  process.exit(1);
}

await using rados = await Rados.connect({ args });
const ioctx = await rados.openIoCtx(pool);
process.stdout.write(await ioctx.read(oid));
