/** A ceph.conf that cannot be read, in the words that Ceph has for it. */
export class ConfFileError extends Error {
  override readonly name = 'ConfFileError';
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; a tab goes to the next fourth column. */
  readonly column: number;
  readonly reason: string;

  constructor(line: number, column: number, reason: string) {
    super(`line ${line}, column ${column}: ${reason}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

export interface ConfLine {
  /** Blanks are underscores; case and `-` are as they stand. */
  readonly key: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

type Section = ReadonlyMap<string, ConfLine>;

/** What a ceph.conf says. Ceph: ConfFile (src/common/ConfUtils.cc). */
export class ConfFile {
  readonly sections: ReadonlyMap<string, Section>;

  private constructor(sections: ReadonlyMap<string, Section>) {
    this.sections = sections;
  }

  /**
   * Sections of one name are one section; of lines of one key the last counts. A single line may
   * stand without a section, and is of `global`. Throws `ConfFileError`.
   */
  static parse(text: string): ConfFile {
    const sections = new Map<string, Map<string, ConfLine>>();
    for (const { heading, lines } of new Parser(text).parse()) {
      const section = sections.get(heading) ?? new Map<string, ConfLine>();
      for (const line of lines) section.set(line.key, line);
      sections.set(heading, section);
    }
    return new ConfFile(sections);
  }
}

interface ParsedSection {
  readonly heading: string;
  readonly lines: readonly ConfLine[];
}

const LINE_ENDS = /\r\n|\r|\n/g;
const EOL = /\r\n|\r|\n/y;
const BLANKS = /[ \t]*/y;
/** Joined lines, and comments with the blanks before them. */
const SKIPPED = /(?:\\(?:\r\n|\r|\n)|[ \t]*[#;][^\r\n]*)+/y;
const TEXT_CHAR = /\\([^\r\n])|([^#;\r\n])/y;

/**
 * Ceph's grammar, which is a Boost.Spirit one, and so has a say in the oddest of files: the part of
 * `\` and of comments is played by a skipper, that goes to work before each character of a key, a
 * value and a heading, but not within quotes. The last line ends with a newline as well.
 *
 * conf     = ( line | eol* section* ) end
 * section  = '[' char+ ']' empty+ line* eol*
 * line     = blanks key blanks '=' blanks value empty+
 * value    = '"' char* '"' | "'" char* "'" | char*
 * char     = '\' any | any but '#', ';'
 * empty    = blanks eol
 *
 * Ceph: IniGrammer (src/common/ConfUtils.cc).
 */
class Parser {
  readonly #text: string;
  #pos = 0;
  /** How many line ends there are before `#countedTo`. */
  #lineEnds = 0;
  #countedTo = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): ParsedSection[] {
    const alone = this.#line();
    const sections =
      alone === undefined ? this.#sections() : [{ heading: 'global', lines: [alone] }];
    this.#skip();
    if (this.#pos !== this.#text.length) throw this.#error('<eoi>');
    return sections;
  }

  #sections(): ParsedSection[] {
    const sections: ParsedSection[] = [];
    this.#eols();
    while (this.#atHeading()) {
      const heading = this.#heading();
      const lines: ConfLine[] = [];
      while (!this.#atHeading()) {
        const line = this.#line();
        if (line === undefined) break;
        lines.push(line);
      }
      this.#eols();
      sections.push({ heading, lines });
    }
    return sections;
  }

  #atHeading(): boolean {
    return this.#peek() === '[';
  }

  #heading(): string {
    this.#skip();
    this.#pos++;
    let heading = '';
    while (this.#peek() !== ']') {
      const char = this.#skippedChar();
      if (char === undefined) break;
      heading += char;
    }
    if (heading === '') throw this.#error('<difference><unnamed-rule>"]"');
    this.#skip();
    if (!this.#take(']')) throw this.#error('"]"');
    this.#emptyLines();
    return heading;
  }

