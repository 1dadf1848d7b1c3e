import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { entityNameToString } from '../msg/msg_types.ts';
import { decodeHobject, encodeHobject, HOBJECT_NONE, type hobject_t } from '../osd/hobject_t.ts';
import {
  decodeEversion,
  EVERSION_ZERO,
  encodeEversion,
  type eversion_t,
  pgToString,
} from '../osd/osd_types.ts';
import {
  decodePgShard,
  decodeRepOpHead,
  encodePgShard,
  encodeRepOpHead,
  type pg_shard_t,
  type RepOpHead,
} from './rep_op.ts';

export const MSG_OSD_REPOP = 112;

/** A section's head: u8 version, u8 compat, u32 length. */
const SECTION_HEAD_LENGTH = 6;
const NO_BYTES = new Uint8Array();
/** A section with nothing in it. */
const EMPTY_SECTION = Uint8Array.of(1, 1, 0, 0, 0, 0);

export interface MOSDRepOpInit {
  readonly head: RepOpHead;
  /** The object. */
  readonly poid: hobject_t;
  /** CEPH_OSD_FLAG_*. */
  readonly acksWanted: number;
  /** Of the PG after the write. */
  readonly version: eversion_t;
  /** What is added to the PG's log, encoded. */
  readonly logEntries?: Uint8Array;
  /** The PG's statistics: a pg_stat_t, encoded. */
  readonly pgStats?: Uint8Array;
  readonly pgTrimTo?: eversion_t;
  readonly newTempOid?: hobject_t;
  readonly discardTempOid?: hobject_t;
  readonly from: pg_shard_t;
  /** A pg_hit_set_history_t, encoded. */
  readonly updatedHitSetHistory?: Uint8Array | undefined;
  readonly minLastCompleteOndisk?: eversion_t;
  /** What is to be done: an ObjectStore::Transaction, encoded. */
  readonly transaction: Uint8Array;
}

/**
 * The primary of a PG tells a replica what to write. Parts that only a store on disk can use stay encoded.
 * Front, v3: {@link RepOpHead}, hobject_t poid, u8 acksWanted, eversion_t version, blob logEntries, pg_stat_t pgStats,
 * eversion_t pgTrimTo, hobject_t newTempOid, hobject_t discardTempOid, pg_shard_t from, bool with hit set
 * history, pg_hit_set_history_t if so, eversion_t minLastCompleteOndisk. Data: the transaction.
 * Ceph: src/messages/MOSDRepOp.h.
 */
export class MOSDRepOp extends Message {
  static readonly HEAD_VERSION = 3;
  readonly head: RepOpHead;
  readonly poid: hobject_t;
  readonly acksWanted: number;
  readonly pgVersion: eversion_t;
  readonly logEntries: Uint8Array;
  readonly pgStats: Uint8Array;
  readonly pgTrimTo: eversion_t;
  readonly newTempOid: hobject_t;
  readonly discardTempOid: hobject_t;
  readonly from: pg_shard_t;
  readonly updatedHitSetHistory: Uint8Array | undefined;
  readonly minLastCompleteOndisk: eversion_t;
  readonly transaction: Uint8Array;

  constructor(init: MOSDRepOpInit) {
    super(MSG_OSD_REPOP, MOSDRepOp.HEAD_VERSION, 1);
    this.head = init.head;
    this.poid = init.poid;
    this.acksWanted = init.acksWanted;
    this.pgVersion = init.version;
    this.logEntries = init.logEntries ?? NO_BYTES;
    this.pgStats = init.pgStats ?? EMPTY_SECTION;
    this.pgTrimTo = init.pgTrimTo ?? EVERSION_ZERO;
    this.newTempOid = init.newTempOid ?? HOBJECT_NONE;
    this.discardTempOid = init.discardTempOid ?? HOBJECT_NONE;
    this.from = init.from;
    this.updatedHitSetHistory = init.updatedHitSetHistory;
    this.minLastCompleteOndisk = init.minLastCompleteOndisk ?? EVERSION_ZERO;
    this.transaction = init.transaction;
    this.data = [init.transaction];
  }

  override encodePayload(enc: Encoder): void {
    encodeRepOpHead(enc, this.head);
    encodeHobject(enc, this.poid);
    enc.u8(this.acksWanted);
    encodeEversion(enc, this.pgVersion);
    enc.blob(this.logEntries);
    enc.raw(this.pgStats);
    encodeEversion(enc, this.pgTrimTo);
    encodeHobject(enc, this.newTempOid);
    encodeHobject(enc, this.discardTempOid);
    encodePgShard(enc, this.from);
    enc.u8(this.updatedHitSetHistory === undefined ? 0 : 1);
    if (this.updatedHitSetHistory !== undefined) enc.raw(this.updatedHitSetHistory);
    encodeEversion(enc, this.minLastCompleteOndisk);
  }

  static decodePayload(
    envelope: MessageEnvelope,
    front: Decoder,
    _middle: Uint8Array,
    data: Uint8Array,
  ): MOSDRepOp {
    // v4 has the transaction in the front.
    if (envelope.version !== 3) throw front.error(`version ${envelope.version} is not 3`);
    return new MOSDRepOp({
      head: decodeRepOpHead(front),
      poid: decodeHobject(front),
      acksWanted: front.u8(),
      version: decodeEversion(front),
      logEntries: front.blob('logEntries').slice(),
      pgStats: takeSection(front),
      pgTrimTo: decodeEversion(front),
      newTempOid: decodeHobject(front),
      discardTempOid: decodeHobject(front),
      from: decodePgShard(front),
      updatedHitSetHistory: front.bool() ? takeSection(front) : undefined,
      minLastCompleteOndisk: decodeEversion(front),
      transaction: data,
    });
  }

  override toString(): string {
    const { reqid, pgid, mapEpoch, minEpoch } = this.head;
    const op = `${entityNameToString(reqid.name)}.${reqid.inc}:${reqid.tid}`;
    const { version, epoch } = this.pgVersion;
    return `osd_repop(${op} ${pgToString(pgid.pgid)} e${mapEpoch}/${minEpoch} ${this.poid.oid} v ${epoch}'${version})`;
  }
}

/** A section as it is, head and all. */
function takeSection(dec: Decoder): Uint8Array {
  const rest = dec.peek();
  const length = new DataView(rest.buffer, rest.byteOffset, rest.length);
  if (rest.length < SECTION_HEAD_LENGTH) throw dec.error('no room for the head of a section');
  return dec.raw(SECTION_HEAD_LENGTH + length.getUint32(2, true)).slice();
}
