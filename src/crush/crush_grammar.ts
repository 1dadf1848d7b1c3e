/**
 * The language of `crushtool -c` as a syntax tree. Ceph: src/crush/grammar.h.
 *
 *   map      = (tunable | device | type)* (bucket | rule)* choose_args*
 *   tunable  = 'tunable' name posint
 *   device   = 'device' posint name ['class' name]
 *   type     = 'type' posint name
 *   bucket   = name name '{' ('id' negint ['class' name])* 'alg' name ('hash' (int | 'rjenkins1'))*
 *              ('item' name ['weight' real] ['pos' posint])* '}'
 *   rule     = 'rule' [name] '{' ('id' | 'ruleset') posint 'type' ('replicated' | 'erasure')
 *              'min_size' posint 'max_size' posint step+ '}'
 *            | 'rule' [name] '{' ('id' | 'ruleset') posint 'type' ('msr_firstn' | 'msr_indep')
 *              ['min_size' posint] ['max_size' posint] step+ '}'
 *   step     = 'step' ('take' name ['class' name] | set_* posint | 'emit' | 'choosemsr' int 'type' name
 *              | ('chooseleaf' | 'choose') ('indep' | 'firstn') int 'type' name)
 *   choose_args = 'choose_args' posint '{' ('{' 'bucket_id' negint
 *              ['weight_set' '[' ('[' real* ']')* ']'] ['ids' '[' int* ']'] '}')* '}'
 *
 * What a rule of the grammar took it keeps: there is no going back into a repetition. A word need
 * not be followed by a space. '#' begins a comment.
 */
import { CrushCompileError } from './CrushCompileError.ts';

/** A word and where it stands. */
export interface Token {
  readonly text: string;
  readonly offset: number;
}

export interface TunableNode {
  readonly kind: 'tunable';
  readonly name: Token;
  readonly value: Token;
}

export interface DeviceNode {
  readonly kind: 'device';
  readonly id: Token;
  readonly name: Token;
  readonly className: Token | undefined;
}

export interface TypeNode {
  readonly kind: 'type';
  readonly id: Token;
  readonly name: Token;
}

export interface ItemNode {
  readonly name: Token;
  readonly weight: Token | undefined;
  readonly pos: Token | undefined;
}

export interface BucketNode {
  readonly kind: 'bucket';
  readonly type: Token;
  readonly name: Token;
  readonly ids: readonly { readonly id: Token; readonly className: Token | undefined }[];
  readonly alg: Token;
  readonly hashes: readonly Token[];
  readonly items: readonly ItemNode[];
}

export type StepNode =
  | { readonly op: 'take'; readonly item: Token; readonly className: Token | undefined }
  | { readonly op: 'set'; readonly name: Token; readonly value: Token }
  | {
      readonly op: 'choose';
      readonly what: Token;
      /** Of choosemsr there is none. */
      readonly mode: Token | undefined;
      readonly num: Token;
      readonly type: Token;
    }
  | { readonly op: 'emit' };

export interface RuleNode {
  readonly kind: 'rule';
  readonly name: Token | undefined;
  readonly id: Token;
  readonly type: Token;
  /** Said of all but MSR rules. */
  readonly minSize: Token | undefined;
  readonly maxSize: Token | undefined;
  readonly steps: readonly StepNode[];
}

export interface ChooseArgNode {
  readonly bucketId: Token;
  readonly weightSet: readonly (readonly Token[])[];
  readonly ids: readonly Token[] | undefined;
}

export interface ChooseArgsNode {
  readonly kind: 'choose_args';
  readonly index: Token;
  readonly args: readonly ChooseArgNode[];
}

export interface CrushSyntax {
  readonly heads: readonly (TunableNode | DeviceNode | TypeNode)[];
  readonly bodies: readonly (BucketNode | RuleNode)[];
  readonly chooseArgs: readonly ChooseArgsNode[];
}

/** Throws CrushCompileError where `text` stops being a map. */
export function parseCrush(text: string): CrushSyntax {
  return new Parser(text).map();
}

