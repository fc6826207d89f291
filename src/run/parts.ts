/** How the cells of a sweep stand, and the jobs of a flow: what is an attempt of its own. Pure. */

import { fromRanges } from '../scheduler/ranges.ts';
import type { ArrayRecord, RunRecord, Snapshot } from '../scheduler/types.ts';
import { foundByName, judged, neverArrived, plain, verdictOn } from './about-job.ts';
import { neverStarted, together } from './judge.ts';
import { nameOfRun } from './names.ts';
import type { Verdict } from './verdict.ts';

/** A cell of a sweep, by the last array that had it. */
export interface CellVerdict extends Verdict {
  cell: number;
  /** Its task's number in the array `jobId`. */
  task: number;
  /** How often it ran and failed by itself, or did what it should: what its owner or another job ended does not count. */
  tries: number;
  /** It was begun at least once. */
  begun: boolean;
}

/** A job of a flow, by its last submission. */
export interface PartVerdict extends Verdict {
  /** It left word of its beginning. */
  begun?: boolean;
  /** Of a matrix job: each of its cells, by the last array that had it. */
  cells?: CellVerdict[];
}

/** How each job of a flow stands that was ever submitted, by its name. */
export function partVerdicts(run: RunRecord, snapshot: Snapshot): Map<string, PartVerdict> {
  const found = new Map<string, PartVerdict>();
  const parts = run.flow?.parts ?? [];
  const earlier = parts.flatMap(({ jobId }) => jobId ?? []);
  for (const part of parts) {
    const { job, jobId, intent, tasks } = part;
    const id = jobId ?? foundByName({ ...run, earlier }, snapshot, `${job}.${nameOfRun(run.dir)}`);
    if (id === undefined) {
      if (!neverArrived({ ...(intent === undefined ? {} : { intent }) }, snapshot)) found.set(job, plain('UNKNOWN'));
    } else if (tasks === '') {
      const begun = run.markers.some((marker) => marker.jobId === id);
      found.set(job, { ...verdictOn(run, snapshot, id), jobId: id, begun });
    } else {
      const before = parts.filter((one) => one.job === job && one.attempt < part.attempt && one.jobId !== undefined);
      const cells = cellVerdicts(run, snapshot, [...before, { ...part, jobId: id }]);
      const { elapsedSeconds: _, started: __, endedAt: ___, ...all } = together(cells);
      found.set(job, { ...all, ...spanOf(cells), jobId: id, cells });
    }
  }
  return found;
}

/** From the first cell's start to the last one's end; times are the scheduler's text, which sorts as it stands. */
function spanOf(cells: readonly CellVerdict[]): Pick<Verdict, 'started' | 'endedAt' | 'elapsedSeconds'> {
  const ran = cells.filter(({ begun, started, endedAt, basis }) => begun && (started || endedAt || basis === 'marker'));
  const [started] = ran.flatMap((cell) => cell.started ?? []).sort();
  if (started === undefined) return {};
  if (!cells.every((cell) => cell.ended)) return { started };
  const seconds = (Math.max(...ran.map(endOf)) - Date.parse(started)) / 1000;
  // By its marker a cell has ended before the scheduler has a time for that.
  const endedAt =
    ran.every((cell) => cell.endedAt) &&
    ran
      .flatMap((cell) => cell.endedAt ?? [])
      .sort()
      .at(-1);
  return { started, ...(endedAt && { endedAt }), ...(seconds >= 0 && { elapsedSeconds: seconds }) };
}

/** In milliseconds; NaN if nobody knows. */
function endOf({ started = '', endedAt, elapsedSeconds = 0 }: CellVerdict): number {
  return endedAt === undefined ? Date.parse(started) + elapsedSeconds * 1000 : Date.parse(endedAt);
}

/** How each cell that was ever submitted stands, of a sweep or of `arrays`, in their order. */
export function cellVerdicts(
  run: RunRecord,
  snapshot: Snapshot,
  arrays: readonly ArrayRecord[] = run.sweep?.arrays ?? [],
): CellVerdict[] {
  const cells = new Map<number, CellVerdict>();
  const known = arrays.flatMap(({ jobId }) => jobId ?? []);
  for (const array of arrays) {
    const { jobId, intent } = array;
    const id = jobId ?? foundByName({ ...run, earlier: known }, snapshot);
    // Nothing tells of it: it was never submitted, or is only just being.
    if (id === undefined && neverArrived({ ...(intent === undefined ? {} : { intent }) }, snapshot)) continue;
    const about = id === undefined ? undefined : judged(run, snapshot, id);
    for (const task of fromRanges(array.tasks)) {
      const cell = array.offset + task;
      const name = String(task);
      const verdict = about ? (about.named.has(name) ? about.of(name) : about.unnamed()) : plain('UNKNOWN');
      const before = cells.get(cell);
      const started =
        about?.begun.has(name) || (verdict.ended && verdict.state !== 'CANCELLED' && !neverStarted(verdict));
      const counts = started && verdict.state !== 'CANCELLED' && verdict.state !== 'PREEMPTED';
      const tries = (before?.tries ?? 0) + (counts ? 1 : 0);
      const begun = started || (before?.begun ?? false);
      cells.set(cell, { ...verdict, ...(id === undefined ? {} : { jobId: id }), cell, task, tries, begun });
    }
  }
  return [...cells.values()].sort((a, b) => a.cell - b.cell);
}
