/** Numbers in ranges, as sbatch's --array has them: `0-3,7`. */

/** Ascending numbers in ranges; empty for none. */
export function toRanges(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from;
    while (numbers[to + 1] === (numbers[to] as number) + 1) to++;
    ranges.push(from === to ? String(numbers[from]) : `${numbers[from]}-${numbers[to]}`);
    from = to + 1;
  }
  return ranges.join(',');
}

/** The numbers of ranges that we have written ourselves, in their order. */
export function fromRanges(ranges: string): number[] {
  return ranges
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [from, to = from] = range.split('-').map(Number) as [number, number?];
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}

/** From and to, both included. */
export type Range = readonly [from: number, to: number];

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
