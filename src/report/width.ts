/** How many columns of a terminal a text takes, so that tables stay straight whatever the script of a name. */

// Twice as wide as a Latin letter: East Asian scripts, full-width forms, emoji that are pictures by themselves.
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303E\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const NONE = /[\p{Mn}\p{Me}\p{Cf}]/u;

export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  // Composed: macOS gives names as letters and marks, Hangul as single sounds.
  for (const char of text.normalize('NFC')) columns += widthOf(char);
  return columns;
}

/** The width of the widest, `least` at the least; there may be more texts than a call takes arguments. */
export function widest(texts: readonly string[], least = 0): number {
  return texts.reduce((most, text) => Math.max(most, displayWidth(text)), least);
}

/** `text` with blanks up to `columns`; longer text stays as it is. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** The end of `text`, in `columns` at most and after a `…` if something had to go: of a path the end tells most. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  const chars = [...text.normalize('NFC')];
  let left = columns - 1;
  let at = chars.length;
  while (at > 0 && widthOf(chars[at - 1] as string) <= left) {
    at -= 1;
    left -= widthOf(chars[at] as string);
  }
  return `…${chars.slice(at).join('')}`;
}

/** The beginning of `text`, in `columns` at most and before a `…` if something had to go. */
export function headOf(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let left = columns - 1;
  let head = '';
  for (const char of text.normalize('NFC')) {
    left -= widthOf(char);
    if (left < 0) break;
    head += char;
  }
  return `${head}…`;
}

function widthOf(char: string): number {
  if (NONE.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
