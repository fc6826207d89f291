/** How far a sweep has come, and when it may be done. Pure. */

import type { CellVerdict } from '../run/parts.ts';

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

/** Seconds of a cell's last run; undefined of one that did not begin, or of which nobody knows. */
export function ranFor({ elapsedSeconds, endedAt, begun }: CellVerdict): number | undefined {
  return elapsedSeconds ?? (endedAt !== undefined && begun ? 0 : undefined);
}

/**
 * Seconds until all that was submitted may have ended: by the mean time of cells that ended by themselves, as many running side by side
 * as do now (or as may, if none does). Undefined while none has ended that took any time, or nothing is left to wait for.
 */
export function estimate(verdicts: readonly CellVerdict[], maxConcurrent: number | undefined): number | undefined {
  const times = verdicts.flatMap((one) => (one.ended && one.state !== 'CANCELLED' ? (ranFor(one) ?? []) : []));
  const running = verdicts.filter((one) => standing(one) === 'running');
  const pending = verdicts.filter((one) => standing(one) === 'pending').length;
  if (times.length === 0 || running.length + pending === 0) return undefined;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  if (mean === 0) return undefined;
  const rest = running.reduce((sum, one) => sum + Math.max(0, mean - (one.elapsedSeconds ?? 0)), 0);
  const aside = Math.max(1, running.length, Math.min(maxConcurrent ?? 1, pending));
  return Math.round((pending * mean + rest) / aside);
}
