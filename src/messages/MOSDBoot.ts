import { CEPH_FEATURES_ALL } from '../common/ceph_features.ts';
import { decodeStringMap, encodeStringMap } from '../common/containers.ts';
import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';
import { Message } from '../msg/Message.ts';
import type { MessageEnvelope } from '../msg/MessageFactory.ts';
import { decodeAddrvec, encodeAddrvec, type entity_addrvec_t } from '../msg/msg_types.ts';
import { decodeSuperblock, encodeSuperblock, type OSDSuperblock } from '../osd/OSDSuperblock.ts';
import { decodePaxos, encodePaxos } from './paxos.ts';

export const MSG_OSD_BOOT = 71;

const NO_METADATA: ReadonlyMap<string, string> = new Map();

export interface MOSDBootInit {
  readonly superblock: OSDSuperblock;
  /** Of the sender's map. */
  readonly epoch: number;
  readonly hbBackAddrs: entity_addrvec_t;
  readonly hbFrontAddrs: entity_addrvec_t;
  readonly clusterAddrs: entity_addrvec_t;
  /** The epoch in which this process came up before; 0: it never has. */
  readonly bootEpoch: number;
  /** Host, kernel, devices …: what `ceph osd metadata` prints. */
  readonly metadata?: ReadonlyMap<string, string>;
  readonly osdFeatures?: bigint;
}

/**
 * An OSD wants to be marked up. Its addresses for clients are those that the message comes from.
 * Front, v7: paxos (version: epoch), OSDSuperblock, entity_addrvec_t hbBackAddrs, clusterAddrs, u32 bootEpoch,
 * entity_addrvec_t hbFrontAddrs, map<string, string> metadata, u64 osdFeatures.
 * Ceph: src/messages/MOSDBoot.h.
 */
export class MOSDBoot extends Message {
  static readonly HEAD_VERSION = 7;
  readonly superblock: OSDSuperblock;
  readonly epoch: number;
  readonly hbBackAddrs: entity_addrvec_t;
  readonly hbFrontAddrs: entity_addrvec_t;
  readonly clusterAddrs: entity_addrvec_t;
  readonly bootEpoch: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly osdFeatures: bigint;

  constructor(init: MOSDBootInit) {
    super(MSG_OSD_BOOT, MOSDBoot.HEAD_VERSION, 7);
    this.superblock = init.superblock;
    this.epoch = init.epoch;
    this.hbBackAddrs = init.hbBackAddrs;
    this.hbFrontAddrs = init.hbFrontAddrs;
    this.clusterAddrs = init.clusterAddrs;
    this.bootEpoch = init.bootEpoch;
    this.metadata = init.metadata ?? NO_METADATA;
    this.osdFeatures = init.osdFeatures ?? CEPH_FEATURES_ALL;
  }

  override encodePayload(enc: Encoder): void {
    encodePaxos(enc, this.epoch);
    encodeSuperblock(enc, this.superblock);
    encodeAddrvec(enc, this.hbBackAddrs);
    encodeAddrvec(enc, this.clusterAddrs);
    enc.u32(this.bootEpoch);
    encodeAddrvec(enc, this.hbFrontAddrs);
    encodeStringMap(enc, this.metadata);
    enc.bigU64(this.osdFeatures);
  }

  static decodePayload(envelope: MessageEnvelope, front: Decoder): MOSDBoot {
    if (envelope.version < 7) throw front.error(`version ${envelope.version} is older than 7`);
    return new MOSDBoot({
      epoch: decodePaxos(front),
      superblock: decodeSuperblock(front),
      hbBackAddrs: decodeAddrvec(front),
      clusterAddrs: decodeAddrvec(front),
      bootEpoch: front.u32(),
      hbFrontAddrs: decodeAddrvec(front),
      metadata: decodeStringMap(front, 'metadata'),
      osdFeatures: front.bigU64(),
    });
  }

  override toString(): string {
    const { whoami } = this.superblock;
    return `osd_boot(osd.${whoami} booted ${this.bootEpoch} features ${this.osdFeatures} v${this.epoch})`;
  }
}
