import type { utime_t } from '../../common/utime_t.ts';

/** `1700000000.000000123`: seconds since 1970. */
export function stampText({ sec, nsec }: utime_t): string {
  return `${sec}.${String(nsec).padStart(9, '0')}`;
}

/** `text` with no character that a terminal would obey. */
export function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
