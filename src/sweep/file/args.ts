/** Splits `args:` of a sweep file into words, each of which is a template. */

import { type OpenQuote, splitWords } from '../../conf/words.ts';

// An expression or a tag of the template; inside it, in quotes, its own end does not end it.
const TEMPLATE = /\{\{(?:"[^"]*"|'[^']*'|(?!\}\}).)*\}\}|\{%(?:"[^"]*"|'[^']*'|(?!%\}).)*%\}/gs;

// Characters that stand for nothing, in a plane that no text has, hold the places of templates.
const FIRST = 0xf0000;
const HELD = /[\u{f0000}-\u{ffffd}]/gu;

/** The words by shell quoting, expanding nothing; blanks and quotes within `{{ … }}` and `{% … %}` are the template's. */
export function splitArgs(args: string): { words: string[]; open?: OpenQuote } {
  const held: string[] = [];
  const hold = (text: string) => String.fromCodePoint(FIRST + held.push(text) - 1);
  const { words, open } = splitWords(args.replace(new RegExp(`${TEMPLATE.source}|${HELD.source}`, 'gsu'), hold));
  const release = (text: string) => text.replace(HELD, (char) => held[char.codePointAt(0)! - FIRST]!);
  return { words: words.map(({ text }) => release(text)), ...(open && { open }) };
}
