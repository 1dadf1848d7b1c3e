/**
 * Runs completions that reach user code, one after the other, when no structure of ours is half
 * changed. Ceph: src/common/Finisher.h, `RadosClient::finisher`.
 */
export interface Finisher {
  queue(complete: () => void): void;
}
