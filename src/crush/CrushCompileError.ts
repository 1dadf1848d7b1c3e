/** A text that is no CRUSH map. */
export class CrushCompileError extends Error {
  override readonly name = 'CrushCompileError';
  /** Where the mistake is, from 1. */
  readonly line: number;
  readonly column: number;
  /** What is wrong there. */
  readonly reason: string;
  /**
   * The line that crushtool prints, where `FILE` stands for the file's name. Of a syntax error it
   * names the place behind the last whole definition.
   */
  readonly cephText: string;

  private constructor(line: number, column: number, reason: string, cephText: string) {
    super(`${line}:${column}: ${reason}`);
    this.line = line;
    this.column = column;
    this.reason = reason;
    this.cephText = cephText;
  }

  /** `text` is understood up to `end`; what is wrong is at `offset`. */
  static syntax(text: string, end: number, offset: number, reason: string): CrushCompileError {
    const { line, column } = lineAndColumn(text, offset);
    return new CrushCompileError(line, column, reason, cephSyntaxError(text, end));
  }

  /** A definition that makes no sense, `reason` being what crushtool says of it. */
  static meaning(text: string, offset: number, reason: string): CrushCompileError {
    const { line, column } = lineAndColumn(text, offset);
    return new CrushCompileError(line, column, reason, reason);
  }
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}

/**
 * The original parses all lines joined, with comments and double spaces squeezed out, and counts
 * the place within its line there; but quotes the line as it was. Ceph: CrushCompiler::compile.
 */
function cephSyntaxError(text: string, end: number): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const { line: endLine, column: endColumn } = lineAndColumn(text, end);
  /** Where each line begins in the joined text; a later one at the same place replaces it. */
  const starts = new Map<number, number>();
  let joined = '';
  let stop = 0;
  for (const [i, line] of lines.entries()) {
    const squeezed = squeeze(line);
    if (squeezed !== '' && joined !== '' && !joined.endsWith(' ')) joined += ' ';
    starts.set(joined.length, i);
    if (i + 1 === endLine) stop = joined.length + squeeze(line.slice(0, endColumn - 1)).length;
    joined += squeezed;
  }
  const [start, index] = [...starts].findLast(([at]) => at <= stop) ?? [0, 0];
  const quoted = (lines[index] ?? '').slice(stop - start);
  return `FILE:${index + 1} error: parse error at '${quoted}'`;
}

function squeeze(line: string): string {
  return line.replace(/#.*/, '').trimStart().replace(/\s+/g, ' ').trimEnd();
}
