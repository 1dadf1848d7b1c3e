import { orFail, type RadosRun, targetOf } from './RadosRun.ts';

/** Ceph: rados_tool_common (src/tools/rados/rados.cc). */
export async function listwatchers(run: RadosRun): Promise<number> {
  const { ioctx, oid } = targetOf(run, 1);
  const what = `error listing watchers ${ioctx.poolName}/${oid}`;
  const watchers = await orFail(ioctx.listWatchers(oid), what);
  const lines = watchers.map(
    ({ addr, watcher, cookie }) => `watcher=${addr} ${watcher} cookie=${cookie}\n`,
  );
  await run.output.write(lines.join(''));
  return 0;
}
