/** Makes text that came from elsewhere fit to be shown: a file's name or a remote program's words must not steer a terminal. */

import type { Style } from './style.ts';

// Control characters (an escape sequence begins with one), separators of lines, marks that turn the direction of writing
// around, and halves of characters.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line: whatever could act on a terminal is spelt out (`\n`, `\x1b`), and more than `most` characters are cut. */
export function shown(text: string, most = 2000): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return short.replace(UNSAFE, spelt);
}

/** Several lines, each as `shown` has it; blank ones at the end are dropped. */
export function shownLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => shown(line));
}

/**
 * Text of a log: tabs stay, of a line that was written over (a progress bar) the last state is left, and a program's own
 * colours pass where ours do. Everything else that could act on a terminal is spelt out.
 */
export function shownLog(text: string, style: Style): string {
  const colours = style.isColorSupported;
  return text
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').replace(/^.*\r/, ''))
    .map((line) => {
      const pieces = line.split(/(\x1b\[[\d;]*m)/);
      const passed = pieces.map((piece, at) => {
        if (at % 2 === 1) return colours ? piece : '';
        return piece.replace(UNSAFE, (char) => (char === '\t' ? char : spelt(char)));
      });
      // A colour that a cut line leaves on must not run into what follows.
      return colours && pieces.length > 1 ? `${passed.join('')}\x1b[0m` : passed.join('');
    })
    .join('\n');
}

function spelt(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return NAMED[char] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
}
