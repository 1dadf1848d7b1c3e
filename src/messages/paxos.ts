import type { Decoder } from '../common/Decoder.ts';
import type { Encoder } from '../common/Encoder.ts';

/**
 * What messages to a Paxos service of the monitors begin with: u64 version, s16 session mon (-1), u64 session
 * mon tid. Only the first has a meaning today, and none for a client that has no state there.
 * Ceph: src/messages/PaxosServiceMessage.h, paxos_encode.
 */
const PAXOS_LENGTH = 18;

export function encodePaxos(enc: Encoder): void {
  enc.u64(0);
  enc.u16(0xffff);
  enc.u64(0);
}

export function skipPaxos(dec: Decoder): void {
  dec.skip(PAXOS_LENGTH);
}
