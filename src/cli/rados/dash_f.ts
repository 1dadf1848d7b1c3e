/** What the original's formatters are called. */
const FORMATS: ReadonlySet<string> = new Set([
  'json',
  'json-pretty',
  'xml',
  'xml-pretty',
  'table',
  'table-kv',
  'html',
  'html-pretty',
]);

/**
 * The first `-f` before the name of a format is --format; any other says that a daemon is to stay in
 * the foreground, and says nothing here.
 */
export function withFormatOption(args: readonly string[]): string[] {
  const all = args.indexOf('--');
  const end = all < 0 ? args.length : all;
  const at = args.findIndex((arg, i) => arg === '-f' && i < end && FORMATS.has(args[i + 1] ?? ''));
  const options = args.slice(0, end).map((arg, i) => (i === at ? '--format' : arg));
  return [...options.filter((arg) => arg !== '-f'), ...args.slice(end)];
}
