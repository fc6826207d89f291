/** Numbers in ranges, as people type them and as `--array` has them: `0-2,7`. */

export { toRanges } from '../scheduler/ranges.ts';

/** From and to, both included. */
export type Range = readonly [from: number, to: number];

/** More numbers than any sweep has cells. */
const MOST = 1_000_000;

/** The ranges as they are written, none for an empty text; undefined if `text` is anything else. */
export function parseRanges(text: string): Range[] | undefined {
  if (text === '') return [];
  const ranges: Range[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(part) ?? [];
    if (from === undefined || Number(to) < Number(from)) return undefined;
    ranges.push([Number(from), Number(to)]);
  }
  return ranges;
}

/** The numbers of ranges, ascending, each once; undefined if `text` is none, or means more than `most` numbers. */
export function fromRanges(text: string, most = MOST): number[] | undefined {
  const ranges = parseRanges(text);
  const count = ranges?.reduce((sum, [from, to]) => sum + to - from + 1, 0) ?? 0;
  if (!ranges || count > most) return undefined;
  const numbers = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
