import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/**
 * What messages to a Paxos service of the monitors begin with: u64 version, s16 session mon (-1), u64 session
 * mon tid. Of the three only the first has a meaning today: what an OSD sends says the epoch of its map
 * there, and what a client sends says 0.
 * Ceph: src/messages/PaxosServiceMessage.h, paxos_encode.
 */
const PAXOS_LENGTH = 18;

export function encodePaxos(enc: Encoder, version = 0): void {
  enc.u64(version);
  enc.u16(0xffff);
  enc.u64(0);
}

export function skipPaxos(dec: Decoder): void {
  dec.skip(PAXOS_LENGTH);
}

/** Answers the version. */
export function decodePaxos(dec: Decoder): number {
  const version = dec.u64();
  dec.skip(PAXOS_LENGTH - 8);
  return version;
}
