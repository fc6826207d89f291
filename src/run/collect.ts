/** collect: results and logs of a job that has ended come home, verified; only then does its run directory go. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { parseState } from '../scheduler/states.ts';
import type { Snapshot } from '../scheduler/types.ts';
import { explained } from './explained.ts';
import { idOf, type Known, lookAt, type TrackedRun, trackedHere, type WhichRun } from './find.ts';
import { findResults, type Gathered, type GivenResults, gather, planned } from './gather.ts';
import { history, remember } from './history.ts';
import { nameOfRun } from './names.ts';
import { endOfLog } from './not-found.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { exclusively, forget, isFlowRun, isSweepRun, readTracked } from './record.ts';
import { removeRun } from './remove.ts';
import type { Verdict } from './verdict.ts';

export interface CollectOptions {
  /** The run that is meant, where another terminal may have replaced it by now; else the tracked one. */
  runDir?: string;
  /** Go past a refusal: collect what nobody can judge, accept missing results, remove after a failed job. */
  force?: boolean;
  dryRun?: boolean;
  /**
   * What is to come home, in place of what the profile says: of a flow, whose jobs have several.
   */
  results?: GivenResults & { remember(): void };
}

export interface CollectResult {
  id: string;
  jobId: string;
  runDir: string;
  verdict: Verdict;
  gathered: Gathered;
  /** The run directory and the state files are gone. */
  removed: boolean;
  /** Of a sweep's run: its folder below results/, which is the run's tag. */
  sweep?: string;
  dryRun?: boolean;
}

/** Collects one profile's run. Throws Failure(4) where it must not be collected (yet), with everything kept. */
export async function collect(project: Project, options: WhichRun & CollectOptions): Promise<CollectResult> {
  const tracked = readTracked(project.root, idOf(options));
  const runDir = options.runDir ?? tracked.runDir;
  if (runDir === undefined) throw new Failure<RunProblem>(2, { kind: 'not-submitted', id: tracked.id });
  return exclusively(project.root, tracked.id, async () => {
    const { snapshot, known } = await lookAt(project, [{ ...tracked, runDir }], 20);
    return collectKnown(project, known[0] as Known, snapshot, options);
  });
}

/** Every tracked run that has ended, but those of sweeps and flows. A run that cannot be collected does not hold up the others; its failure is in the list. */
export async function collectEnded(
  project: Project,
  options: CollectOptions,
): Promise<{ collected: CollectResult[]; waiting: Known[]; failed: { id: string; failure: Failure }[] }> {
  const { root } = project;
  const runs = trackedHere(project).filter(({ id }) => !isSweepRun(root, id) && !isFlowRun(root, id));
  const { snapshot, known } = await lookAt(project, runs, 20);
  const collected: CollectResult[] = [];
  const failed: { id: string; failure: Failure }[] = [];
  // A failed job's run that was brought home stays tracked, for a resubmission; once is enough.
  const due = known.filter(({ record }) => options.force === true || !record.collected);
  const isOver = ({ verdict, record }: Known): boolean => verdict.ended || !record.there;
  const waiting = due.filter((one) => !isOver(one));
  for (const one of due.filter(isOver)) {
    try {
      const work = () => collectKnown(project, one, snapshot, options);
      collected.push(await exclusively(project.root, one.tracked.id, work));
    } catch (error) {
      if (!(error instanceof Failure) || error.exit === 3) throw error;
      failed.push({ id: one.tracked.id, failure: error });
    }
  }
  return { collected, waiting, failed };
}

export async function collectKnown(
  project: Project,
  { tracked, record, verdict }: Known,
  snapshot: Snapshot,
  options: CollectOptions,
): Promise<CollectResult> {
  const { id, runDir } = tracked;
  const about = { id, runDir, ...(record.sweep ? { sweep: id.split('@')[1] ?? id } : {}) };
  const refuse = (exit: 2 | 3 | 4, problem: RunProblem): never => {
    throw new Failure<RunProblem>(exit, problem);
  };
  if (record.removing) {
    // Only the removal was broken off: how the job ended is in the history by then.
    const gathered = { results: [], logs: [], kept: [], missing: [] };
    const past = verdictBefore(project, tracked, verdict);
    const result = { ...about, jobId: past.jobId ?? '', verdict: past, gathered };
    if (options.dryRun) return { ...result, removed: false, dryRun: true };
    await removeRun(project, record);
    forget(project.root, id, runDir);
    return { ...result, removed: true };
  }
  if (!record.there) refuse(2, { kind: 'run-gone', id, runDir });
  if (verdict.state === 'NOT_SUBMITTED') refuse(2, { kind: 'not-submitted', id });
  if (snapshot.queueTrouble !== undefined) refuse(3, { kind: 'queue-silent', id, detail: snapshot.queueTrouble });
  const undecided = verdict.state === 'UNKNOWN';
  if (undecided && !options.force) refuse(4, { kind: 'undecided', id, verdict });
  if (!undecided && !(verdict.ended && verdict.left)) refuse(4, { kind: 'still-alive', id, verdict });

  const jobId = verdict.jobId ?? tracked.jobId ?? '';
  const found = await findResults(project, tracked, jobId, record.sweep, options.results);
  if (verdict.success && !options.force) {
    if (found.missing.length > 0) refuse(4, { kind: 'results-missing', id, paths: found.missing, runDir });
    if (found.leaving.length > 0) refuse(4, { kind: 'results-leave', id, links: found.leaving, runDir });
  }
  if (options.dryRun) {
    return { ...about, jobId, verdict, gathered: planned(found), removed: false, dryRun: true };
  }
  const gathered = await gather(project, tracked, found, options.results?.sent);
  // Of a flow each job has a line.
  if (options.results) options.results.remember();
  else remember(project, tracked, jobId, verdict);
  const logs = () => gathered.logs.map((path) => endOfLog(join(project.root, path)));
  const told = await explained(project, tracked, verdict, logs);
  const removed = verdict.success || options.force === true;
  if (removed) {
    await toDisk();
    await removeRun(project, record);
    forget(project.root, id, runDir);
  } else await project.host.run({ files: ['lib', 'mark'], args: [runDir, String(record.attempt)] });
  return { ...about, jobId, verdict: told, gathered, removed };
}

/** How a job ended whose run directory has half gone, by the line that was written before; by another laptop's there is none. */
function verdictBefore(project: Project, { id, runDir, jobId }: TrackedRun, verdict: Verdict): Verdict {
  const past = history(project.root, id).findLast((entry) => entry.run === nameOfRun(runDir));
  const known = { ...verdict, ended: true, left: true, ...(jobId ? { jobId } : {}) };
  if (!past) return { ...known, success: true };
  const { exitCode, signal } = past;
  const state = parseState(past.state);
  return {
    ...{ ...known, state, jobId: past.jobId, success: state === 'COMPLETED' && !exitCode },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** What was brought must outlast a power cut before it goes over there. sync(1), which a system may lack: then there is no more to do. */
export function toDisk(): Promise<void> {
  return new Promise((resolve) => {
    execFile('sync', () => resolve());
  });
}
