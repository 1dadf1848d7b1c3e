/** What is in a pool. */
export interface PoolUsage {
  readonly objects: number;
  readonly clones: number;
  /** Bytes of all objects, each counted once. */
  readonly bytes: number;
}

/** How full the cluster is: as its OSDs say. */
export interface ClusterStats {
  poolUsage(pool: number): PoolUsage;
  /** Bytes that each OSD has room for. */
  readonly capacity: number;
}
