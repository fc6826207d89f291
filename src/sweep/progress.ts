/** How far a sweep has come, and when it may be done. Pure. */

import type { CellVerdict } from '../run/verdict.ts';

/** Cells by how they stand; together all there are. */
export interface Counts {
  total: number;
  /** Ended as wished. */
  done: number;
  failed: number;
  cancelled: number;
  running: number;
  pending: number;
  /** Nobody can tell at present. */
  unknown: number;
  notSubmitted: number;
}

export function countCells(total: number, verdicts: readonly CellVerdict[]): Counts {
  const counts = { total, done: 0, failed: 0, cancelled: 0, running: 0, pending: 0, unknown: 0, notSubmitted: 0 };
  for (const verdict of verdicts) counts[standing(verdict)] += 1;
  return { ...counts, notSubmitted: Math.max(0, total - verdicts.length) };
}

/** Which of the counts a cell is in. */
export function standing({ state, ended, success }: CellVerdict): Exclude<keyof Counts, 'total' | 'notSubmitted'> {
  if (state === 'UNKNOWN') return 'unknown';
  if (ended) return success ? 'done' : state === 'CANCELLED' ? 'cancelled' : 'failed';
  return state === 'RUNNING' || state === 'COMPLETING' ? 'running' : 'pending';
}

/** Seconds until all that was submitted may have ended. */
export interface Estimate {
  seconds: number;
}

/**
 * By the mean time of cells that ended by themselves, as many running side by side as do now (or as may, if none does). Undefined while
 * none has ended, or nothing is left to wait for.
 */
export function estimate(verdicts: readonly CellVerdict[], maxConcurrent: number | undefined): Estimate | undefined {
  const times = verdicts.flatMap((one) => (one.ended && one.state !== 'CANCELLED' ? (one.elapsedSeconds ?? 0) : []));
  const running = verdicts.filter((one) => standing(one) === 'running');
  const pending = verdicts.filter((one) => standing(one) === 'pending').length;
  if (times.length === 0 || running.length + pending === 0) return undefined;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const rest = running.reduce((sum, one) => sum + Math.max(0, mean - (one.elapsedSeconds ?? 0)), 0);
  const aside = Math.max(1, running.length, Math.min(maxConcurrent ?? 1, pending));
  return { seconds: Math.round((pending * mean + rest) / aside) };
}
