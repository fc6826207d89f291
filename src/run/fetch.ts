/** fetch: results and logs so far, of a job in whatever state; removes nothing. */

import { Failure } from '../failure.ts';
import { idOf, type Known, lookAt, type WhichRun } from './find.ts';
import { findResults, type Gathered, gather, planned } from './gather.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { exclusively, readTracked } from './record.ts';
import type { Verdict } from './verdict.ts';

export interface FetchResult {
  id: string;
  jobId?: string;
  runDir: string;
  verdict: Verdict;
  gathered: Gathered;
  dryRun?: boolean;
}

/** Results that do not exist yet are named in the answer, not an error. With `dryRun` nothing is fetched. */
export function fetchResults(project: Project, which: WhichRun, dryRun = false): Promise<FetchResult> {
  const tracked = readTracked(project.root, idOf(which));
  const { id, runDir } = tracked;
  if (runDir === undefined) throw new Failure<RunProblem>(2, { kind: 'not-pushed', id });
  const run = { ...tracked, runDir };
  return exclusively(project.root, id, async () => {
    const { known } = await lookAt(project, [run]);
    const { record, verdict } = known[0] as Known;
    if (!record.there) throw new Failure<RunProblem>(2, { kind: 'run-gone', id, runDir });
    const jobId = verdict.jobId ?? tracked.jobId;
    const found = await findResults(project, run, jobId ?? '');
    const gathered = dryRun ? planned(found) : await gather(project, run, found);
    return { id, ...(jobId ? { jobId } : {}), runDir, verdict, gathered, ...(dryRun ? { dryRun } : {}) };
  });
}
