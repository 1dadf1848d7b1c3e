/** Chance as the core sees it: seeded in a simulation, from the system outside. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1). */
  float(): number;
}