const SPACE = /(?:\s|#[^\n]*)*/y;
const NAME = /[-_.A-Za-z0-9]+/y;
const POSINT = /[0-9]+/y;
const INTEGER = /-?[0-9]+/y;
const NEGINT = /-[0-9]+/y;
const REAL = /[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/y;

const SETS = [
  'set_choose_tries',
  'set_choose_local_tries',
  'set_choose_local_fallback_tries',
  'set_chooseleaf_tries',
  'set_chooseleaf_vary_r',
  'set_chooseleaf_stable',
  'set_msr_descents',
  'set_msr_collision_tries',
];

/** Every method takes what it is named after, or gives undefined and takes nothing. */
class Parser {
  readonly #text: string;
  #at = 0;
  /** How far any attempt got, and what it wanted there: that is where the mistake is. */
  #farthest = 0;
  #wanted = '';

  constructor(text: string) {
    this.#text = text;
  }

  map(): CrushSyntax {
    const heads = this.#many(() => this.#tunable() ?? this.#device() ?? this.#type());
    const bodies = this.#many(() => this.#bucket() ?? this.#rule());
    const chooseArgs = this.#many(() => this.#chooseArgs());
    const end = this.#at;
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      const wanted =
        this.#farthest > end ? `expected ${this.#wanted}` : 'expected another definition';
      throw CrushCompileError.syntax(this.#text, end, Math.max(this.#farthest, this.#at), wanted);
    }
    return { heads, bodies, chooseArgs };
  }

  #tunable(): TunableNode | undefined {
    return this.#try(() => {
      this.#need(this.#word('tunable'));
      return { kind: 'tunable', name: this.#need(this.#name()), value: this.#need(this.#posint()) };
    });
  }

  #device(): DeviceNode | undefined {
    return this.#try(() => {
      this.#need(this.#word('device'));
      const id = this.#need(this.#posint());
      const name = this.#need(this.#name());
      return { kind: 'device', id, name, className: this.#after('class', () => this.#name()) };
    });
  }

  #type(): TypeNode | undefined {
    return this.#try(() => {
      this.#need(this.#word('type'));
      return { kind: 'type', id: this.#need(this.#posint()), name: this.#need(this.#name()) };
    });
  }

  #bucket(): BucketNode | undefined {
    return this.#try(() => {
      const type = this.#need(this.#name());
      const name = this.#need(this.#name());
      this.#need(this.#word('{'));
      const ids = this.#many(() => this.#bucketId());
      const alg = this.#need(this.#after('alg', () => this.#name()));
      const hashes = this.#many(() =>
        this.#after('hash', () => this.#integer() ?? this.#word('rjenkins1')),
      );
      const items = this.#many(() => this.#item());
      this.#need(this.#word('}'));
      return { kind: 'bucket', type, name, ids, alg, hashes, items };
    });
  }

  #bucketId(): BucketNode['ids'][number] | undefined {
    const id = this.#after('id', () => this.#negint());
    return id && { id, className: this.#after('class', () => this.#name()) };
  }

  #item(): ItemNode | undefined {
    const name = this.#after('item', () => this.#name());
    if (name === undefined) return undefined;
    const weight = this.#after('weight', () => this.#real());
    return { name, weight, pos: this.#after('pos', () => this.#posint()) };
  }

  #rule(): RuleNode | undefined {
    return this.#try(() => {
      this.#need(this.#word('rule'));
      const name = this.#name();
      this.#need(this.#word('{'));
      this.#need(this.#word('id') ?? this.#word('ruleset'));
      const id = this.#need(this.#posint());
      this.#need(this.#word('type'));
      const sized = this.#word('replicated') ?? this.#word('erasure');
      const type = this.#need(sized ?? this.#word('msr_firstn') ?? this.#word('msr_indep'));
      const minSize = this.#after('min_size', () => this.#posint());
      const maxSize = this.#after('max_size', () => this.#posint());
      if (sized !== undefined) this.#need(minSize && maxSize);
      const steps = [this.#need(this.#step()), ...this.#many(() => this.#step())];
      this.#need(this.#word('}'));
      return { kind: 'rule', name, id, type, minSize, maxSize, steps };
    });
  }

  #step(): StepNode | undefined {
    return this.#after('step', () => this.#take() ?? this.#set() ?? this.#choose() ?? this.#emit());
  }

  #take(): StepNode | undefined {
    const item = this.#after('take', () => this.#name());
    return item && { op: 'take', item, className: this.#after('class', () => this.#name()) };
  }

  #set(): StepNode | undefined {
    for (const word of SETS) {
      const step = this.#try((): StepNode => {
        const name = this.#need(this.#word(word));
        return { op: 'set', name, value: this.#need(this.#posint()) };
      });
      if (step !== undefined) return step;
    }
    return undefined;
  }

  #choose(): StepNode | undefined {
    return this.#chooseOf('choose') ?? this.#chooseOf('chooseleaf') ?? this.#chooseMsr();
  }

  #chooseOf(word: string): StepNode | undefined {
    return this.#try(() => {
      const what = this.#need(this.#word(word));
      const mode = this.#need(this.#word('indep') ?? this.#word('firstn'));
      const num = this.#need(this.#integer());
      const type = this.#need(this.#after('type', () => this.#name()));
      return { op: 'choose', what, mode, num, type };
    });
  }

  #chooseMsr(): StepNode | undefined {
    return this.#try(() => {
      const what = this.#need(this.#word('choosemsr'));
      const num = this.#need(this.#integer());
      const type = this.#need(this.#after('type', () => this.#name()));
      return { op: 'choose', what, mode: undefined, num, type };
    });
  }

  #emit(): StepNode | undefined {
    return this.#word('emit') && { op: 'emit' };
  }

  #chooseArgs(): ChooseArgsNode | undefined {
    return this.#try(() => {
      const index = this.#need(this.#after('choose_args', () => this.#posint()));
      this.#need(this.#word('{'));
      const args = this.#many(() => this.#chooseArg());
      this.#need(this.#word('}'));
      return { kind: 'choose_args', index, args };
    });
  }

  #chooseArg(): ChooseArgNode | undefined {
    return this.#try(() => {
      this.#need(this.#word('{'));
      const bucketId = this.#need(this.#after('bucket_id', () => this.#negint()));
      const weights = (): Token[] | undefined => this.#list(() => this.#real());
      const weightSet = this.#after('weight_set', () => this.#list(weights)) ?? [];
      const ids = this.#after('ids', () => this.#list(() => this.#integer()));
      this.#need(this.#word('}'));
      return { bucketId, weightSet, ids };
    });
  }

  #list<T>(element: () => T | undefined): T[] | undefined {
    return this.#try(() => {
      this.#need(this.#word('['));
      const elements = this.#many(element);
      this.#need(this.#word(']'));
      return elements;
    });
  }

  /** `word`, then what `rest` takes; or nothing. */
  #after<T>(word: string, rest: () => T | undefined): T | undefined {
    return this.#try(() => {
      this.#need(this.#word(word));
      return this.#need(rest());
    });
  }

  #many<T>(element: () => T | undefined): T[] {
    const elements: T[] = [];
    for (let next = element(); next !== undefined; next = element()) elements.push(next);
    return elements;
  }

  /** Runs a sequence; if a part that it needs is missing, all that it took is given back. */
  #try<T>(sequence: () => T): T | undefined {
    const start = this.#at;
    try {
      return sequence();
    } catch (error) {
      if (error !== MISSING) throw error;
      this.#at = start;
      return undefined;
    }
  }

  #need<T>(part: T | undefined): T {
    if (part === undefined) throw MISSING;
    return part;
  }

  #word(word: string): Token | undefined {
    this.#skipSpace();
    const offset = this.#at;
    if (!this.#text.startsWith(word, offset)) return this.#miss(`'${word}'`);
    this.#at = offset + word.length;
    return { text: word, offset };
  }

  #name(): Token | undefined {
    return this.#match(NAME, 'a name');
  }

  #posint(): Token | undefined {
    return this.#match(POSINT, 'a number of 0 or more');
  }

  #integer(): Token | undefined {
    return this.#match(INTEGER, 'a number');
  }

  #negint(): Token | undefined {
    return this.#match(NEGINT, 'a number below 0');
  }

  #real(): Token | undefined {
    return this.#match(REAL, 'a number');
  }

  #match(pattern: RegExp, what: string): Token | undefined {
    this.#skipSpace();
    const offset = this.#at;
    pattern.lastIndex = offset;
    const text = pattern.exec(this.#text)?.[0];
    if (text === undefined) return this.#miss(what);
    this.#at = offset + text.length;
    return { text, offset };
  }

  #miss(what: string): undefined {
    if (this.#at > this.#farthest) {
      this.#farthest = this.#at;
      this.#wanted = what;
    } else if (this.#at === this.#farthest && !this.#wanted.includes(what)) {
      this.#wanted += ` or ${what}`;
    }
    return undefined;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }
}

/** Thrown from a part that is missing to the sequence that needs it. */
const MISSING = new Error('a part is missing');
