import type { Clock } from '../../src/common/Clock.ts';
import { EINVAL } from '../../src/common/errno.ts';
import { joinBytes } from '../../src/common/join_bytes.ts';
import { MGetPoolStats } from '../../src/messages/MGetPoolStats.ts';
import { MGetPoolStatsReply } from '../../src/messages/MGetPoolStatsReply.ts';
import { MMonCommand } from '../../src/messages/MMonCommand.ts';
import { MMonCommandAck } from '../../src/messages/MMonCommandAck.ts';
import { MPoolOp } from '../../src/messages/MPoolOp.ts';
import { MPoolOpReply } from '../../src/messages/MPoolOpReply.ts';
import { MStatfs } from '../../src/messages/MStatfs.ts';
import { MStatfsReply } from '../../src/messages/MStatfsReply.ts';
import type { Message } from '../../src/msg/Message.ts';
import { newPoolStat, type pool_stat_t } from '../../src/osd/pool_stat.ts';
import { handlePoolOp } from './pool_ops.ts';
import type { Quorum } from './Quorum.ts';

const KIB = 1024;

type Send = (reply: Message) => void;

/**
 * What clients ask of the monitors beside maps: commands, how full the cluster is, changes of pools.
 * Ceph: Monitor::dispatch_op.
 */
export class MonRequests {
  readonly #quorum: Quorum;
  readonly #clock: Clock;

  constructor(quorum: Quorum, clock: Clock) {
    this.#quorum = quorum;
    this.#clock = clock;
  }

  /** False: it is none of these. `send` is called once, perhaps later. `caps`: of who asks. */
  handle(message: Message, caps: string | undefined, send: Send): boolean {
    const answer = (reply: Message): void => {
      reply.tid = message.tid;
      send(reply);
    };
    if (message instanceof MMonCommand) this.#handleCommand(message, caps, answer);
    else if (message instanceof MStatfs) this.#handleStatfs(message, answer);
    else if (message instanceof MGetPoolStats) this.#handleGetPoolStats(message, answer);
    else if (message instanceof MPoolOp) this.#handlePoolOp(message, answer);
    else return false;
    return true;
  }

  #handleCommand({ cmd, fsid, data }: MMonCommand, caps: string | undefined, send: Send): void {
    const { commands, osdMonitor } = this.#quorum;
    const [text = ''] = cmd;
    const ack = (r: number, rs: string, output?: Uint8Array): void => {
      const version = osdMonitor.map.epoch;
      send(
        new MMonCommandAck({ cmd, r, rs, version, ...(output === undefined ? {} : { output }) }),
      );
    };
    if (fsid !== osdMonitor.map.fsid) ack(-EINVAL, 'wrong fsid');
    else {
      commands.handle({ cmd: text, input: joinBytes(data), caps }, (result) =>
        ack(result.result, result.text, result.data),
      );
    }
  }

  #handleStatfs({ fsid, dataPool }: MStatfs, send: Send): void {
    const { osdMonitor, stats } = this.#quorum;
    const { map } = osdMonitor;
    if (fsid !== map.fsid) return;
    let [used, objects, inside] = [0, 0, 0];
    for (const [id, pool] of map.pools) {
      if (dataPool !== undefined && dataPool !== id) continue;
      const usage = stats.poolUsage(id);
      used += usage.bytes * pool.size;
      objects += usage.objects + usage.clones;
    }
    for (let osd = 0; osd < map.maxOsd; osd++) if (map.exists(osd) && !map.isOut(osd)) inside += 1;
    const kb = Math.floor((inside * stats.capacity) / KIB);
    const kbUsed = Math.min(kb, Math.ceil(used / KIB));
    send(
      new MStatfsReply(fsid, map.epoch, { kb, kbUsed, kbAvail: kb - kbUsed, numObjects: objects }),
    );
  }

  #handleGetPoolStats({ fsid, pools }: MGetPoolStats, send: Send): void {
    const { osdMonitor, stats } = this.#quorum;
    const { map } = osdMonitor;
    if (fsid !== map.fsid) return;
    const poolStats = new Map<string, pool_stat_t>();
    for (const name of pools) {
      const id = map.lookupPgPoolName(name);
      const pool = id === undefined ? undefined : map.pools.get(id);
      if (id === undefined || pool === undefined) continue;
      const { objects, clones, bytes } = stats.poolUsage(id);
      const numObjects = objects + clones;
      const numObjectCopies = numObjects * pool.size;
      poolStats.set(
        name,
        newPoolStat(
          { numBytes: bytes, numObjects, numObjectClones: clones, numObjectCopies },
          bytes * pool.size,
        ),
      );
    }
    send(new MGetPoolStatsReply({ fsid, poolStats, perPool: true, version: map.epoch }));
  }

  #handlePoolOp({ init }: MPoolOp, send: Send): void {
    const { osdMonitor } = this.#quorum;
    const { fsid } = init;
    if (fsid !== osdMonitor.map.fsid) return;
    handlePoolOp(osdMonitor, this.#clock, init, (replyCode, epoch, responseData) =>
      send(new MPoolOpReply({ fsid, replyCode, epoch, responseData })),
    );
  }
}
