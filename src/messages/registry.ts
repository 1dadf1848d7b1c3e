import type { MessageFactory } from '../msg/MessageFactory.ts';
import { CEPH_MSG_AUTH, MAuth } from './MAuth.ts';
import { CEPH_MSG_AUTH_REPLY, MAuthReply } from './MAuthReply.ts';
import { MCommand, MSG_COMMAND } from './MCommand.ts';
import { MCommandReply, MSG_COMMAND_REPLY } from './MCommandReply.ts';
import { MConfig, MSG_CONFIG } from './MConfig.ts';
import { MGetPoolStats, MSG_GETPOOLSTATS } from './MGetPoolStats.ts';
import { MGetPoolStatsReply, MSG_GETPOOLSTATSREPLY } from './MGetPoolStatsReply.ts';
import { MMgrMap, MSG_MGR_MAP } from './MMgrMap.ts';
import { MMonCommand, MSG_MON_COMMAND } from './MMonCommand.ts';
import { MMonCommandAck, MSG_MON_COMMAND_ACK } from './MMonCommandAck.ts';
import { CEPH_MSG_MON_GET_MAP, MMonGetMap } from './MMonGetMap.ts';
import { CEPH_MSG_MON_GET_VERSION, MMonGetVersion } from './MMonGetVersion.ts';
import { CEPH_MSG_MON_GET_VERSION_REPLY, MMonGetVersionReply } from './MMonGetVersionReply.ts';
import { CEPH_MSG_MON_MAP, MMonMap } from './MMonMap.ts';
import { CEPH_MSG_MON_SUBSCRIBE, MMonSubscribe } from './MMonSubscribe.ts';
import { CEPH_MSG_MON_SUBSCRIBE_ACK, MMonSubscribeAck } from './MMonSubscribeAck.ts';
import { CEPH_MSG_OSD_BACKOFF, MOSDBackoff } from './MOSDBackoff.ts';
import { MOSDBoot, MSG_OSD_BOOT } from './MOSDBoot.ts';
import { MOSDFailure, MSG_OSD_FAILURE } from './MOSDFailure.ts';
import { CEPH_MSG_OSD_MAP, MOSDMap } from './MOSDMap.ts';
import { MOSDMarkMeDown, MSG_OSD_MARK_ME_DOWN } from './MOSDMarkMeDown.ts';
import { CEPH_MSG_OSD_OP, MOSDOp } from './MOSDOp.ts';
import { CEPH_MSG_OSD_OPREPLY, MOSDOpReply } from './MOSDOpReply.ts';
import { MOSDPing, MSG_OSD_PING } from './MOSDPing.ts';
import { MOSDRepOp, MSG_OSD_REPOP } from './MOSDRepOp.ts';
import { MOSDRepOpReply, MSG_OSD_REPOPREPLY } from './MOSDRepOpReply.ts';
import { CEPH_MSG_PING, MPing } from './MPing.ts';
import { CEPH_MSG_POOLOP, MPoolOp } from './MPoolOp.ts';
import { CEPH_MSG_POOLOP_REPLY, MPoolOpReply } from './MPoolOpReply.ts';
import { CEPH_MSG_STATFS, MStatfs } from './MStatfs.ts';
import { CEPH_MSG_STATFS_REPLY, MStatfsReply } from './MStatfsReply.ts';
import { CEPH_MSG_WATCH_NOTIFY, MWatchNotify } from './MWatchNotify.ts';

interface MessageClass {
  /** The newest encoding that we know. */
  readonly HEAD_VERSION: number;
  readonly decodePayload: MessageFactory;
}

const MESSAGES: ReadonlyMap<number, MessageClass> = new Map<number, MessageClass>([
  [CEPH_MSG_MON_MAP, MMonMap],
  [CEPH_MSG_MON_GET_MAP, MMonGetMap],
  [CEPH_MSG_MON_SUBSCRIBE, MMonSubscribe],
  [CEPH_MSG_MON_SUBSCRIBE_ACK, MMonSubscribeAck],
  [CEPH_MSG_AUTH, MAuth],
  [CEPH_MSG_AUTH_REPLY, MAuthReply],
  [CEPH_MSG_MON_GET_VERSION, MMonGetVersion],
  [CEPH_MSG_MON_GET_VERSION_REPLY, MMonGetVersionReply],
  [MSG_COMMAND, MCommand],
  [MSG_COMMAND_REPLY, MCommandReply],
  [MSG_MON_COMMAND, MMonCommand],
  [MSG_MON_COMMAND_ACK, MMonCommandAck],
  [CEPH_MSG_STATFS, MStatfs],
  [CEPH_MSG_STATFS_REPLY, MStatfsReply],
  [MSG_GETPOOLSTATS, MGetPoolStats],
  [MSG_GETPOOLSTATSREPLY, MGetPoolStatsReply],
  [CEPH_MSG_POOLOP, MPoolOp],
  [CEPH_MSG_POOLOP_REPLY, MPoolOpReply],
  [CEPH_MSG_PING, MPing],
  [CEPH_MSG_OSD_MAP, MOSDMap],
  [CEPH_MSG_OSD_OP, MOSDOp],
  [CEPH_MSG_OSD_OPREPLY, MOSDOpReply],
  [CEPH_MSG_WATCH_NOTIFY, MWatchNotify],
  [CEPH_MSG_OSD_BACKOFF, MOSDBackoff],
  [MSG_CONFIG, MConfig],
  [MSG_MGR_MAP, MMgrMap],
  [MSG_OSD_BOOT, MOSDBoot],
  [MSG_OSD_FAILURE, MOSDFailure],
  [MSG_OSD_MARK_ME_DOWN, MOSDMarkMeDown],
  [MSG_OSD_PING, MOSDPing],
  [MSG_OSD_REPOP, MOSDRepOp],
  [MSG_OSD_REPOPREPLY, MOSDRepOpReply],
]);

/** Every message that we speak. Ceph: decode_message (src/msg/Message.cc). */
export const decodeMessage: MessageFactory = (envelope, front, middle, data) => {
  const known = MESSAGES.get(envelope.type);
  if (known === undefined) return undefined;
  if (envelope.compatVersion > known.HEAD_VERSION) {
    throw front.error(
      `message ${envelope.type} needs a decoder of version ${envelope.compatVersion}, this is ${known.HEAD_VERSION}`,
    );
  }
  return known.decodePayload(envelope, front, middle, data);
};
