/**
 * The door for Node programs: `Rados` reads from a Ceph cluster over TCP.
 *
 * One read on its way. Names are Ceph's, camelCased; the files are where Ceph has them.
 *
 *  1  librados/IoCtx         read → operateRead: an ObjectOperation, the one promise
 *  2  osdc/Objecter          prepareReadOp: an Op
 *  3  osdc/Objecter          opSubmit → opSubmitWithBudget (throttle) → opSubmitInternal: a tid, a deadline
 *  4  osdc/op_target         calcTarget, a pure decision from (OSDMap, target): pg, up and acting, osd
 *     osd/OSDMap             objectLocatorToPg, pgToUpActingOsds → crush/mapper crushDoRule
 *  5  osdc/Objecter          getSession: an OSDSession (one per OSD) and its Connection
 *  6  osdc/Objecter          prepareOsdOp, sessionOpAssign, sendOp: an MOSDOp
 *  7  msg/async              AsyncConnection.sendMessage → Protocol.send: the out queue, by priority
 *  8  msg/async/ProtocolV2   writeEvent: getNextOutgoing, writeMessage, flush: a frame, with crcs
 *  9  a Stack's socket       bytes
 * 10  at the OSD             AsyncMessenger.addAccept, ProtocolV2.onRead → DispatchQueue → msDeliverDispatch
 * 11  sim/osd/MockOSD        msDispatch → doOp: an MOSDOpReply, back by 7 to 10
 * 12  osdc/Objecter          msDispatch → handleOsdOpReply → finishOp: the promise settles
 *
 * With `ms_type` simple, 7, 8 and 10 are SimpleMessenger's: submitMessage, and a Pipe's writer and reader.
 *
 * @module
 */

export { type CephArgs, parseCephArgs } from './common/ceph_argparse.ts';
export { ConfigError } from './common/config.ts';
export type { Options } from './common/options.ts';
export type { PerfDump } from './common/PerfCounters.ts';
export type { CallOptions } from './librados/CallOptions.ts';
export type { ClusterStat, CommandReply, PoolStat } from './librados/cluster_stats.ts';
export { IoCtx, type IoCtxOptions, type Placement } from './librados/IoCtx.ts';
export {
  ALL_NAMESPACES,
  type ListOptions,
  type ListRange,
} from './librados/list_objects.ts';
export { type ByteSource, ObjectChunks, type StreamOptions } from './librados/ObjectChunks.ts';
export type { ObjectList } from './librados/ObjectList.ts';
export type { PoolSnap } from './librados/pool_snaps.ts';
export type { MonCommandOptions, RadosState } from './librados/RadosClient.ts';
export {
  ConnectionShutdown,
  InvalidArgumentError,
  IOError,
  NoData,
  NoSpace,
  NotConnected,
  ObjectBusy,
  ObjectExists,
  ObjectNotFound,
  PermissionDeniedError,
  RadosError,
  type StepOutcome,
  TimedOut,
} from './librados/RadosError.ts';
export type { ReadReply } from './librados/ReadCall.ts';
export { ReadOp } from './librados/ReadOp.ts';
export type { Fadvise, ReadFlag, ReadFlags } from './librados/read_flags.ts';
export type { ReadManyOptions, ReadManyResult } from './librados/read_many.ts';
export type {
  Advice,
  ChecksumOptions,
  Cmpext,
  Extent,
  FilteredOmapRange,
  ObjectStat,
  OmapRange,
  OpOptions,
  ReadOptions,
  SparseExtent,
} from './librados/read_types.ts';
export { type StreamSource, streamSource } from './librados/stream_source.ts';
export { Striper, type StriperOptions } from './librados/striper/Striper.ts';
export { type ConnectOptions, Rados, type RadosOptions } from './node/Rados.ts';
export { createReadStream, readableStream } from './node/streams.ts';
export type { OSDMap } from './osd/OSDMap.ts';
export type { ListedObject } from './osd/pg_nls.ts';
export type { Checksums, ChecksumType } from './osdc/checksum_step.ts';
export type { Comparison, OmapAssertion } from './osdc/compare_steps.ts';
export type { Extents, SparseData } from './osdc/data_steps.ts';
export type { OmapKeys, OmapVals } from './osdc/omap_steps.ts';
export type { ObjectClone, SnapSet } from './osdc/snaps_step.ts';
export type { Watcher } from './osdc/watchers_step.ts';