  /** Undefined, and nothing is read, if here is no key with a `=` after it. */
  #line(): ConfLine | undefined {
    const start = this.#pos;
    this.#blanks();
    this.#skip();
    const line = this.#lineNumber();
    const key = this.#key();
    if (key !== undefined) {
      this.#blanks();
      this.#skip();
      if (this.#take('=')) {
        this.#blanks();
        const value = this.#value();
        this.#emptyLines();
        return { key, value: trim(value), line };
      }
    }
    this.#pos = start;
    return undefined;
  }

  /** Words, and all that stands between them. */
  #key(): string | undefined {
    const start = this.#pos;
    if (!this.#word()) return undefined;
    let end = this.#pos;
    while (this.#keyBlanks() && this.#word()) end = this.#pos;
    this.#pos = end;
    return trim(this.#text.slice(start, end)).replace(/[ \t\n\v\f\r]+/g, '_');
  }

  #word(): boolean {
    const start = this.#pos;
    for (;;) {
      const next = this.#peek();
      if (next === '=' || next === '[' || next === ' ') break;
      if (this.#skippedChar() === undefined) break;
    }
    return this.#pos > start;
  }

  #keyBlanks(): boolean {
    let some = false;
    for (;;) {
      const next = this.#peek();
      if (next !== ' ' && next !== '\t') return some;
      this.#skip();
      this.#pos++;
      some = true;
    }
  }

  #value(): string {
    this.#skip();
    const quote = this.#text[this.#pos];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    let value = '';
    for (;;) {
      const char = this.#skippedChar();
      if (char === undefined) return value;
      value += char;
    }
  }

  #quoted(quote: string): string {
    this.#pos++;
    let value = '';
    while (!this.#take(quote)) {
      const char = this.#char();
      if (char === undefined) throw this.#error(`"${quote}"`);
      value += char;
    }
    return value;
  }

  #emptyLines(): void {
    if (!this.#emptyLine()) throw this.#error('<empty_line>');
    while (this.#emptyLine()) {}
  }

  #emptyLine(): boolean {
    const start = this.#pos;
    this.#blanks();
    if (this.#match(EOL) !== undefined) return true;
    this.#pos = start;
    return false;
  }

  #eols(): void {
    do this.#skip();
    while (this.#match(EOL) !== undefined);
  }

  #blanks(): void {
    this.#skip();
    this.#match(BLANKS);
  }

  /** The next character that is not skipped. */
  #peek(): string | undefined {
    const start = this.#pos;
    this.#skip();
    const next = this.#text[this.#pos];
    this.#pos = start;
    return next;
  }

  #skippedChar(): string | undefined {
    const start = this.#pos;
    this.#skip();
    const char = this.#char();
    if (char === undefined) this.#pos = start;
    return char;
  }

  #char(): string | undefined {
    const match = this.#match(TEXT_CHAR);
    return match?.[1] ?? match?.[2];
  }

  #skip(): void {
    this.#match(SKIPPED);
  }

  #take(char: string): boolean {
    if (this.#text[this.#pos] !== char) return false;
    this.#pos++;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#pos;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#pos += match[0].length;
    return match;
  }

  /** For lines that come one after the other: what has been counted is not counted again. */
  #lineNumber(): number {
    const more = this.#text.slice(this.#countedTo, this.#pos);
    this.#lineEnds += more.match(LINE_ENDS)?.length ?? 0;
    this.#countedTo = this.#pos;
    return this.#lineEnds + 1;
  }

  #error(expected: string): ConfFileError {
    const lines = this.#text.slice(0, this.#pos).split(LINE_ENDS);
    let column = 1;
    for (const char of lines.at(-1) ?? '') column += char === '\t' ? 4 - ((column - 1) % 4) : 1;
    return new ConfFileError(lines.length, column, `expected '${expected}'`);
  }
}

/** What C's isspace says. */
function trim(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
}
