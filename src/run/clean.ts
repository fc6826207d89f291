/** clean: lists and then removes run directories that nobody needs. */

import { Failure } from '../failure.ts';
import type { RunRecord } from '../scheduler/types.ts';
import { remember } from './history.ts';
import { SETTLE } from './left.ts';
import { byAge, idOfRun, nameOfRun } from './names.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { forget, listTracked } from './record.ts';
import { removeRun } from './remove.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface CleanOptions {
  /** Only runs of this `PROFILE` or `PROFILE@TAG`, or of this job. */
  id?: string;
  jobId?: string;
  /** With a name: those whose results were not collected, too. */
  force?: boolean;
  dryRun?: boolean;
}

export interface CleanItem {
  run: string;
  runDir: string;
  id: string;
  jobId?: string;
  state: string;
  why: 'collected' | 'never-submitted' | 'forced';
  /** State files here that go with it. */
  tracked: boolean;
}

export interface CleanResult {
  removed: CleanItem[];
  /** What stays, and why. */
  kept: {
    run: string;
    jobId?: string;
    why: 'alive' | 'not-collected' | 'undecided' | 'young' | 'tracked';
    /** State files here name it. */
    tracked: boolean;
  }[];
  failed: { run: string; detail: string }[];
  dryRun?: boolean;
}

/** A push younger than this, in seconds, may be about to be submitted from another terminal. */
const YOUNG = 3600;

export async function clean(project: Project, options: CleanOptions): Promise<CleanResult> {
  if (options.jobId !== undefined && !/^\d+$/.test(options.jobId)) {
    throw new Failure<RunProblem>(2, { kind: 'bad-job-id', jobId: options.jobId });
  }
  const tracked = new Map(
    listTracked(project.root).flatMap((one) => (one.runDir ? [[one.runDir, one.id] as const] : [])),
  );
  const named = options.id !== undefined || options.jobId !== undefined;
  // Who names one has mostly just seen its end.
  const settle = named && options.force ? SETTLE : 0;
  const snapshot = await project.scheduler.query({ runs: [], remoteDir: project.cluster.remoteDir, settle });
  if (snapshot.queueTrouble !== undefined) {
    throw new Failure<RunProblem>(3, { kind: 'queue-silent', id: options.id ?? '', detail: snapshot.queueTrouble });
  }
  const items: (CleanItem & { verdict: Verdict; attempt: number })[] = [];
  const kept: CleanResult['kept'] = [];
  const records = [...snapshot.runs.values()].sort((a, b) => byAge(a.dir, b.dir));
  for (const record of records) {
    const run = nameOfRun(record.dir);
    const id = idOfRun(run);
    if (id === undefined || !record.there) continue;
    const verdict = verdictOf(record, snapshot);
    const jobId = verdict.jobId ?? record.jobId;
    if ((options.id !== undefined && options.id !== id) || (options.jobId !== undefined && options.jobId !== jobId))
      continue;
    const age = snapshot.now - (record.intent ?? record.made ?? snapshot.now);
    const trackedHere = tracked.has(record.dir);
    const why = reason(record, verdict, age, trackedHere, named && options.force === true);
    const whose = jobId ? { jobId } : {};
    if (why === 'alive' && named && options.force)
      throw new Failure<RunProblem>(4, { kind: 'alive-run', run, ...whose });
    if (why === 'collected' || why === 'never-submitted' || why === 'forced') {
      items.push({
        run,
        runDir: record.dir,
        id,
        ...whose,
        state: verdict.state,
        why,
        tracked: trackedHere,
        verdict,
        attempt: record.attempt,
      });
    } else kept.push({ run, ...whose, why, tracked: trackedHere });
  }
  if (items.length === 0 || options.dryRun)
    return { removed: items, kept, failed: [], ...(options.dryRun ? { dryRun: true } : {}) };
  if (!(await project.talk.ask({ type: 'remove', items }))) {
    throw new Failure<RunProblem>(4, { kind: 'removal-declined', count: items.length });
  }
  const removed: CleanItem[] = [];
  const failed: CleanResult['failed'] = [];
  for (const { verdict, attempt, ...item } of items) {
    try {
      if (item.jobId) remember(project, item, item.jobId, verdict);
      await removeRun(project, { dir: item.runDir, attempt });
      forget(project.root, item.id, item.runDir);
      removed.push(item);
    } catch (error) {
      if (!(error instanceof Failure) || error.exit === 3) throw error;
      failed.push({ run: item.run, detail: (error.problems[0] as { detail?: string }).detail ?? error.message });
    }
  }
  return { removed, kept, failed };
}

/** Why a run may go, or why it stays. A live job's run directory never goes, whatever is forced. */
function reason(
  record: RunRecord,
  verdict: Verdict,
  age: number,
  tracked: boolean,
  forced: boolean,
): CleanItem['why'] | CleanResult['kept'][number]['why'] {
  // Somebody decided that before and was cut off.
  if (record.removing) return 'collected';
  if (verdict.state === 'NOT_SUBMITTED') {
    if (forced) return 'forced';
    if (tracked) return 'tracked';
    return age > YOUNG ? 'never-submitted' : 'young';
  }
  if (verdict.state === 'UNKNOWN') return forced ? 'forced' : 'undecided';
  if (!verdict.ended || !verdict.left) return 'alive';
  // What of a sweep was never submitted is still to be run there.
  if (record.collected && !forced && tracked && verdict.tasks?.NOT_SUBMITTED) return 'tracked';
  if (record.collected) return 'collected';
  return forced ? 'forced' : 'not-collected';
}
