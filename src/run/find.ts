/** Which run a verb is about, and what is known about it. */

import { Failure } from '../failure.ts';
import type { RunRecord, Snapshot } from '../scheduler/types.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { listTracked, readTracked, type Tracked } from './record.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** A tracked run whose run directory is known. */
export type TrackedRun = Tracked & { runDir: string };

export interface Known {
  tracked: TrackedRun;
  record: RunRecord;
  verdict: Verdict;
}

export interface WhichRun {
  profile: string;
  tag?: string;
}

export const idOf = ({ profile, tag }: WhichRun): string => (tag ? `${profile}@${tag}` : profile);

/** The tracked run of a profile. Throws Failure(2) if nothing was pushed, or only pushed. */
export function submittedRun(root: string, which: WhichRun): TrackedRun & { jobId: string } {
  const id = idOf(which);
  const tracked = readTracked(root, id);
  const { jobId, runDir } = tracked;
  if (runDir !== undefined && jobId !== undefined) return { ...tracked, jobId, runDir };
  throw new Failure<RunProblem>(2, { kind: 'not-submitted', id, ...(jobId ? { jobId } : {}) });
}

/** The runs tracked on this project's cluster that have a run directory, those of other clusters left out. */
export function trackedHere(project: Project, all = listTracked(project.root)): TrackedRun[] {
  return all.filter(
    (tracked): tracked is TrackedRun => tracked.runDir !== undefined && clusterOf(tracked) === project.cluster.name,
  );
}

export const clusterOf = (tracked: Tracked): string => tracked.notes.cluster ?? 'cluster';

/** Looks at runs in one round trip; `settle` as in the scheduler's question. */
export async function lookAt(
  project: Project,
  runs: readonly TrackedRun[],
  settle = 0,
): Promise<{ snapshot: Snapshot; known: Known[] }> {
  const snapshot = await project.scheduler.query({ runs: runs.map((run) => run.runDir), settle });
  const known = runs.map((tracked) => {
    const record = snapshot.runs.get(tracked.runDir) as RunRecord;
    return { tracked, record, verdict: verdictOf(record, snapshot) };
  });
  return { snapshot, known };
}
