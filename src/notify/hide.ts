/** Takes secrets out of a text before anybody else reads it. */

/** Shorter ones would take ordinary words with them, and protect nothing. */
const SHORTEST = 4;

/** `text` with `…` for every value, and for every line of one that has several. */
export function hide(text: string, values: readonly string[]): string {
  const words = values.flatMap((value) => [value, ...value.split(/\r?\n/)]).map((word) => word.trim());
  // The longest first: one may be the beginning of another.
  const known = [...new Set(words)].filter((word) => word.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return known.reduce((rest, word) => rest.replaceAll(word, '…'), text);
}
