/** Which cells are to be submitted, and how many of them may run at a time. Pure; asks nobody. */

import type { CellVerdict } from '../run/parts.ts';
import { fromRanges } from '../scheduler/ranges.ts';
import type { ArrayRecord } from '../scheduler/types.ts';

/** What each cell of a sweep needs. */
export interface Due {
  /** Failed, cancelled, or never submitted: to be run. */
  run: number[];
  /** Failed as often as they may. */
  exhausted: number[];
  /** In the queue or running. */
  alive: number[];
  /** Nobody can tell at present. */
  unknown: number[];
  done: number[];
}

/**
 * `retry`: how often a failed cell may be run again. With `force` as often as one likes, and so may one of which nobody knows any more
 * how it ended, though it was submitted.
 */
export function dueCells(count: number, verdicts: readonly CellVerdict[], retry: number, force = false): Due {
  const due: Due = { run: [], exhausted: [], alive: [], unknown: [], done: [] };
  const known = new Map(verdicts.map((verdict) => [verdict.cell, verdict]));
  const last = verdicts.at(-1)?.cell ?? -1;
  for (let cell = 0; cell < Math.max(count, last + 1); cell++) {
    const verdict = known.get(cell);
    if (!verdict) due.run.push(cell);
    else if (verdict.success) due.done.push(cell);
    else if (verdict.state === 'UNKNOWN') {
      const forgotten = force && verdict.jobId !== undefined && verdict.basis === 'nobody';
      due[forgotten ? 'run' : 'unknown'].push(cell);
    }
    // One that is still COMPLETING may yet turn out to be requeued.
    else if (!verdict.ended || !verdict.left) due.alive.push(cell);
    else if (!force && verdict.tries > retry) due.exhausted.push(cell);
    else due.run.push(cell);
  }
  return due;
}

/** How many tasks of new arrays may run at a time, and the arrays that have to end before any does. */
export interface Slots {
  slots?: number;
  after: string[];
}

/**
 * Slurm's `%N` holds for each array by itself. So what arrays that live may still use is taken off `maxConcurrent`; where nothing is
 * left, the new ones wait for the ends of the others. How it is shared among several new arrays is for submit-cells.sh, which alone
 * knows how many they are.
 */
export function slotsLeft(
  maxConcurrent: number | undefined,
  arrays: readonly ArrayRecord[],
  verdicts: readonly CellVerdict[],
): Slots {
  if (maxConcurrent === undefined) return { after: [] };
  const alive = new Map<string, number>();
  for (const { jobId, ended } of verdicts) if (jobId && !ended) alive.set(jobId, (alive.get(jobId) ?? 0) + 1);
  const used = arrays.reduce((sum, { jobId, tasks, throttle }) => {
    const live = (jobId && alive.get(jobId)) || 0;
    return sum + Math.min(live, throttle ?? fromRanges(tasks).length);
  }, 0);
  if (maxConcurrent > used) return { slots: maxConcurrent - used, after: [] };
  return { slots: maxConcurrent, after: [...alive.keys()] };
}
