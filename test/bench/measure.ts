/** What a measurement is, and how two ways of doing the same are timed against each other. */

/** One line of the table. A ratio is ours over the minimum; `good` says whether the target is met. */
export interface Row {
  what: string;
  ours: string;
  minimum: string;
  ratio: string;
  target: string;
  good: boolean;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
};

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Times each way once a round, in turns, so that a busy moment of the machine meets all of them; gives medians in milliseconds. */
export async function alternately<Name extends string>(
  rounds: number,
  ways: Record<Name, (round: number) => Promise<number>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, too.
    for (const name of round % 2 === 0 ? names : [...names].reverse()) taken[name].push(await ways[name](round));
  }
  return Object.fromEntries(names.map((name) => [name, median(taken[name])])) as Record<Name, number>;
}

export const ms = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;

export const times = (ours: number, minimum: number): string => `${(ours / minimum).toFixed(2)}×`;
