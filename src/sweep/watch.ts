/** watch: waits until all cells that were asked for have ended, showing how far it has come. */

import { Failure } from '../failure.ts';
import type { TrackedRun } from '../run/find.ts';
import { followMarkers } from '../run/follow-markers.ts';
import { throughLostLinks } from '../run/lost-links.ts';
import type { CellVerdict } from '../run/parts.ts';
import type { Project } from '../run/project.ts';
import { exclusively } from '../run/record.ts';
import { bringFinished } from './collect.ts';
import { countCells, estimate } from './progress.ts';
import { profileOf } from './resume.ts';
import { type StartedSweep, startedSweep } from './started.ts';
import { type SweepSeen, type SweepStatus, see, statusOf } from './status.ts';
import { submitCells } from './submit.ts';
import { mustBeSweep, startedRun, type WhichSweep } from './which.ts';

export interface WatchOptions {
  /** Brings cells home as they end. */
  collect?: boolean;
  /** Seconds without a connection after which it gives up (exit code 3); fifteen minutes without. */
  giveUp?: number;
}

/** Resolves with how it ended; Failure(3) when the cluster stays out of reach. */
export async function watch(project: Project, which: WhichSweep, options: WatchOptions = {}): Promise<SweepStatus> {
  const run = startedRun(project.root, which);
  const sweep = mustBeSweep(run, await startedSweep(project, run));
  const told = new Set<string>();
  for (let undecided = 0; ; ) {
    const seen = await steadily(project, options, () => see(project, run));
    tellAbout(project, run, sweep, seen, told);
    if (options.collect) {
      await ifFree(project, run, () => steadily(project, options, () => bringFinished(project, run, sweep, seen)));
    }
    const now = statusOf(run, sweep, seen);
    const { running, pending, unknown } = now.counts;
    if (now.trouble !== undefined) project.talk.tell({ type: 'scheduler-silent', detail: now.trouble });
    else if (now.deferred > 0) await ifFree(project, run, () => submitDeferred(project, run, sweep));
    else if (running + pending + unknown === 0) return now;
    // What nobody can tell for so long nobody will.
    undecided = running + pending === 0 && now.deferred === 0 ? undecided + 1 : 0;
    if (undecided === PATIENCE) return now;
    await follow(project, run, sweep, seen, options);
  }
}

const PATIENCE = 3;

/** While another command brings cells home, or submits some, what has ended is left for the next look. */
async function ifFree<T>({ root }: Project, { id }: TrackedRun, work: () => Promise<T>): Promise<void> {
  try {
    await exclusively(root, id, work);
  } catch (error) {
    if (!(error instanceof Failure) || error.problems.some(({ kind }) => kind !== 'busy')) throw error;
  }
}

const steadily = <T>(
  project: Project,
  { giveUp }: WatchOptions,
  work: (contact: () => void) => Promise<T>,
): Promise<T> => throughLostLinks(project, work, giveUp);

/** Counts, and each cell that failed since the last time. */
function tellAbout(project: Project, run: TrackedRun, sweep: StartedSweep, seen: SweepSeen, told: Set<string>): void {
  const { cells, counts, estimate } = statusOf(run, sweep, seen);
  for (const { name, verdict, log = '' } of cells) {
    if (!verdict?.ended || verdict.success || verdict.state === 'CANCELLED' || told.has(log)) continue;
    told.add(log);
    project.talk.tell({ type: 'cell-failed', cell: name, verdict, log });
  }
  project.talk.tell({ type: 'sweep', counts, ...(estimate === undefined ? {} : { seconds: estimate }) });
}

/** Slurm took no more of them before; now some may have ended. A refusal is no more than that: the next look is soon. */
async function submitDeferred(project: Project, run: TrackedRun, sweep: StartedSweep): Promise<void> {
  try {
    await submitCells(project, run, await profileOf(project, run), sweep, {
      pick: ({ run: due }, deferred) => due.filter((cell) => deferred.has(cell)),
      patient: true,
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.exit === 2) throw error;
  }
}

/** Shows what markers tell until the next question to the scheduler, or until every cell has left its last one. */
async function follow(
  project: Project,
  { runDir }: TrackedRun,
  sweep: StartedSweep,
  { record, verdicts }: SweepSeen,
  options: WatchOptions,
): Promise<void> {
  const alive = new Map<string, CellVerdict>(
    verdicts.filter(({ ended }) => !ended).map((verdict) => [`${verdict.jobId} ${verdict.task}`, verdict]),
  );
  const all = new Map(verdicts.map((verdict) => [verdict.cell, verdict]));
  await followMarkers(project, runDir, {
    known: record.markers,
    giveUp: options.giveUp,
    onMarker: (found) => {
      const key = `${found.jobId} ${found.task}`;
      const verdict = alive.get(key);
      if (!verdict) return false;
      const success = found.code === 0;
      if (found.kind === 'begin') all.set(verdict.cell, { ...verdict, state: 'RUNNING' });
      else if (found.how === 'exit') {
        all.set(verdict.cell, { ...verdict, state: success ? 'COMPLETED' : 'FAILED', ended: true, success });
        alive.delete(key);
      }
      return alive.size === 0;
    },
    onNews: () => {
      const now = [...all.values()];
      const left = estimate(now, sweep.maxConcurrent);
      const counts = countCells(sweep.count, now);
      project.talk.tell({ type: 'sweep', counts, ...(left === undefined ? {} : { seconds: left }) });
    },
  });
}
