// Which OSDs hold an object? Nobody is asked: the name, the map and CRUSH say it.
//
//   npm run build
//   node dist/examples/where_is_my_object.js greeting

import { SimCluster } from 'radosim/sim';

const oid = process.argv[2] ?? 'greeting';
await using cluster = await SimCluster.create({ osds: 6, hosts: 3, pools: ['mypool'] });
await using rados = await cluster.connect();
const ioctx = await rados.openIoCtx('mypool');

const { pgid, acting, actingPrimary, epoch } = ioctx.locate(oid);
console.log(`${oid} is in pg ${pgid}, on OSDs ${acting.join(', ')} (map ${epoch})`);
console.log(`reads go to osd.${actingPrimary}`);
