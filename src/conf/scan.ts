/** Finds the keys, values and line numbers of `.conf` and `.env` files, which are read as data and never executed. */

import type { ConfProblem } from './problem.ts';

export interface Entry {
  /** Name of the section it stands in; empty before the first. */
  section: string;
  key: string;
  value: string;
  /** The line of the key, from 1. */
  line: number;
  /** Offsets in `value` at which a further line of the file begins. */
  breaks: number[];
}

export interface Scan {
  entries: Entry[];
  /** Every section line, also of sections without entries. */
  sections: { name: string; line: number }[];
  problems: ConfProblem[];
}

interface Value {
  value: string;
  breaks: number[];
  /** Index of the first line after the value. */
  next: number;
}

const BLANK = /^\s*(?:#|$)/;
const SECTION = /^\s*\[([^[\]]*)\]\s*(?:#|$)/;
// Whatever has no blanks may stand before the `=`: `SBATCH-TIME=1` is then an unknown key with a right one near it.
const ASSIGNMENT = /^\s*(?:export[ \t]+)?([^\s=[\]"'#][^\s=]*)[ \t]*=(.*)$/s;
// Stricter: it decides where to go on after a quote that never closed, and `--a=b` inside it may be part of a shell command.
const NEXT_ENTRY = /^\s*(?:export[ \t]+)?[A-Za-z_]\w*=/;
const AFTER_CLOSING_QUOTE = /^[ \t]*$|^[ \t]+#/;
// A backslash that ends its line joins it to the next one; so does one with blanks after it, which nobody sees.
const JOIN = /^\\[ \t]*$/;
const TRAILING_JOIN = /(?<!\\)(?:\\\\)*(\\[ \t]*)$/;

/**
 * Scans the text of a file named `file`. One line is `KEY=value`, `export KEY=value` (people's shell profiles have it),
 * a `[section]`, a comment or blank; blanks around `=` do not count. A value is quoted only if its closing quote ends
 * the line (a comment may follow) and may then span lines; any other runs to the end of its line or to a `#` after a
 * blank, and is kept as written. Mistakes come with their line, and the scan goes on after them.
 */
export function scan(text: string, file: string): Scan {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r(?=\n|$)/g, '')
    .split('\n');
  const found: Scan = { entries: [], sections: [], problems: [] };
  let section = '';
  let at = 0;
  while (at < lines.length) {
    const text = lines[at]!;
    const line = at + 1;
    const assignment = ASSIGNMENT.exec(text);
    const header = SECTION.exec(text);
    if (BLANK.test(text)) {
      at++;
    } else if (header) {
      section = header[1]!.trim();
      found.sections.push({ name: section, line });
      at++;
    } else if (assignment) {
      const key = assignment[1]!;
      const value = readValue(lines, at, assignment[2]!);
      if ('open' in value) {
        found.problems.push({ kind: 'unterminated-quote', key, quote: value.open, place: { file, line } });
        at = nextEntry(lines, at + 1);
      } else {
        found.entries.push({ section, key, value: value.value, line, breaks: value.breaks });
        at = value.next;
      }
    } else {
      // The line itself stays out of the problem: in a `.env` it may be a secret.
      found.problems.push({ kind: 'not-key-value', place: { file, line } });
      at++;
    }
  }
  return found;
}

/** `rest` is what follows the `=` on line `at`. */
function readValue(lines: readonly string[], at: number, rest: string): Value | { open: '"' | "'" } {
  const begin = rest.replace(/^[ \t]+/, '');
  const quote = begin[0];
  if (quote !== '"' && quote !== "'") return readBare(lines, at, rest);
  return readQuoted(lines, at, begin.slice(1), quote) ?? readBare(lines, at, rest);
}

/**
 * Undefined if the value is not quoted after all, because more than a comment follows the closing quote. In double
 * quotes a backslash at a line's end joins the lines and `\"` is a quote that does not close; every other backslash
 * stays, so that `"C:\data"` and `"\d+"` mean what they say.
 */
function readQuoted(
  lines: readonly string[],
  at: number,
  first: string,
  quote: '"' | "'",
): Value | { open: '"' | "'" } | undefined {
  let value = '';
  const breaks: number[] = [];
  for (let row = at; row < lines.length; row++) {
    const text = row === at ? first : lines[row]!;
    let joined = false;
    for (let column = 0; column < text.length && !joined; column++) {
      const char = text[column]!;
      if (char === quote) {
        if (AFTER_CLOSING_QUOTE.test(text.slice(column + 1))) return { value, breaks, next: row + 1 };
        // Further down it is the opening quote of a later value: this one's was forgotten.
        return row === at ? undefined : { open: quote };
      }
      if (quote === "'" || char !== '\\') value += char;
      else if (JOIN.test(text.slice(column))) joined = true;
      else if (text[column + 1] === '"') value += text[++column];
      else if (text[column + 1] === '\\') value += char + text[++column];
      else value += char;
    }
    if (!joined) value += '\n';
    breaks.push(value.length);
  }
  return { open: quote };
}

function readBare(lines: readonly string[], at: number, rest: string): Value {
  let value = '';
  const breaks: number[] = [];
  let row = at;
  for (; row < lines.length; row++) {
    const text = row === at ? rest : lines[row]!;
    const comment = text.search(row === at ? /[ \t]#/ : /(?:^|[ \t])#/);
    const part = comment < 0 ? text : text.slice(0, comment);
    const join = comment < 0 ? TRAILING_JOIN.exec(part) : null;
    value += join ? part.slice(0, -join[1]!.length) : part;
    if (row === at) value = value.replace(/^[ \t]+/, '');
    if (!join) break;
    breaks.push(value.length);
  }
  return { value: value.replace(/[ \t]+$/, ''), breaks, next: row + 1 };
}

function nextEntry(lines: readonly string[], from: number): number {
  const found = lines.findIndex((line, at) => at >= from && (NEXT_ENTRY.test(line) || SECTION.test(line)));
  return found < 0 ? lines.length : found;
}
