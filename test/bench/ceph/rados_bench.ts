/** `rados bench` by itself: CONF POOL SECONDS seq|rand CONCURRENCY [verify]. */
import { bench } from '../../../src/cli/rados/bench.ts';
import { Rados } from '../../../src/node/Rados.ts';

const [confFile = '', pool = '', seconds, operation, concurrency, verify] = process.argv.slice(2);
await using rados = await Rados.connect({ confFile });
const ioctx = await rados.openIoCtx(pool);
const options = {
  operation: operation === 'seq' ? 'seq' : 'rand',
  seconds: Number(seconds),
  concurrentIos: Number(concurrency),
  runName: '',
  verify: verify !== undefined,
  hints: true,
  showTime: false,
  format: undefined,
} as const;
const result = await bench(ioctx, options, {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
process.exitCode = result === 0 ? 0 : 1;
