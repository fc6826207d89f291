/** The right name nearest to a misspelt one, for "did you mean …?". */

/**
 * Of `names` the one that differs least from `name`, counting letters added, dropped, changed or swapped with their
 * neighbour and not minding capitals; undefined if none is close enough to be what was meant.
 */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const typed = name.toLowerCase();
  let limit = Math.min(3, Math.max(1, Math.floor(typed.length / 4)));
  let best: string | undefined;
  for (const candidate of names) {
    const other = candidate.toLowerCase();
    if (Math.abs(other.length - typed.length) > limit) continue;
    // One letter is a lot of a short name, and few people mistype the first: ENV is not a slip of VENV, ARG is one of ARGS.
    if (typed.length < 5 && other[0] !== typed[0]) continue;
    const distance = editDistance(typed, other);
    if (distance > limit || (best !== undefined && distance === limit)) continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

/** Optimal string alignment distance: Levenshtein's, with a swap of two neighbours as one step. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = a[row - 1] === b[column - 1] ? 0 : 1;
      let steps = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + change);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        steps = Math.min(steps, before[column - 2]! + 1);
      current.push(steps);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
