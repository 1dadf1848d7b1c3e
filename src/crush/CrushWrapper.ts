import { Decoder } from '../common/Decoder.ts';
import { Encoder } from '../common/Encoder.ts';
import { CrushWork } from './CrushWork.ts';
import { type CrushData, decodeCrush, encodeCrush } from './crush_codec.ts';
import { crushDoRule } from './mapper.ts';

/** Index of the choose_args that serve every pool without its own. Ceph: DEFAULT_CHOOSE_ARGS. */
const DEFAULT_CHOOSE_ARGS = -1;

/**
 * A CRUSH map: the hierarchy, its rules and all their names. Ceph: src/crush/CrushWrapper.h.
 */
export class CrushWrapper {
  readonly crush: CrushData;
  /** Scratch memory of the mapper. */
  #work = new CrushWork();

  private constructor(crush: CrushData) {
    this.crush = crush;
  }

  /** Throws DecodeError for bytes that are no map, or one that cannot be mapped with. */
  static decode(bytes: Uint8Array): CrushWrapper {
    return new CrushWrapper(decodeCrush(new Decoder(bytes, 'crush_map')));
  }

  /** In Pacific's encoding. */
  encode(): Uint8Array {
    const enc = new Encoder(4096);
    encodeCrush(enc, this.crush);
    return enc.take();
  }

  /**
   * The devices for x by rule `ruleno`, at most `maxout`; places of an "indep" rule that could not
   * be filled hold CRUSH_ITEM_NONE. `weights` are the devices' (16.16; behind its end is out),
   * `chooseArgsIndex` is the pool. Throws CrushWorkError on absurd tunables. Ceph: do_rule.
   */
  doRule(
    ruleno: number,
    x: number,
    maxout: number,
    weights: ArrayLike<number>,
    chooseArgsIndex: number,
  ): number[] {
    const { chooseArgs } = this.crush;
    const args = chooseArgs.get(chooseArgsIndex) ?? chooseArgs.get(DEFAULT_CHOOSE_ARGS);
    return crushDoRule(this.crush, ruleno, x, maxout, weights, this.#work, args);
  }

  /** The rule for a pool of that ruleset, type and size, or -1. Ceph: crush_find_rule. */
  findRule(ruleset: number, type: number, size: number): number {
    return this.crush.rules.findIndex(
      (rule) =>
        rule !== undefined &&
        rule.ruleset === ruleset &&
        rule.type === type &&
        rule.minSize <= size &&
        rule.maxSize >= size,
    );
  }
}
