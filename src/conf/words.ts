/** Splits a value into words by POSIX shell quoting, expanding nothing: `$`, `*` and `~` stay what they are. */

export interface Word {
  text: string;
  /** Where the word begins in the value, so that a mistake in a long list can name its own line. */
  offset: number;
}

/** A quote that never closes, or a backslash with nothing after it, and where in the value it stands. */
export interface OpenQuote {
  quote: '"' | "'" | '\\';
  offset: number;
}

/**
 * The words of `value` as sh would see them after quote removal (POSIX Shell Command Language, 2.2 Quoting), `#` being
 * an ordinary character. With an open quote there are no words.
 */
export function splitWords(value: string): { words: Word[]; open?: OpenQuote } {
  const words: Word[] = [];
  let word: Word | undefined;
  let quote: OpenQuote | undefined;
  const add = (text: string, offset: number) => {
    word ??= { text: '', offset };
    word.text += text;
  };
  for (let at = 0; at < value.length; at++) {
    const char = value[at]!;
    const next = value[at + 1];
    if (quote?.quote === "'") {
      if (char === "'") quote = undefined;
      else add(char, at);
    } else if (char === '\\' && next === '\n') {
      at++;
    } else if (char === '\\' && quote && !(next !== undefined && '$`"\\'.includes(next))) {
      add(char, at);
    } else if (char === '\\') {
      if (next === undefined) return { words: [], open: { quote: '\\', offset: at } };
      add(next, at++);
    } else if (quote) {
      if (char === '"') quote = undefined;
      else add(char, at);
    } else if (char === '"' || char === "'") {
      quote = { quote: char, offset: at };
      add('', at);
    } else if (char === ' ' || char === '\t' || char === '\n') {
      if (word) words.push(word);
      word = undefined;
    } else {
      add(char, at);
    }
  }
  if (quote) return { words: [], open: quote };
  if (word) words.push(word);
  return { words };
}

/** Names between commas or blanks. */
export function splitCommas(value: string): { words: Word[] } {
  return { words: Array.from(value.matchAll(/[^\s,]+/g), ({ 0: text, index: offset }) => ({ text, offset })) };
}

/**
 * Container mounts: words, and each split on commas as Pyxis and apptainer split theirs; neither has a way to quote a
 * comma in a path.
 */
export function splitMounts(value: string): { words: Word[]; open?: OpenQuote } {
  const split = splitWords(value);
  return {
    ...split,
    words: split.words.flatMap(({ text, offset }) =>
      text
        .split(',')
        .filter((part) => part !== '')
        .map((part) => ({ text: part, offset })),
    ),
  };
}
